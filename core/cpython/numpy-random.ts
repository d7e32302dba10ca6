import { GymError } from '../data/errors.ts'
import { MersenneTwister } from './mersenne-twister.ts'

/** numpy's legacy `numpy.random.RandomState`, seeded with an integer. */
export class RandomState {
  readonly #twister: MersenneTwister

  /** @throws GymError SEED_INVALID for anything but an integer from 0 to 2^32 - 1, as numpy refuses it. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
      throw new GymError('SEED_INVALID', `${seed} is not a seed: numpy takes an integer from 0 to 2^32 - 1`)
    this.#twister = MersenneTwister.fromWord(seed)
  }

  /**
   * `choice(items, size, replace=False)`: the head of a permutation of all items.
   * @throws RangeError when there are fewer items than `size`.
   */
  choiceWithoutReplacement<T>(items: readonly T[], size: number): T[] {
    if (!Number.isInteger(size) || size < 0 || size > items.length)
      throw new RangeError(`cannot choose ${size} of ${items.length} items without replacement`)
    return Array.from(this.#permutation(items.length).subarray(0, size), (position) => items[position] as T)
  }

  /** What `shuffle(items)` makes of a list. */
  shuffled<T>(items: readonly T[]): T[] {
    return Array.from(this.#permutation(items.length), (position) => items[position] as T)
  }

  #permutation(length: number): Uint32Array {
    const positions = Uint32Array.from({ length }, (_, position) => position)
    for (let last = length - 1; last > 0; last--) {
      const other = this.#upTo(last)
      const held = positions[last] ?? 0
      positions[last] = positions[other] ?? 0
      positions[other] = held
    }
    return positions
  }

  /** Uniform integer in [0, limit]: masked draws, rejected above the limit (`random_interval`). */
  #upTo(limit: number): number {
    const mask = 0xffffffff >>> Math.clz32(limit)
    let drawn = (this.#twister.next32() & mask) >>> 0
    while (drawn > limit) drawn = (this.#twister.next32() & mask) >>> 0
    return drawn
  }
}
