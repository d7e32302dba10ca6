/**
 * Events of a simulation in the order of their times; events of one time leave in the order in which they came. A binary
 * heap in typed arrays: a million events cost 28 MB and no object.
 */
export class EventQueue {
  #times: Float64Array
  #order: Float64Array
  #kinds: Int32Array
  #subjects: Float64Array
  #size = 0
  #added = 0

  /** Time of the event that `next` took last, in ms. */
  time = 0
  /** Kind of that event. */
  kind = 0
  /** Number of what it happens to. */
  subject = 0

  /** @param capacity events that it holds before it grows */
  constructor(capacity = 1024) {
    this.#times = new Float64Array(capacity)
    this.#order = new Float64Array(capacity)
    this.#kinds = new Int32Array(capacity)
    this.#subjects = new Float64Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  /** @param time in ms, not before that of the event taken last */
  add(time: number, kind: number, subject: number): void {
    if (!(time >= this.time)) throw new RangeError(`an event at ${time} ms lies before ${this.time} ms`)
    if (this.#size === this.#times.length) this.#grow()
    const order = this.#added++
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isAfter(parent, time, order)) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, time, order, kind, subject)
  }

  /** Takes the next event into `time`, `kind` and `subject`. @returns false where there is none */
  next(): boolean {
    if (this.#size === 0) return false
    this.time = this.#times[0] ?? 0
    this.kind = this.#kinds[0] ?? 0
    this.subject = this.#subjects[0] ?? 0
    this.#sink(--this.#size)
    return true
  }

  /** Moves the last event down from the root. */
  #sink(last: number): void {
    const [time, order] = [this.#times[last] ?? 0, this.#order[last] ?? 0]
    let at = 0
    for (let child = 1; child < last; child = 2 * at + 1) {
      const right = child + 1
      if (right < last && this.#isAfter(child, this.#times[right] ?? 0, this.#order[right] ?? 0)) child = right
      if (this.#isAfter(child, time, order)) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, time, order, this.#kinds[last] ?? 0, this.#subjects[last] ?? 0)
  }

  /** Whether the event in a place comes after one of this time and order. */
  #isAfter(at: number, time: number, order: number): boolean {
    const own = this.#times[at] ?? 0
    return own > time || (own === time && (this.#order[at] ?? 0) > order)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from] ?? 0, this.#order[from] ?? 0, this.#kinds[from] ?? 0, this.#subjects[from] ?? 0)
  }

  #put(at: number, time: number, order: number, kind: number, subject: number): void {
    this.#times[at] = time
    this.#order[at] = order
    this.#kinds[at] = kind
    this.#subjects[at] = subject
  }

  #grow(): void {
    const capacity = 2 * this.#times.length
    const grown = <T extends Float64Array | Int32Array>(made: T, from: T): T => {
      made.set(from)
      return made
    }
    this.#times = grown(new Float64Array(capacity), this.#times)
    this.#order = grown(new Float64Array(capacity), this.#order)
    this.#kinds = grown(new Int32Array(capacity), this.#kinds)
    this.#subjects = grown(new Float64Array(capacity), this.#subjects)
  }
}
