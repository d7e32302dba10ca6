import { execFile } from 'node:child_process'
import { GymError } from '../../core/data/errors.ts'
import { BoxedWorker, type BoxInfo, type BoxKind } from '../linux/boxed-worker.ts'
import { findProgram } from '../linux/bubblewrap.ts'
import { nodeHere } from '../linux/node.ts'
import type { Backend, Language, Worker } from '../types.ts'
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
export class GVisorBackend implements Backend {
  readonly name = 'gvisor'
  readonly languages: readonly Language[] = nodeHere() === null ? ['python'] : ['python', 'javascript']
  #info: BoxInfo | null = null
  #release: string | null = null

  get versions(): Readonly<Record<string, string>> {
    return {
      ...(this.#info && { python: `CPython ${this.#info.python}` }),
      ...(this.languages.includes('javascript') && { javascript: `Node.js ${process.versions.node}` }),
      ...(this.#release && { gvisor: `runsc ${this.#release}` }),
    }
  }

  async startWorker(): Promise<Worker> {
    const problem = problemHere()
    const runsc = findProgram('runsc')
    if (problem !== null || runsc === null) throw new GymError('SANDBOX_UNAVAILABLE', problem ?? 'there is no `runsc`')
    this.#release ??= await releaseOf(runsc)
    const { worker, info } = await BoxedWorker.start(CONTAINER, containerCommand(runsc))
    this.#info = info
    return worker
  }
}

/** Such as `0.0~20221219.0` or `release-20240729.0`; empty where it does not say. */
const releaseOf = (runsc: string): Promise<string> =>
  new Promise((resolve) =>
    execFile(runsc, ['--version'], (_, text) => resolve(/version (\S+)/.exec(`${text}`)?.[1] ?? '')),
  )
