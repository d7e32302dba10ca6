const SIZE = 624
const SHIFT = 397
const TWIST = 0x9908b0df
const UPPER_BIT = 0x80000000
const LOWER_BITS = 0x7fffffff

/**
 * MT19937 (Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random
 * number generator", ACM TOMACS 1998, with the seeding of 2002): the bit source of CPython's `random` and of numpy's
 * `RandomState`.
 */
export class MersenneTwister {
  readonly #words = new Int32Array(SIZE)
  #position = SIZE

  /** Seeds with one 32-bit word (`init_genrand`). */
  static fromWord(word: number): MersenneTwister {
    const twister = new MersenneTwister()
    twister.#fillFrom(word)
    return twister
  }

  /** Seeds with a key of at least one 32-bit word (`init_by_array`). */
  static fromKey(key: Uint32Array): MersenneTwister {
    const twister = new MersenneTwister()
    twister.#fillFrom(19650218)
    twister.#mixIn(key)
    return twister
  }

  /** The next 32 bits, as an integer from 0 to 2^32 - 1. */
  next32(): number {
    if (this.#position === SIZE) this.#twist()
    let word = this.#words[this.#position++] ?? 0
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  #fillFrom(seed: number): void {
    const words = this.#words
    words[0] = seed
    for (let i = 1; i < SIZE; i++) {
      const before = words[i - 1] ?? 0
      words[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i
    }
  }

  #mixIn(key: Uint32Array): void {
    let position = 1
    for (let round = 0; round < Math.max(SIZE, key.length); round++) {
      const part = round % key.length
      position = this.#mixWord(position, 1664525, (key[part] ?? 0) + part)
    }
    for (let round = 1; round < SIZE; round++) position = this.#mixWord(position, 1566083941, -position)
    this.#words[0] = UPPER_BIT
  }

  #mixWord(position: number, factor: number, addend: number): number {
    const words = this.#words
    const before = words[position - 1] ?? 0
    words[position] = ((words[position] ?? 0) ^ Math.imul(before ^ (before >>> 30), factor)) + addend
    if (position < SIZE - 1) return position + 1
    words[0] = words[SIZE - 1] ?? 0
    return 1
  }

  #twist(): void {
    const words = this.#words
    for (let i = 0; i < SIZE; i++) {
      const joined = ((words[i] ?? 0) & UPPER_BIT) | ((words[(i + 1) % SIZE] ?? 0) & LOWER_BITS)
      words[i] = (words[(i + SHIFT) % SIZE] ?? 0) ^ (joined >>> 1) ^ (joined & 1 ? TWIST : 0)
    }
    this.#position = 0
  }
}
