/**
 * The best `capacity` of the offered documents: higher score first, lower rank first among equals.
 * A binary heap with the worst kept document at its root.
 */
export class TopHits {
  readonly capacity: number
  readonly #scores: Float32Array
  readonly #ordinals: Uint32Array
  readonly #rankOf: Uint32Array
  #size = 0

  constructor(capacity: number, rankOf: Uint32Array) {
    this.capacity = capacity
    this.#scores = new Float32Array(capacity)
    this.#ordinals = new Uint32Array(capacity)
    this.#rankOf = rankOf
  }

  /** A document that scores below this cannot enter any more. */
  get threshold(): number {
    return this.#size < this.capacity ? Number.NEGATIVE_INFINITY : (this.#scores[0] ?? 0)
  }

  offer(ordinal: number, score: number): void {
    if (this.#size < this.capacity) this.#siftUp(this.#size++, ordinal, score)
    else if (this.#isBetter(ordinal, score, 0)) this.#siftDown(this.#size, ordinal, score)
  }

  /** Empties the heap, best first. */
  drain<Result>(toResult: (ordinal: number, score: number) => Result): Result[] {
    const results: Result[] = []
    while (this.#size > 0) {
      results.push(toResult(this.#ordinals[0] ?? 0, this.#scores[0] ?? 0))
      this.#size--
      this.#siftDown(this.#size, this.#ordinals[this.#size] ?? 0, this.#scores[this.#size] ?? 0)
    }
    return results.reverse()
  }

  #siftUp(from: number, ordinal: number, score: number): void {
    let hole = from
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (this.#isBetter(ordinal, score, parent)) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#put(hole, ordinal, score)
  }

  #siftDown(size: number, ordinal: number, score: number): void {
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= size) break
      if (child + 1 < size && this.#isBetter(this.#ordinals[child] ?? 0, this.#scores[child] ?? 0, child + 1)) child++
      if (!this.#isBetter(ordinal, score, child)) break
      this.#move(child, hole)
      hole = child
    }
    this.#put(hole, ordinal, score)
  }

  #isBetter(ordinal: number, score: number, than: number): boolean {
    const other = this.#scores[than] ?? 0
    if (score !== other) return score > other
    return (this.#rankOf[ordinal] ?? 0) < (this.#rankOf[this.#ordinals[than] ?? 0] ?? 0)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#ordinals[from] ?? 0, this.#scores[from] ?? 0)
  }

  #put(at: number, ordinal: number, score: number): void {
    this.#ordinals[at] = ordinal
    this.#scores[at] = score
  }
}
