/** Items that wait for a reader, before the oldest are lost. */
const CAPACITY = 4096

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: unknown) => void
}

/**
 * What happens, for one who reads it at leisure. Of what waits unread the oldest is lost at some point, and what
 * `lostMark` makes of their number stands in their place.
 */
export class EventFeed<T extends object> implements AsyncIterableIterator<T, undefined> {
  readonly #lostMark: (count: number) => T
  readonly #onLeft: (feed: EventFeed<T>) => void
  readonly #items: T[] = []
  readonly #readers: Reader<T>[] = []
  #lost = 0
  #end: { readonly error: unknown } | null = null

  /** @param onLeft called once, when its reader has gone or it has ended */
  constructor(lostMark: (count: number) => T, onLeft: (feed: EventFeed<T>) => void) {
    this.#lostMark = lostMark
    this.#onLeft = onLeft
  }

  add(item: T): void {
    if (this.#end) return
    const reader = this.#readers.shift()
    if (reader) reader.resolve({ done: false, value: item })
    else if (this.#items.push(item) > CAPACITY) {
      this.#items.shift()
      this.#lost++
    }
  }

  /** No more to come. @param error thrown to its reader once it has read the rest; null for an end in good order */
  end(error: unknown = null): void {
    if (this.#end) return
    this.#end = { error }
    this.#onLeft(this)
    for (const reader of this.#readers.splice(0)) this.#settle(reader)
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => this.#settle({ resolve, reject }))
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#items.length = 0
    this.#lost = 0
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #settle(reader: Reader<T>): void {
    if (this.#lost > 0) {
      reader.resolve({ done: false, value: this.#lostMark(this.#lost) })
      this.#lost = 0
      return
    }
    const [item] = this.#items
    if (item) {
      this.#items.shift()
      reader.resolve({ done: false, value: item })
    } else if (!this.#end) this.#readers.push(reader)
    else if (this.#end.error === null) reader.resolve({ done: true, value: undefined })
    else reader.reject(this.#end.error)
  }
}
