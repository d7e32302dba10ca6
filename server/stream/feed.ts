import { GymError } from '../../core/data/errors.ts'
import { BoundedQueue, type Opening, opening } from '../hosting/bounded-queue.ts'
import type { ServerEvent, StepTaken } from '../hosting/events.ts'

/** What an observer may see: the server's own failures are none of its business. */
export type Observed = Exclude<ServerEvent, { kind: 'failed' }>

/** What an observer wants to see. What is left open is not looked at. */
export interface FeedFilter {
  /** `name@version` */
  readonly environment?: string
  /** Also late rewards among which one is for this episode, and the group it was a member of. */
  readonly episodeId?: string
  readonly kinds?: readonly Observed['kind'][]
}

export interface ObservedEvent {
  readonly event: Observed
  /** Events lost just before this one, because the observer read too slowly. */
  readonly missed: number
}

export interface FeedSettings {
  readonly filter: FeedFilter
  /** Events that may wait for the observer; then the oldest are lost. */
  readonly capacity: number
  readonly onClose: (feed: Feed) => void
}

/** What happens, to be read at the observer's own pace, once: no client ever waits for it. */
export class Feed implements AsyncIterableIterator<ObservedEvent> {
  readonly #filter: FeedFilter
  readonly #queue: BoundedQueue<Observed>
  readonly #onClose: (feed: Feed) => void
  #arrival: Opening | null = null
  #reported = 0
  #isClosed = false

  constructor({ filter, capacity, onClose }: FeedSettings) {
    this.#filter = filter
    this.#queue = new BoundedQueue(capacity, 'drop-oldest')
    this.#onClose = onClose
  }

  get waiting(): number {
    return this.#queue.waiting
  }

  /** Events lost so far. */
  get missed(): number {
    return this.#queue.dropped
  }

  offer(event: Observed): void {
    if (this.#isClosed || !matches(this.#filter, event)) return
    this.#queue.add(event)
    this.#wake()
  }

  async next(): Promise<IteratorResult<ObservedEvent, undefined>> {
    while (this.#queue.waiting === 0 && !this.#isClosed) {
      this.#arrival ??= opening()
      await this.#arrival.promise
    }
    const [event] = this.#queue.take(1)
    return event ? { done: false, value: this.#observed(event) } : { done: true, value: undefined }
  }

  /** Ends the feed; what still waits is lost. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.clear()
    this.#wake()
    this.#onClose(this)
  }

  async return(): Promise<IteratorResult<ObservedEvent, undefined>> {
    this.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #observed(event: Observed): ObservedEvent {
    const missed = this.#queue.dropped - this.#reported
    this.#reported = this.#queue.dropped
    return { event, missed }
  }

  #wake(): void {
    this.#arrival?.open()
    this.#arrival = null
  }
}

const matches = ({ environment, episodeId, kinds }: FeedFilter, event: Observed): boolean =>
  (kinds === undefined || kinds.includes(event.kind)) &&
  (environment === undefined || environmentOf(event) === environment) &&
  (episodeId === undefined || concerns(event, episodeId))

const environmentOf = (event: Observed): string => ('episode' in event ? event.episode.environment : event.environment)

function concerns(event: Observed, episodeId: string): boolean {
  if (event.kind === 'rewards-arrived') return event.rewards.some(({ trajectoryId }) => trajectoryId === episodeId)
  if (event.kind !== 'group-closed') return event.episode.id === episodeId
  const { trajectories, aborted } = event.group
  return [...trajectories, ...aborted].some(({ id }) => id === episodeId)
}

/** Observer of the steps of others. */
export interface StepObserverTarget {
  /** Begins to keep steps for it. */
  observe(): Feed
  /** Whether a frame would go out at once. */
  keepsUp(): boolean
  /** @param missed steps that it was not shown since the last. @throws GymError FRAME_TOO_LARGE, and nothing is shown. */
  show(taken: StepTaken, missed: number): void
  failed(error: unknown): void
}

/**
 * Shows steps to an observer at its own pace: what waits for it waits in the feed, where the oldest are lost and counted,
 * and is not even written.
 */
export class StepObserver {
  readonly #target: StepObserverTarget
  /** Null while it does not observe. */
  #feed: Feed | null = null
  #catchingUp: Opening | null = null

  constructor(target: StepObserverTarget) {
    this.#target = target
  }

  /** Starts or stops observing. */
  enable(isOn: boolean): void {
    if (isOn === (this.#feed !== null)) return
    this.#feed?.close()
    this.#feed = isOn ? this.#target.observe() : null
    this.caughtUp()
    if (this.#feed) this.#show(this.#feed).catch((error: unknown) => this.#target.failed(error))
  }

  /** The observer may keep up again. */
  caughtUp(): void {
    this.#catchingUp?.open()
    this.#catchingUp = null
  }

  async #show(feed: Feed): Promise<void> {
    let unshown = 0
    for (;;) {
      await this.#room(feed)
      const { done, value } = await feed.next()
      if (done) return
      const { event, missed } = value
      unshown += missed
      if (event.kind === 'step-taken' && this.#isShown(event, unshown)) unshown = 0
      else unshown++
    }
  }

  async #room(feed: Feed): Promise<void> {
    while (!this.#target.keepsUp() && this.#feed === feed) {
      this.#catchingUp ??= opening()
      await this.#catchingUp.promise
    }
  }

  /** A step that no frame can hold counts as missed. */
  #isShown(taken: StepTaken, missed: number): boolean {
    try {
      this.#target.show(taken, missed)
      return true
    } catch (thrown) {
      if (thrown instanceof GymError && thrown.code === 'FRAME_TOO_LARGE') return false
      throw thrown
    }
  }
}
