/**
 * What happens when more waits than may. `block`: everything is kept, and producers are asked to wait for room.
 * `drop-oldest`: the oldest is lost, and counted; nothing waits.
 */
export type Overflow = 'block' | 'drop-oldest'

const FIRST_LENGTH = 16

/**
 * A first-in-first-out queue with a bound. One that blocks goes over it by what was in progress when it filled up, and
 * no further. It is a ring that never moves what waits in it: an item costs the same however long the queue is, which
 * `Array.shift` does not promise.
 */
export class BoundedQueue<T extends object> {
  readonly capacity: number
  readonly overflow: Overflow
  #slots: (T | undefined)[] = new Array(FIRST_LENGTH)
  #first = 0
  #size = 0
  #dropped = 0
  #room: Opening | null = null

  constructor(capacity: number, overflow: Overflow) {
    this.capacity = capacity
    this.overflow = overflow
  }

  get waiting(): number {
    return this.#size
  }

  /** Items lost so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** Whether producers should wait for room; never where the oldest is dropped. */
  get isFull(): boolean {
    return this.#size > this.capacity
  }

  /** @returns As `isFull`. */
  add(item: T): boolean {
    if (this.#size === this.#slots.length) this.#grow()
    this.#slots[(this.#first + this.#size) % this.#slots.length] = item
    this.#size++
    if (this.#size <= this.capacity) return false
    if (this.overflow === 'block') return true
    this.#shift()
    this.#dropped++
    return false
  }

  /** The oldest items up to a number, oldest first. */
  take(most: number): readonly T[] {
    const taken: T[] = []
    while (taken.length < most) {
      const item = this.#shift()
      if (item === undefined) break
      taken.push(item)
    }
    if (this.#room && !this.isFull) this.#openRoom()
    return taken
  }

  /** Kept as soon as the queue is no longer full. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve()
    this.#room ??= opening()
    return this.#room.promise
  }

  /** Discards queued items and the slots that a long backlog took, and releases producers that wait for room. */
  clear(): void {
    this.#slots = new Array(FIRST_LENGTH)
    this.#first = 0
    this.#size = 0
    this.#openRoom()
  }

  #openRoom(): void {
    this.#room?.open()
    this.#room = null
  }

  /** The oldest item; undefined if there is none. */
  #shift(): T | undefined {
    const item = this.#slots[this.#first]
    if (item === undefined) return undefined
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#slots.length
    this.#size--
    return item
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

/** A promise, and what keeps it. */
export interface Opening {
  readonly promise: Promise<void>
  readonly open: () => void
}

export function opening(): Opening {
  let open = (): void => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open }
}
