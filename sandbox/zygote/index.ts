import { GymError } from '../../core/data/errors.ts'
import { BoxedWorker, type BoxInfo, type BoxKind } from '../linux/boxed-worker.ts'
import { problemHere } from '../linux/bubblewrap.ts'
import { nodeHere } from '../linux/node.ts'
import type { Backend, Language, Worker } from '../types.ts'
import { zygoteCommand } from './command.ts'

/** A Python interpreter in bubblewrap that forks itself once for each program. */
const ZYGOTE: BoxKind = {
  backend: 'zygote',
  noun: 'zygote',
  isReusable: true,
  overhead: { processes: 32, perProcess: 1, bytes: 192 * 2 ** 20 },
  startMs: 20_000,
  graceMs: 10_000,
}

/** Back end of Linux: a CPython zygote in bubblewrap, with namespaces, limits and a system call filter per execution. */
export class ZygoteBackend implements Backend {
  readonly name = 'zygote'
  readonly languages: readonly Language[] = nodeHere() === null ? ['python'] : ['python', 'javascript']
  #info: BoxInfo | null = null

  get versions(): Readonly<Record<string, string>> {
    return {
      ...(this.#info && { python: `CPython ${this.#info.python}` }),
      ...(this.languages.includes('javascript') && { javascript: `Node.js ${process.versions.node}` }),
    }
  }

  async startWorker(): Promise<Worker> {
    const problem = problemHere()
    if (problem !== null) throw new GymError('SANDBOX_UNAVAILABLE', problem)
    const { worker, info } = await BoxedWorker.start(ZYGOTE, zygoteCommand())
    this.#info = info
    return worker
  }
}
