import { keyOfSeed, Rng } from '../../../core/data/rng.ts'

/** How long a service takes around its mean. */
export type Spread = 'constant' | 'exponential'

/** Draws of one simulation, all from its seed. */
export class Draws {
  readonly #rng: Rng

  constructor(seed: number) {
    this.#rng = new Rng(keyOfSeed(seed), 0)
  }

  /** Uniform from 0 up to `below`, which it never reaches. */
  uniform(below: number): number {
    return below * this.#rng.float()
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#rng.float())
  }

  service(mean: number, spread: Spread): number {
    return spread === 'constant' ? mean : this.exponential(mean)
  }
}
