import { BoundedQueue, type Opening, opening } from '../queue.ts'
import type { Happening } from './happening.ts'

/** What an observer may see: the server's own failures are none of its business. */
export type Observed = Exclude<Happening, { kind: 'failed' }>

/** What an observer wants to see. What is left open is not looked at. */
export interface FeedFilter {
  /** `name@version` */
  readonly environment?: string
  /** Also late rewards among which one is for this episode, and the group it was a member of. */
  readonly episodeId?: string
  readonly kinds?: readonly Observed['kind'][]
}

export interface Sighting {
  readonly happening: Observed
  /** Happenings lost just before this one, because the observer read too slowly. */
  readonly missed: number
}

export interface FeedSettings {
  readonly filter: FeedFilter
  /** Happenings that may wait for the observer; then the oldest are lost. */
  readonly capacity: number
  readonly onClose: (feed: Feed) => void
}

/** What happens, to be read at the observer's own pace, once: nobody ever waits for it. */
export class Feed implements AsyncIterableIterator<Sighting> {
  readonly #filter: FeedFilter
  readonly #queue: BoundedQueue<Observed>
  readonly #onClose: (feed: Feed) => void
  #arrival: Opening | null = null
  #told = 0
  #isClosed = false

  constructor({ filter, capacity, onClose }: FeedSettings) {
    this.#filter = filter
    this.#queue = new BoundedQueue(capacity, 'drop-oldest')
    this.#onClose = onClose
  }

  get waiting(): number {
    return this.#queue.waiting
  }

  /** Happenings lost so far. */
  get missed(): number {
    return this.#queue.dropped
  }

  offer(happening: Observed): void {
    if (this.#isClosed || !matches(this.#filter, happening)) return
    this.#queue.add(happening)
    this.#wake()
  }

  async next(): Promise<IteratorResult<Sighting, undefined>> {
    while (this.#queue.waiting === 0 && !this.#isClosed) {
      this.#arrival ??= opening()
      await this.#arrival.promise
    }
    const [happening] = this.#queue.take(1)
    return happening ? { done: false, value: this.#sighting(happening) } : { done: true, value: undefined }
  }

  /** Ends the feed; what still waits is lost. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.clear()
    this.#wake()
    this.#onClose(this)
  }

  async return(): Promise<IteratorResult<Sighting, undefined>> {
    this.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #sighting(happening: Observed): Sighting {
    const missed = this.#queue.dropped - this.#told
    this.#told = this.#queue.dropped
    return { happening, missed }
  }

  #wake(): void {
    this.#arrival?.open()
    this.#arrival = null
  }
}

const matches = ({ environment, episodeId, kinds }: FeedFilter, happening: Observed): boolean =>
  (kinds === undefined || kinds.includes(happening.kind)) &&
  (environment === undefined || environmentOf(happening) === environment) &&
  (episodeId === undefined || concerns(happening, episodeId))

const environmentOf = (happening: Observed): string =>
  'seat' in happening ? happening.seat.environment : happening.environment

function concerns(happening: Observed, episodeId: string): boolean {
  if (happening.kind === 'rewards-arrived')
    return happening.rewards.some(({ trajectoryId }) => trajectoryId === episodeId)
  if (happening.kind !== 'group-closed') return happening.seat.id === episodeId
  const { trajectories, aborted } = happening.group
  return [...trajectories, ...aborted].some(({ id }) => id === episodeId)
}
