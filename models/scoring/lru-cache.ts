interface Entry<Value> {
  readonly key: string
  value: Value
  older: Entry<Value> | null
  newer: Entry<Value> | null
}

/**
 * Cache of a limited number of values: the one that was not read or set for the longest time is dropped first. Entries
 * are a map and a list from the newest to the oldest: the first key of a map of which keys were deleted is found by
 * going past each of these.
 */
export class LruCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #limit: number
  #oldest: Entry<Value> | null = null
  #newest: Entry<Value> | null = null

  /** @param limit most values; 0 keeps none */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry !== this.#newest) {
      this.#unlink(entry)
      this.#append(entry)
    }
    return entry.value
  }

  set(key: string, value: Value): void {
    const known = this.#entries.get(key)
    if (known !== undefined) this.#drop(known)
    const entry = { key, value, older: null, newer: null }
    this.#entries.set(key, entry)
    this.#append(entry)
    if (this.#entries.size > this.#limit && this.#oldest !== null) this.#drop(this.#oldest)
  }

  #drop(entry: Entry<Value>): void {
    this.#entries.delete(entry.key)
    this.#unlink(entry)
  }

  #append(entry: Entry<Value>): void {
    entry.older = this.#newest
    entry.newer = null
    if (this.#newest === null) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink({ older, newer }: Entry<Value>): void {
    if (older === null) this.#oldest = newer
    else older.newer = newer
    if (newer === null) this.#newest = older
    else newer.older = older
  }
}
