import type { Filter } from './filter.ts'
import type { Schedule } from './schedule.ts'
import type { Transform } from './transforms/index.ts'

/** What becomes of a trajectory that lacks a signal the recipe needs. A null is never taken for zero. */
export type OnNull = (typeof ON_NULL)[number]
export const ON_NULL = ['drop-trajectory', 'drop-row', 'error'] as const

/** How a signal becomes one number of a trajectory, where that needs no number of its own. */
export const PLAIN_AGGREGATES = ['sum', 'mean', 'min', 'max', 'product', 'last', 'outcome'] as const
export type PlainAggregate = (typeof PLAIN_AGGREGATES)[number]

/**
 * How a signal becomes one number of a trajectory: over its steps in order, or, `outcome`, as the one value that the
 * trajectory itself has of it (outcome hooks, group hooks). `discounted` is the sum of gamma^t x_t; `softmin` the mean
 * with weights exp(-x / temperature), which approaches `min` as the temperature falls.
 */
export type Aggregate =
  | PlainAggregate
  | { readonly kind: 'discounted'; readonly gamma: number }
  | { readonly kind: 'softmin'; readonly temperature: number }

/** Pays a term only where a signal of the trajectory reaches a threshold, else 0. */
export interface Gate {
  readonly signal: string
  readonly atLeast: number
  /** @default 'outcome' */
  readonly aggregate?: Aggregate
}

/** One signal's part: in each step's value, or, with `aggregate`, in the total. */
export interface Term {
  /** A hook's name, or `env`. */
  readonly signal: string
  readonly weight: number
  /** Transforms of each value, in this order, before aggregation. */
  readonly transforms?: readonly Transform[]
  readonly aggregate?: Aggregate
  /** Transforms of the aggregate, in this order. */
  readonly afterwards?: readonly Transform[]
  readonly gate?: Gate
  /** Schedule of the weight over the progress of training. */
  readonly schedule?: Schedule
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
  /** Which trajectories of a group take part at all. */
  readonly filter?: Filter
  readonly onNull: OnNull
}
