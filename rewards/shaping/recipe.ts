import type { Aggregate } from './aggregate.ts'
import type { Filter } from './filter.ts'
import type { Gate } from './gate.ts'
import type { Schedule } from './schedule.ts'
import type { StepMask } from './step-mask.ts'
import type { Transform } from './transforms/index.ts'

/** What becomes of a trajectory that lacks a signal the recipe needs. A null never counts as zero. */
export type OnNull = (typeof ON_NULL)[number]
export const ON_NULL = ['drop-trajectory', 'drop-row', 'error'] as const

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
  /** Which trajectories of a group take part at all: by one filter, or by several in their order. */
  readonly filter?: Filter | readonly Filter[]
  /** Which steps have an advantage. */
  readonly mask?: StepMask
  readonly onNull: OnNull
}

/** Filters of a recipe, in their order. */
export const filtersOf = ({ filter }: Pick<Recipe, 'filter'>): readonly Filter[] => {
  if (filter === undefined) return []
  return 'kind' in filter ? [filter] : filter
}
