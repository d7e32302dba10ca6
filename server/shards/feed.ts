/** End of a line in a run: the number of its segment, and the bytes of that up to the end of the line. */
export interface Position {
  readonly segment: number
  readonly end: number
}

/** Who may append to a feed: the last one to have fenced it. */
export interface FeedWriter {
  readonly epoch: number
  readonly node: string
  /** Whether replies wait for the feed. Otherwise lines may be acknowledged that only the disk of the node has. */
  readonly acknowledge: Acknowledge
}

/** What a reply waits for: the record on this disk, or the feed too. */
export type Acknowledge = 'local' | 'feed'

/** What a feed contains: lines of a run, and its manifest before them. */
export type FeedEntry =
  /** As the file has it; the last one counts. */
  | { readonly kind: 'manifest'; readonly text: string }
  /** Without its line feed. */
  | { readonly kind: 'line'; readonly text: string; readonly at: Position }

/** An entry with its place in the feed. */
export type PlacedEntry = FeedEntry & {
  /** Greater than those of all entries before. */
  readonly seq: number
}

/**
 * The record of one environment in one shard, for those who have not its disk: lines in order, each once, from one writer
 * at a time.
 */
export interface ShardFeed {
  /**
   * Makes this the writer: from now on, `append` fails for every other feed of the same run.
   * @throws GymError SHARD_LOST where a writer of a greater epoch has fenced it
   */
  fence(writer: FeedWriter): Promise<void>
  /**
   * Adds entries behind the last; waits as long as there is no room for them, or no connection.
   * @throws GymError SHARD_LOST where another writer has fenced the feed: nothing of it was appended after that
   */
  append(entries: readonly FeedEntry[]): Promise<void>
  /** Who may append; null if no one has fenced it. */
  writer(): Promise<FeedWriter | null>
  /** End of the last line; null for none. */
  last(): Promise<Position | null>
  /**
   * Entries up to the last one that is there now.
   * @param after the `seq` after which it begins. @default 0: all
   * @throws GymError RECORD_CORRUPT where entries are missing
   */
  read(after?: number): AsyncIterable<PlacedEntry>
  /** As `read`, and what is appended later, until the signal is aborted. */
  follow(after: number, signal: AbortSignal): AsyncIterable<PlacedEntry>
}

/** Whether `a` is further on than `b`; anything is further on than the start. */
export const isAfter = (a: Position, b: Position | null): boolean =>
  b === null || a.segment > b.segment || (a.segment === b.segment && a.end > b.end)
