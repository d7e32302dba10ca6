import { execFile } from 'node:child_process'
import { GymError } from '../../core/data/errors.ts'
import { BoxedBackend } from '../linux/boxed-backend.ts'
import type { BoxKind } from '../linux/boxed-worker.ts'
import { type Command, findProgram } from '../linux/bubblewrap.ts'
import { containerCommand, problemHere } from './command.ts'

/** A container of gVisor in bubblewrap, for one program. Each thread in it has some of the host, those of gVisor itself beside. */
const CONTAINER: BoxKind = {
  backend: 'gvisor',
  noun: 'gVisor container',
  isReusable: false,
  overhead: { processes: 256, perProcess: 4, bytes: 512 * 2 ** 20 },
  startMs: 60_000,
  graceMs: 30_000,
}

/** Back end of Linux with a kernel of its own for each program: gVisor (`runsc`), in bubblewrap. */
export class GVisorBackend extends BoxedBackend {
  #release: string | null = null

  constructor() {
    super(CONTAINER)
  }

  override get versions(): Readonly<Record<string, string>> {
    return { ...super.versions, ...(this.#release && { gvisor: `runsc ${this.#release}` }) }
  }

  protected async command(): Promise<Command> {
    const problem = problemHere()
    const runsc = findProgram('runsc')
    if (problem !== null || runsc === null) throw new GymError('SANDBOX_UNAVAILABLE', problem ?? 'there is no `runsc`')
    this.#release ??= await releaseOf(runsc)
    return containerCommand(runsc)
  }
}

/** Such as `0.0~20221219.0` or `release-20240729.0`; empty where it does not say. */
const releaseOf = (runsc: string): Promise<string> =>
  new Promise((resolve) =>
    execFile(runsc, ['--version'], (_, text) => resolve(/version (\S+)/.exec(`${text}`)?.[1] ?? '')),
  )
