import { GymError } from '../../core/data/errors.ts'
import type { Backend, Language, Worker } from '../types.ts'
import { nodeHere, problemHere } from './command.ts'
import { Zygote, type ZygoteInfo } from './zygote.ts'

/** Back end of Linux: a CPython zygote in bubblewrap, with namespaces, limits and a system call filter per execution. */
export class ZygoteBackend implements Backend {
  readonly name = 'zygote'
  readonly languages: readonly Language[] = nodeHere() === null ? ['python'] : ['python', 'javascript']
  #info: ZygoteInfo | null = null

  get versions(): Readonly<Record<string, string>> {
    return {
      ...(this.#info && { python: `CPython ${this.#info.python}` }),
      ...(this.languages.includes('javascript') && { javascript: `Node.js ${process.versions.node}` }),
    }
  }

  async startWorker(): Promise<Worker> {
    const problem = problemHere()
    if (problem !== null) throw new GymError('SANDBOX_UNAVAILABLE', problem)
    const { zygote, info } = await Zygote.start()
    this.#info = info
    return zygote
  }
}
