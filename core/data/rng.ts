import { GymError } from './errors.ts'
import { shown } from './shown.ts'

/** An integer from 0 to 2^64 - 1, kept exactly: a number up to 2^53 - 1, its decimal digits beyond. */
export type Seed = number | string

/** Two 32-bit words that name one stream of randomness. */
export interface Key {
  readonly word0: number
  readonly word1: number
}

const LARGEST_SEED = 2n ** 64n - 1n

/**
 * Accepts a number, a bigint or decimal digits, and returns the seed in its one exact form.
 * @throws GymError SEED_INVALID for anything else; an integer number above 2^53 - 1 has lost digits before it came here.
 */
export function parseSeed(input: unknown): Seed {
  if (typeof input === 'number' && !Number.isInteger(input)) throw invalidSeed(input, 'a seed is a whole number')
  if (typeof input === 'number' && !Number.isSafeInteger(input))
    throw invalidSeed(input, 'give integers above 2^53 - 1 as a string of digits or a bigint, so that no digit is lost')
  const value = typeof input === 'bigint' ? input : BigInt(digitsOf(input))
  if (value < 0n || value > LARGEST_SEED)
    throw invalidSeed(input, 'give an integer from 0 to 2^64 - 1 = 18446744073709551615')
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `${value}`
}

/** Digits of 2^64 - 1. Longer texts are refused unread: what `BigInt` takes grows with the square of their length. */
const MOST_DIGITS = 20

function digitsOf(input: unknown): string | number {
  if (typeof input === 'number') return input
  if (typeof input === 'string' && input.length <= MOST_DIGITS && /^\d+$/.test(input)) return input
  throw invalidSeed(input, `give an integer from 0 to 2^64 - 1, as a number or up to ${MOST_DIGITS} digits`)
}

const invalidSeed = (input: unknown, advice: string): GymError =>
  new GymError('SEED_INVALID', `${shown(input)} is not a seed: ${advice}`)

export function keyOfSeed(seed: Seed): Key {
  if (typeof seed === 'number') return { word0: seed | 0, word1: Math.floor(seed / 2 ** 32) | 0 }
  const value = BigInt(seed)
  return { word0: Number(BigInt.asIntN(32, value)), word1: Number(BigInt.asIntN(32, value >> 32n)) }
}

/** A key that no other pair of counters under `key` gives: the root of an independent stream. */
export function deriveKey(key: Key, counter0: number, counter1: number): Key {
  threefry(key.word0, key.word1, counter0 | 0, counter1 | 0)
  return { word0, word1 }
}

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the
 * generator of Random123 and JAX). It holds no hidden state: a draw is a function of (key, step, draw), so that a
 * restored or replayed episode draws what the original would have drawn.
 */
export class Rng {
  readonly #key: Key
  readonly #step: number
  #draw = 0

  constructor(key: Key, step: number) {
    this.#key = key
    this.#step = step
  }

  /** Uniform in [0, 1), 53 bits. */
  float(): number {
    threefry(this.#key.word0, this.#key.word1, this.#step, this.#draw++)
    return ((word0 >>> 0) * 2 ** 21 + (word1 >>> 11)) / 2 ** 53
  }

  /** True with this probability, from 0 to 1. Enumeration can follow both outcomes, which it cannot for a `float`. */
  chance(probability: number): boolean {
    return this.float() < probability
  }

  /**
   * Uniform integer in [low, high], both included; no value is likelier than another by more than 2^-53.
   * @throws RangeError if there is none, or more than 2^53.
   */
  int(low: number, high: number): number {
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high && high - low < 2 ** 53))
      throw new RangeError(`there is nothing to draw from ${low} to ${high}: give whole numbers, the lower first`)
    return low + Math.floor(this.float() * (high - low + 1))
  }

  /** @throws RangeError for an empty list. */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to choose from')
    return items[this.int(0, items.length - 1)] as T
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items]
    for (let last = copy.length - 1; last > 0; last--) {
      const other = this.int(0, last)
      const held = copy[last] as T
      copy[last] = copy[other] as T
      copy[other] = held
    }
    return copy
  }
}

let word0 = 0
let word1 = 0
const ODD_ROTATIONS = [13, 15, 26, 6] as const
const EVEN_ROTATIONS = [17, 29, 16, 24] as const

/** Leaves its two words in `word0` and `word1`, to allocate nothing. */
function threefry(key0: number, key1: number, counter0: number, counter1: number): void {
  let [a, b, c] = [key0, key1, 0x1bd11bda ^ key0 ^ key1]
  let x = (counter0 + a) | 0
  let y = (counter1 + b) | 0
  for (let round = 1; round <= 5; round++) {
    const [r0, r1, r2, r3] = round & 1 ? ODD_ROTATIONS : EVEN_ROTATIONS
    x = (x + y) | 0
    y = ((y << r0) | (y >>> (32 - r0))) ^ x
    x = (x + y) | 0
    y = ((y << r1) | (y >>> (32 - r1))) ^ x
    x = (x + y) | 0
    y = ((y << r2) | (y >>> (32 - r2))) ^ x
    x = (x + y) | 0
    y = ((y << r3) | (y >>> (32 - r3))) ^ x
    const used = a
    a = b
    b = c
    c = used
    x = (x + a) | 0
    y = (y + b + round) | 0
  }
  word0 = x
  word1 = y
}
