import { GymError } from '../data/errors.ts'
import { MersenneTwister } from './mersenne-twister.ts'

/**
 * CPython 3.11's `random.Random`, seeded with an integer: the same calls give the same results to the last bit.
 * It exists to reproduce what Python programs drew; the randomness of an episode is `core/data/rng.ts`.
 */
export class PythonRandom {
  readonly #twister: MersenneTwister

  /** @throws GymError SEED_INVALID for a number that is not a safe integer (give large seeds as bigint). */
  constructor(seed: number | bigint) {
    if (typeof seed === 'number' && !Number.isSafeInteger(seed))
      throw new GymError('SEED_INVALID', `${seed} is not a seed: give an integer, or a bigint above 2^53 - 1`)
    this.#twister = MersenneTwister.fromKey(keyOfInteger(BigInt(seed)))
  }

  /** Uniform in [0, 1), 53 bits. */
  random(): number {
    const high = this.#twister.next32() >>> 5
    const low = this.#twister.next32() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  /** `bits` random bits as a non-negative integer; 0 to 32 of them, and 0 draws nothing. */
  getrandbits(bits: number): number {
    if (!Number.isInteger(bits) || bits < 0 || bits > 32) throw new RangeError(`bits must be from 0 to 32, got ${bits}`)
    return bits === 0 ? 0 : this.#twister.next32() >>> (32 - bits)
  }

  /** Uniform integer in [0, limit), `limit` from 1 to 2^32 - 1 (`_randbelow`). */
  randbelow(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit >= 2 ** 32)
      throw new RangeError(`there is no integer to draw below ${limit}`)
    const shift = Math.clz32(limit)
    let drawn = this.#twister.next32() >>> shift
    while (drawn >= limit) drawn = this.#twister.next32() >>> shift
    return drawn
  }

  /** Uniform integer in [low, high], both included. */
  randint(low: number, high: number): number {
    return low + this.randbelow(high - low + 1)
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.random()
  }

  /** @throws RangeError for an empty list. */
  choice<T>(items: readonly T[]): T {
    return at(items, this.randbelow(items.length))
  }

  /** `count` draws with replacement, all items equally likely. */
  choices<T>(items: readonly T[], count: number): T[] {
    if (items.length === 0) throw new RangeError('there is nothing to choose from')
    return Array.from({ length: count }, () => at(items, Math.floor(this.random() * items.length)))
  }

  /** Shuffles the array itself, as Python does. */
  shuffle<T>(items: T[]): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.randbelow(last + 1)
      const held = at(items, last)
      items[last] = at(items, other)
      items[other] = held
    }
  }

  /**
   * `count` different positions' items, in the order drawn.
   * @throws RangeError when there are fewer items than `count`.
   */
  sample<T>(items: readonly T[], count: number): T[] {
    if (!Number.isInteger(count) || count < 0 || count > items.length)
      throw new RangeError(`cannot sample ${count} of ${items.length} items`)
    return items.length <= largestPool(count) ? this.#sampleFromPool(items, count) : this.#sampleBySet(items, count)
  }

  #sampleFromPool<T>(items: readonly T[], count: number): T[] {
    const pool = [...items]
    return Array.from({ length: count }, (_, taken) => {
      const position = this.randbelow(pool.length - taken)
      const item = at(pool, position)
      pool[position] = at(pool, pool.length - taken - 1)
      return item
    })
  }

  #sampleBySet<T>(items: readonly T[], count: number): T[] {
    const positions = new Set<number>()
    while (positions.size < count) positions.add(this.randbelow(items.length))
    return Array.from(positions, (position) => at(items, position))
  }
}

/** 32-bit words of the seed's absolute value, lowest first: the key of its Mersenne Twister. */
export function keyOfInteger(seed: bigint): Uint32Array {
  const words: number[] = []
  for (let rest = seed < 0n ? -seed : seed; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn))
  return Uint32Array.from(words.length === 0 ? [0] : words)
}

/** Up to this many items CPython copies them all to draw from; beyond, it remembers which positions it has drawn. */
function largestPool(count: number): number {
  if (count <= 5) return 21
  let power = 1
  while (power < count * 3) power *= 4
  return 21 + power
}

const at = <T>(items: readonly T[], position: number): T => items[position] as T
