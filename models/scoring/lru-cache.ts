/** Cache of a limited number of values: the one that was not read for the longest time is dropped first. */
export class LruCache<Value> {
  readonly #values = new Map<string, Value>()
  readonly #limit: number

  /** @param limit most values; 0 keeps none */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#values.size
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    this.#values.delete(key)
    this.#values.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#values.delete(key)
    this.#values.set(key, value)
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#limit) return
      this.#values.delete(oldest)
    }
  }
}
