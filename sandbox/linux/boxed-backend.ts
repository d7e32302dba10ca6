import type { Backend, BackendName, Language, Worker } from '../types.ts'
import { BoxedWorker, type BoxInfo, type BoxKind } from './boxed-worker.ts'
import type { Command } from './bubblewrap.ts'
import { nodeHere } from './node.ts'

/** A back end of Linux, whose workers are in bubblewrap. */
export abstract class BoxedBackend implements Backend {
  readonly name: BackendName
  readonly languages: readonly Language[] = nodeHere() === null ? ['python'] : ['python', 'javascript']
  readonly #kind: BoxKind
  #info: BoxInfo | null = null

  constructor(kind: BoxKind) {
    this.name = kind.backend
    this.#kind = kind
  }

  get versions(): Readonly<Record<string, string>> {
    return {
      ...(this.#info && { python: `CPython ${this.#info.python}` }),
      ...(this.languages.includes('javascript') && { javascript: `Node.js ${process.versions.node}` }),
    }
  }

  async startWorker(): Promise<Worker> {
    const { worker, info } = await BoxedWorker.start(this.#kind, await this.command())
    this.#info = info
    return worker
  }

  /** The command that starts a worker. @throws GymError SANDBOX_UNAVAILABLE with what is missing here */
  protected abstract command(): Promise<Command>
}
