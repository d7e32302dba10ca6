import { GymError } from '../../core/errors.ts'
import type { ArenaListener, Broadcast } from '../arena/events.ts'
import { type Consumer, completed } from './consumer.ts'
import { Feed, type FeedFilter, type Observed } from './feed.ts'
import type { Happening } from './happening.ts'
import { Lane, type LaneCounts } from './lane.ts'

export interface ObserveOptions {
  /** Happenings that may wait for the observer; then the oldest are lost. @default 1024 */
  readonly capacity?: number
}

/** How the observers are doing, all together. */
export interface FeedCounts {
  readonly open: number
  readonly waiting: number
  /** Lost to slow observers, those that left included. */
  readonly missed: number
}

/**
 * Hands what happens in an arena on to those who may lag behind: each consumer has a queue, an overflow rule and
 * failures of its own. Replies wait for nobody but a full consumer that blocks.
 */
export class ArenaStream {
  readonly #broadcast: Broadcast
  readonly #lanes = new Map<string, Lane>()
  readonly #feeds = new Set<Feed>()
  readonly #unlisten: () => void
  #missedByThoseWhoLeft = 0
  #isClosed = false

  constructor(broadcast: Broadcast) {
    this.#broadcast = broadcast
    this.#unlisten = broadcast.listen(listenerTo((happening) => this.#handOn(happening)))
  }

  /** Consumers by name. */
  get consumers(): readonly LaneCounts[] {
    return [...this.#lanes.values()].map(({ counts }) => counts)
  }

  get observers(): FeedCounts {
    const feeds = [...this.#feeds]
    return {
      open: feeds.length,
      waiting: feeds.reduce((sum, { waiting }) => sum + waiting, 0),
      missed: feeds.reduce((sum, { missed }) => sum + missed, this.#missedByThoseWhoLeft),
    }
  }

  /**
   * Begins to give a consumer what happens from now on.
   * @returns Its remover.
   * @throws GymError CONFIG_INVALID where a setting cannot be used or the name is taken.
   */
  attach(consumer: Consumer): () => void {
    const { name } = consumer
    if (this.#lanes.has(name)) throw new GymError('CONFIG_INVALID', `two consumers of the stream are called ${name}`)
    const lane = new Lane(completed(consumer), (error) => this.#failed(name, error))
    if (this.#isClosed) lane.detach()
    this.#lanes.set(name, lane)
    return () => {
      lane.detach()
      if (this.#lanes.get(name) === lane) this.#lanes.delete(name)
    }
  }

  /** Begins to keep what happens for an observer, until it or the stream is closed. */
  observe(filter: FeedFilter = {}, { capacity = 1024 }: ObserveOptions = {}): Feed {
    const feed = new Feed({ filter, capacity, onClose: (closed) => this.#forget(closed) })
    this.#feeds.add(feed)
    if (this.#isClosed) feed.close()
    return feed
  }

  /** When every consumer has taken all that happened. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()))
  }

  /**
   * Ends the stream: waits for consumers that are behind, then lets go of all.
   * @param withinMs that it waits at most
   */
  async close(withinMs: number): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#unlisten()
    for (const feed of [...this.#feeds]) feed.close()
    const timer = setTimeout(() => this.#detachAll(), withinMs)
    await this.settled()
    clearTimeout(timer)
    this.#detachAll()
  }

  #handOn(happening: Happening): Promise<unknown> | undefined {
    if (happening.kind !== 'failed') this.#show(happening)
    let holding: Promise<unknown> | undefined
    for (const lane of this.#lanes.values()) {
      const held = lane.offer(happening)
      if (held) holding = holding ? Promise.all([holding, held]) : held
    }
    return holding
  }

  #show(happening: Observed): void {
    for (const feed of this.#feeds) feed.offer(happening)
  }

  #forget(feed: Feed): void {
    this.#feeds.delete(feed)
    this.#missedByThoseWhoLeft += feed.missed
  }

  #detachAll(): void {
    for (const lane of this.#lanes.values()) lane.detach()
  }

  #failed(name: string, error: unknown): void {
    this.#broadcast.tell('failed', { doing: `handing happenings to ${name}`, error })
  }
}

/** Everything that an arena tells, as happenings. */
const listenerTo = (handOn: (happening: Happening) => Promise<unknown> | undefined): ArenaListener => ({
  stepTaken: ({ seat, step, latencyMs }) =>
    handOn({ kind: 'step-taken', seat, step, latencyMs })?.then(() => undefined),
  episodeStarted: (seat) => void handOn({ kind: 'episode-started', seat }),
  stepSuperseded: ({ seat, step }) => void handOn({ kind: 'step-superseded', seat, step }),
  episodeEnded: ({ seat, trajectory }) => void handOn({ kind: 'episode-ended', seat, trajectory }),
  rewardsArrived: ({ environment, rewards }) => void handOn({ kind: 'rewards-arrived', environment, rewards }),
  groupClosed: (event) => void handOn({ kind: 'group-closed', ...event }),
  failed: ({ doing, error }) => void handOn({ kind: 'failed', doing, error }),
})
