const FIRST_LENGTH = 16

/**
 * A first-in-first-out queue that never moves what waits in it: an item costs the same however long the queue is,
 * which `Array.shift` does not promise.
 */
export class Ring<T extends object> {
  #slots: (T | undefined)[] = new Array(FIRST_LENGTH)
  #first = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow()
    this.#slots[(this.#first + this.#size) % this.#slots.length] = item
    this.#size++
  }

  /** The oldest item; undefined where there is none. */
  shift(): T | undefined {
    const item = this.#slots[this.#first]
    if (item === undefined) return undefined
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#slots.length
    this.#size--
    return item
  }

  /** At most so many of the oldest items, oldest first. */
  take(most: number): readonly T[] {
    const taken: T[] = []
    while (taken.length < most) {
      const item = this.shift()
      if (item === undefined) break
      taken.push(item)
    }
    return taken
  }

  /** Forgets everything, and the room that a long backlog took. */
  clear(): void {
    this.#slots = new Array(FIRST_LENGTH)
    this.#first = 0
    this.#size = 0
  }

  /** Doubles, so that n items are copied fewer than 2n times in all. */
  #grow(): void {
    const slots: (T | undefined)[] = new Array(this.#slots.length * 2)
    for (let index = 0; index < this.#size; index++)
      slots[index] = this.#slots[(this.#first + index) % this.#slots.length]
    this.#slots = slots
    this.#first = 0
  }
}
