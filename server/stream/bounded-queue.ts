import { Ring } from './ring.ts'

/**
 * What happens when more waits than may. `block`: everything is kept, and whoever adds is asked to wait for room.
 * `drop-oldest`: the oldest is lost, and counted; nobody waits.
 */
export type Overflow = 'block' | 'drop-oldest'

/** A queue with a bound. One that blocks goes over it by what was under way when it filled up, and no further. */
export class BoundedQueue<T extends object> {
  readonly capacity: number
  readonly overflow: Overflow
  readonly #ring = new Ring<T>()
  #dropped = 0
  #room: Opening | null = null

  constructor(capacity: number, overflow: Overflow) {
    this.capacity = capacity
    this.overflow = overflow
  }

  get waiting(): number {
    return this.#ring.size
  }

  /** Items lost so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** Whether whoever adds should wait for room; never where the oldest is dropped. */
  get isFull(): boolean {
    return this.#ring.size > this.capacity
  }

  add(item: T): void {
    this.#ring.push(item)
    if (this.overflow === 'block' || !this.isFull) return
    this.#ring.shift()
    this.#dropped++
  }

  /** At most so many of the oldest items, oldest first. */
  take(most: number): readonly T[] {
    const taken = this.#ring.take(most)
    if (!this.isFull) this.#openRoom()
    return taken
  }

  /** Kept as soon as the queue is no longer full. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve()
    this.#room ??= opening()
    return this.#room.promise
  }

  /** Forgets what waits, and lets go whoever waits for room. */
  clear(): void {
    this.#ring.clear()
    this.#openRoom()
  }

  #openRoom(): void {
    this.#room?.open()
    this.#room = null
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
