/** Requests of several owners: each owner's in order, and the owners in turn. */
export class FairQueue<T> {
  readonly #queues = new Map<string, T[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(owner: string, item: T): void {
    const queue = this.#queues.get(owner)
    if (queue) queue.push(item)
    else this.#queues.set(owner, [item])
    this.#size++
  }

  /** Item whose turn it is. */
  get first(): T | undefined {
    for (const [item] of this.#queues.values()) return item
    return undefined
  }

  /** Removes the first item; its owner's next turn is after all others'. */
  take(): T | undefined {
    for (const [owner, queue] of this.#queues) {
      const item = queue.shift()
      this.#queues.delete(owner)
      if (queue.length > 0) this.#queues.set(owner, queue)
      this.#size--
      return item
    }
    return undefined
  }

  /** Removes an item wherever it is; false where it is not in the queue. */
  remove(owner: string, item: T): boolean {
    const queue = this.#queues.get(owner) ?? []
    const at = queue.indexOf(item)
    if (at < 0) return false
    queue.splice(at, 1)
    if (queue.length === 0) this.#queues.delete(owner)
    this.#size--
    return true
  }
}
