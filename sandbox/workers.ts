import type { Backend, Worker } from './types.ts'

/** Milliseconds that a worker above the warm ones may be idle. */
const IDLE_MS = 60_000

/** Worker processes of a pool: started when they are needed or to stay warm, never more than `most` at once. */
export class Workers {
  readonly #backend: Backend
  readonly #most: number
  readonly #warm: number
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  readonly #starting = new Set<Promise<void>>()
  readonly #timers = new Map<Worker, NodeJS.Timeout>()
  readonly #changed: () => void
  readonly #failed: (thrown: unknown) => void
  #isClosed = false

  /**
   * @param changed called when a worker becomes idle, or one may be started
   * @param failed called with the error when one cannot be started
   */
  constructor(
    backend: Backend,
    sizes: { readonly most: number; readonly warm: number },
    changed: () => void,
    failed: (thrown: unknown) => void,
  ) {
    this.#backend = backend
    this.#most = sizes.most
    this.#warm = sizes.warm
    this.#changed = changed
    this.#failed = failed
  }

  get idle(): number {
    return this.#idle.length
  }

  /** Workers that run or start. */
  get size(): number {
    return this.#all.size + this.#starting.size
  }

  get pids(): readonly number[] {
    return [...this.#all].flatMap(({ pid }) => pid ?? [])
  }

  /** Takes that number of idle workers; starts what is missing, and returns null until they are there. */
  take(count: number): readonly Worker[] | null {
    const missing = count - this.#idle.length - this.#starting.size
    for (let more = 0; more < missing && this.size < this.#most; more++) this.#start()
    if (this.#idle.length < count) return null
    const taken = this.#idle.splice(0, count)
    for (const worker of taken) this.#stopTimer(worker)
    return taken
  }

  /** Takes back a worker whose program has ended. */
  giveBack(worker: Worker): void {
    if (!this.#all.has(worker)) return
    if (worker.isReusable && !this.#isClosed) this.#rest(worker)
    else void worker.end()
  }

  /** Starts workers until the warm ones are there. */
  fill(): void {
    while (!this.#isClosed && this.size < Math.min(this.#warm, this.#most)) this.#start()
  }

  /** Ends all workers; one that starts is awaited, as it would otherwise outlive its pool. */
  async close(): Promise<void> {
    this.#isClosed = true
    const ends = [...this.#all].map((worker) => worker.end())
    await Promise.all([...ends, ...this.#starting])
    await Promise.all([...this.#all].map((worker) => worker.end()))
  }

  #start(): void {
    const starting: Promise<void> = this.#started().then(
      (worker) => {
        this.#starting.delete(starting)
        this.#add(worker)
      },
      (thrown) => {
        this.#starting.delete(starting)
        this.#failed(thrown)
      },
    )
    this.#starting.add(starting)
  }

  /** A worker may be ended while it starts, as the system does for lack of memory. Nothing runs in it: another takes its place. */
  async #started(): Promise<Worker> {
    try {
      return await this.#backend.startWorker()
    } catch (thrown) {
      if (this.#isClosed) throw thrown
      return this.#backend.startWorker()
    }
  }

  #add(worker: Worker): void {
    this.#all.add(worker)
    void worker.ended.then(() => this.#forget(worker))
    if (this.#isClosed) void worker.end()
    else this.#rest(worker)
  }

  #rest(worker: Worker): void {
    this.#idle.push(worker)
    if (this.#all.size > this.#warm) this.#timers.set(worker, setTimeout(() => this.#retire(worker), IDLE_MS).unref())
    this.#changed()
  }

  #retire(worker: Worker): void {
    const at = this.#idle.indexOf(worker)
    if (at < 0) return
    this.#idle.splice(at, 1)
    void worker.end()
  }

  #forget(worker: Worker): void {
    this.#stopTimer(worker)
    this.#all.delete(worker)
    const at = this.#idle.indexOf(worker)
    if (at >= 0) this.#idle.splice(at, 1)
    this.fill()
    this.#changed()
  }

  #stopTimer(worker: Worker): void {
    clearTimeout(this.#timers.get(worker))
    this.#timers.delete(worker)
  }
}
