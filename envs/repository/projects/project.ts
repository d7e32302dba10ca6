import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'

/** A function of a project that tests call. */
export interface ProjectCall {
  /** Its dotted name, such as `shop.orders.total`. */
  readonly name: string
  /** Arguments: usual ones, and those at the boundaries that the constants make. */
  draw(rng: Rng, constants: Readonly<Record<string, number>>): readonly Json[]
}

/** A small Python package in the part of Python that `python/` runs. */
export interface Project {
  /** Name of the package. */
  readonly name: string
  /** One sentence for the README of the repository. */
  readonly summary: string
  /** Values that a constant may have; `{{NAME}}` represents it in the sources. */
  readonly constants: Readonly<Record<string, readonly number[]>>
  /** Source of each module. Later ones import earlier ones. */
  readonly modules: Readonly<Record<string, string>>
  readonly calls: readonly ProjectCall[]
}

/** Results of a number of draws. */
export const times = <T>(count: number, draw: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => draw(at))

/** A value of a constant, or one beside it. */
export const near = (rng: Rng, value: number): number => Math.max(0, value + rng.int(-1, 1))
