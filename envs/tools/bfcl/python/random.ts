import { MersenneTwister } from '../../../../core/cpython/mersenne-twister.ts'
import { keyOfInteger } from '../../../../core/cpython/random.ts'

/**
 * CPython's `random.Random(seed)` after a number of 32-bit words: its state is these two numbers, so that an episode can
 * hold it.
 */
export class CountedRandom {
  readonly #twister: MersenneTwister
  #drawn = 0

  constructor(seed: bigint, drawn: number) {
    this.#twister = MersenneTwister.fromKey(keyOfInteger(seed))
    while (this.#drawn < drawn) this.#next()
  }

  /** Words drawn so far. */
  get drawn(): number {
    return this.#drawn
  }

  /** Uniform in [low, high), 53 bits. */
  uniform(low: number, high: number): number {
    const [first, second] = [this.#next() >>> 5, this.#next() >>> 6]
    return low + (high - low) * ((first * 2 ** 26 + second) / 2 ** 53)
  }

  /** Uniform integer in [low, high], both included; below 2^53. */
  randint(low: number, high: number): bigint {
    const limit = high - low + 1
    const bits = limit.toString(2).length
    let value = this.#bits(bits)
    while (value >= limit) value = this.#bits(bits)
    return BigInt(low + value)
  }

  /** The lowest word comes first. */
  #bits(count: number): number {
    if (count <= 32) return this.#next() >>> (32 - count)
    const low = this.#next()
    return (this.#next() >>> (64 - count)) * 2 ** 32 + low
  }

  #next(): number {
    this.#drawn++
    return this.#twister.next32()
  }
}
