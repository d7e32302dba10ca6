import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST } from '../../records/manifest.ts'
import type { Position, ShardFeed } from './feed.ts'
import { linesAfter } from './record-lines.ts'

/**
 * Brings the lines of a record into its feed, from the last one that the feed has: the record is what is still to be sent,
 * and nothing is written twice.
 */
export class Relay {
  readonly #folder: string
  readonly #feed: Promise<ShardFeed>
  readonly #failed: (error: unknown) => void
  #position: Position | null = null
  #isDue = false
  #running: Promise<void> | null = null
  /** Those who wait for a pass that begins later. */
  #next: Promise<void> | null = null
  #isStopped = false

  /**
   * @param feed once this writes it
   * @param failed called once, where the feed takes no more: replies that wait for it are never sent
   */
  constructor(folder: string, feed: Promise<ShardFeed>, failed: (error: unknown) => void) {
    this.#folder = folder
    this.#feed = feed
    this.#failed = failed
  }

  /** Something was written: it is sent soon, with what else comes by then. */
  wake(): void {
    if (this.#isDue || this.#isStopped) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      void this.flush()
    })
  }

  /** Kept when all that is written by now is in the feed; never where that fails. */
  flush(): Promise<void> {
    if (this.#running === null) {
      this.#running = this.#run().finally(() => {
        this.#running = null
      })
      return this.#running
    }
    this.#next ??= this.#running.then(() => {
      this.#next = null
      return this.flush()
    })
    return this.#next
  }

  /** Sends nothing more. */
  stop(): void {
    this.#isStopped = true
  }

  async #run(): Promise<void> {
    if (this.#isStopped) return new Promise(() => {})
    try {
      // With all that this turn of the event loop writes.
      await null
      await this.#pass(await this.#feed)
    } catch (error) {
      if (!this.#isStopped) this.#failed(error)
      this.#isStopped = true
      return new Promise(() => {})
    }
  }

  async #pass(feed: ShardFeed): Promise<void> {
    let position = this.#position ?? (await this.#begin(feed))
    for (;;) {
      const { entries, end } = linesAfter(this.#folder, position)
      if (entries.length > 0) await feed.append(entries)
      position = end
      this.#position = end
      if (entries.length === 0) return
    }
  }

  async #begin(feed: ShardFeed): Promise<Position> {
    await feed.append([{ kind: 'manifest', text: readFileSync(join(this.#folder, MANIFEST), 'utf8') }])
    return (await feed.last()) ?? { segment: 0, end: 0 }
  }
}
