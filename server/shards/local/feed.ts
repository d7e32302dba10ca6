import { GymError } from '../../../core/data/errors.ts'
import { type Opening, opening } from '../../hosting/bounded-queue.ts'
import type { FeedEntry, FeedWriter, PlacedEntry, Position, ShardFeed } from '../feed.ts'

/** What all feeds of one run in this process share. */
export class LocalEntries {
  readonly entries: PlacedEntry[] = []
  writer: FeedWriter | null = null
  /** Feed that may append. */
  holder: LocalFeed | null = null
  #arrival: Opening = opening()

  add(added: readonly FeedEntry[]): void {
    for (const entry of added) this.entries.push({ ...entry, seq: this.entries.length + 1 })
    this.#arrival.open()
    this.#arrival = opening()
  }

  arrival(): Promise<void> {
    return this.#arrival.promise
  }
}

/** A feed in the memory of this process. */
export class LocalFeed implements ShardFeed {
  readonly #shared: LocalEntries

  constructor(shared: LocalEntries) {
    this.#shared = shared
  }

  async fence(writer: FeedWriter): Promise<void> {
    if (this.#shared.writer !== null && this.#shared.writer.epoch > writer.epoch) throw lostTo(this.#shared.writer)
    this.#shared.writer = writer
    this.#shared.holder = this
  }

  async append(entries: readonly FeedEntry[]): Promise<void> {
    if (this.#shared.holder !== this) throw lostTo(this.#shared.writer)
    this.#shared.add(entries)
  }

  async writer(): Promise<FeedWriter | null> {
    return this.#shared.writer
  }

  async last(): Promise<Position | null> {
    const last = this.#shared.entries.findLast(({ kind }) => kind === 'line')
    return last?.kind === 'line' ? last.at : null
  }

  async *read(after = 0): AsyncGenerator<PlacedEntry> {
    yield* this.#shared.entries.slice(after)
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<PlacedEntry> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    for (let seq = after; !signal.aborted; ) {
      const arrival = this.#shared.arrival()
      for (const entry of this.#shared.entries.slice(seq)) {
        if (signal.aborted) return
        yield entry
        seq = entry.seq
      }
      if (seq === this.#shared.entries.length) await Promise.race([arrival, aborted])
    }
  }
}

/** The error of a writer that another has replaced. */
export const lostTo = (writer: FeedWriter | null): GymError =>
  new GymError(
    'SHARD_LOST',
    writer === null
      ? 'no node has this shard: claim it and fence its feed first'
      : `${writer.node} writes this shard, with the epoch ${writer.epoch}: connect to it`,
  )
