import { GymError } from '../../core/data/errors.ts'
import type { ServerEvent, ServerEventListener, ServerEvents } from '../hosting/events.ts'
import { type Consumer, type ConsumerCounts, ConsumerQueue, completed } from './consumer.ts'
import { Feed, type FeedFilter } from './feed.ts'

export interface ObserveOptions {
  /** Events that may wait for the observer; then the oldest are lost. @default 1024 */
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
 * Hands what happens in a host on to those who may lag behind: each consumer has a queue, an overflow rule and
 * failures of its own. Replies wait only for a full consumer that blocks.
 */
export class EventStream {
  readonly #events: ServerEvents
  readonly #queues = new Map<string, ConsumerQueue>()
  readonly #feeds = new Set<Feed>()
  readonly #unlisten: () => void
  #missedByClosedFeeds = 0
  #isClosed = false

  constructor(events: ServerEvents) {
    this.#events = events
    this.#unlisten = events.listen(listenerTo(this.#publish))
  }

  /** Consumers by name. */
  get consumers(): readonly ConsumerCounts[] {
    return [...this.#queues.values()].map(({ counts }) => counts)
  }

  get observers(): FeedCounts {
    const feeds = [...this.#feeds]
    return {
      open: feeds.length,
      waiting: feeds.reduce((sum, { waiting }) => sum + waiting, 0),
      missed: feeds.reduce((sum, { missed }) => sum + missed, this.#missedByClosedFeeds),
    }
  }

  /**
   * Begins to give a consumer what happens from now on.
   * @returns Its remover.
   * @throws GymError CONFIG_INVALID where a setting cannot be used or the name is taken.
   */
  attach(consumer: Consumer): () => void {
    const { name } = consumer
    if (this.#queues.has(name)) throw new GymError('CONFIG_INVALID', `two consumers of the stream are called ${name}`)
    const queue = new ConsumerQueue(completed(consumer), (error) => this.#failed(name, error))
    if (this.#isClosed) queue.detach()
    this.#queues.set(name, queue)
    return () => {
      queue.detach()
      if (this.#queues.get(name) === queue) this.#queues.delete(name)
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
    await Promise.all([...this.#queues.values()].map((queue) => queue.settled()))
  }

  /**
   * Ends the stream: waits for consumers that are behind, then releases all.
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

  readonly #publish = (event: ServerEvent): Promise<unknown> | undefined => {
    if (event.kind !== 'failed') for (const feed of this.#feeds) feed.offer(event)
    let holding: Promise<unknown> | undefined
    for (const queue of this.#queues.values()) {
      const held = queue.offer(event)
      if (held) holding = holding ? Promise.all([holding, held]) : held
    }
    return holding
  }

  #forget(feed: Feed): void {
    this.#feeds.delete(feed)
    this.#missedByClosedFeeds += feed.missed
  }

  #detachAll(): void {
    for (const queue of this.#queues.values()) queue.detach()
  }

  #failed(name: string, error: unknown): void {
    this.#events.emit('failed', { doing: `handing events to ${name}`, error })
  }
}

/** All events of a host, for the stream. */
const listenerTo = (publish: (event: ServerEvent) => Promise<unknown> | undefined): ServerEventListener => ({
  stepTaken: publish,
  episodeStarted: (episode) => void publish({ kind: 'episode-started', episode }),
  stepSuperseded: ({ episode: served, step }) => void publish({ kind: 'step-superseded', episode: served, step }),
  episodeEnded: ({ episode: served, trajectory }) =>
    void publish({ kind: 'episode-ended', episode: served, trajectory }),
  rewardsArrived: ({ environment, rewards }) => void publish({ kind: 'rewards-arrived', environment, rewards }),
  groupClosed: (event) => void publish({ kind: 'group-closed', ...event }),
  failed: ({ doing, error }) => void publish({ kind: 'failed', doing, error }),
})
