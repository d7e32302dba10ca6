/** What becomes of a trajectory that lacks a signal the recipe needs. A null is never taken for zero. */
export type OnNull = (typeof ON_NULL)[number]
export const ON_NULL = ['drop-trajectory', 'drop-row', 'error'] as const

/**
 * How a signal becomes one number of a trajectory: over its steps in order, or, `outcome`, as the one value that the
 * trajectory itself has of it (outcome hooks, group hooks).
 */
export type Aggregate = (typeof AGGREGATES)[number]
export const AGGREGATES = ['sum', 'mean', 'min', 'max', 'product', 'last', 'outcome'] as const

/** Pays a term only where a signal of the trajectory reaches a threshold, else 0. */
export interface Gate {
  readonly signal: string
  readonly atLeast: number
  /** @default 'outcome' */
  readonly aggregate?: Aggregate
}

/** Bounds on each value of a signal, before it is aggregated and weighted. At least one of the two. */
export interface Clip {
  readonly low?: number
  readonly high?: number
}

/** One signal's part: in each step's value, or, with `aggregate`, in the total. */
export interface Term {
  /** A hook's name, or `env`. */
  readonly signal: string
  readonly weight: number
  readonly aggregate?: Aggregate
  readonly gate?: Gate
  readonly clip?: Clip
}

/**
 * How recorded signals are combined when credit is assigned: plain JSON, so that a run can be scored again under
 * another. Nothing is summed over steps unless a term says so.
 */
export interface Recipe {
  /** Lower case with dashes. */
  readonly name: string
  /** Raised whenever the same signals may give another value. */
  readonly version: number
  /** One sentence for listings. */
  readonly summary?: string
  /** At least one. */
  readonly terms: readonly Term[]
  readonly onNull: OnNull
}
