import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { GymError } from '../../core/data/errors.ts'
import type { UpgradeHead } from './handed-over.ts'
import { isReady, type OpenMessage, type PeersMessage } from './messages.ts'
import type { RoutedWorker } from './router.ts'

export interface PoolSettings {
  readonly count: number
  /** Starts the process of a worker, with a channel. */
  readonly fork: (index: number) => ChildProcess
  /** Called when a worker ends that was not stopped. */
  readonly onLost: (index: number, how: string) => void
}

/** Milliseconds before a worker is started again: twice as long after each failure to start. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [100, 5000]

/** Server processes that share an address. One that ends is replaced, and continues its record. */
export class WorkerPool {
  readonly workers: readonly PooledWorker[]

  constructor(settings: PoolSettings) {
    this.workers = Array.from({ length: settings.count }, (_, index) => new PooledWorker(index, settings, this.#tell))
  }

  /** Until all of them serve; none is shared out before, and the first one says so. @throws GymError CONFIG_INVALID where one ends before that */
  async start(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.start()))
    for (const worker of this.workers) worker.isShared = true
    this.workers[0]?.send({ kind: 'open' })
  }

  /** Ends all of them in good order. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()))
  }

  /** Every worker learns where the others are. */
  readonly #tell = (): void => {
    const urls = this.workers.map(({ ownUrl }) => ownUrl)
    for (const worker of this.workers) worker.send({ kind: 'peers', urls })
  }
}

class PooledWorker implements RoutedWorker {
  /** Where it is, also before it is shared out. */
  ownUrl: string | null = null
  isShared = false
  readonly #index: number
  readonly #settings: PoolSettings
  readonly #onMoved: () => void
  #child: ChildProcess | null = null
  #pauseMs = FIRST_PAUSE_MS
  #restart: NodeJS.Timeout | undefined
  #isStopping = false

  constructor(index: number, settings: PoolSettings, onMoved: () => void) {
    this.#index = index
    this.#settings = settings
    this.#onMoved = onMoved
  }

  get url(): string | null {
    return this.isShared ? this.ownUrl : null
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = this.#settings.fork(this.#index)
      this.#child = child
      child.on('message', (message) => {
        if (!isReady(message)) return
        this.#moved(message.url)
        this.#pauseMs = FIRST_PAUSE_MS
        resolve()
      })
      child.once('error', (error) => reject(failed(this.#index, error.message)))
      child.once('exit', (code, signal) => {
        const how = signal ?? `exit code ${code}`
        reject(failed(this.#index, how))
        this.#lost(how)
      })
    })
  }

  take(head: UpgradeHead, socket: Socket): void {
    // A socket that its worker cannot have is closed: its client connects again.
    this.#child?.send({ kind: 'socket', head }, socket, {}, (error) => {
      if (error) socket.destroy()
    })
  }

  send(message: PeersMessage | OpenMessage): void {
    if (this.ownUrl !== null && this.#child?.connected) this.#child.send(message, () => {})
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    await ended
  }

  #moved(url: string | null): void {
    this.ownUrl = url
    this.#onMoved()
  }

  /** One that never served is for its starter to report. */
  #lost(how: string): void {
    const hadServed = this.ownUrl !== null || this.#restart !== undefined
    this.#child = null
    this.#moved(null)
    if (this.#isStopping || !hadServed) return
    this.#settings.onLost(this.#index, how)
    this.#restart = setTimeout(() => this.start().catch(() => {}), this.#pauseMs)
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }
}

const failed = (index: number, how: string): GymError =>
  new GymError('CONFIG_INVALID', `worker ${index} ended before it served (${how}): its messages say why`)
