import type { Credit } from '../estimator/estimator.ts'
import { ROUNDING } from '../estimator/rounding.ts'
import { momentsOf } from '../estimator/statistics.ts'
import { correlationOf, ranksOf } from './ranks.ts'

/** The advantages of one estimator at a glance. */
export interface Spread {
  /** Steps that have an advantage, as a share of all. */
  readonly share: number
  /** Steps whose advantage is not 0, as a share of those that have one; null where none has. */
  readonly nonZero: number | null
  /** Mean of the defined advantages; null if there is none, or, for the deviation (Bessel's), fewer than two. */
  readonly mean: number | null
  readonly deviation: number | null
  readonly least: number | null
  readonly most: number | null
}

/** How far two estimators say the same of the steps that both have an advantage for. */
export interface Agreement {
  readonly estimators: readonly [string, string]
  readonly steps: number
  /** Share of equal signs where neither says 0; null where there is no such step. */
  readonly sameSign: number | null
  /** Spearman's rank correlation, equal advantages sharing their ranks; null where one of the two does not vary. */
  readonly rankCorrelation: number | null
}

/** Summarises the spread of advantages. */
export function spreadOf({ advantages, mask }: Credit): Spread {
  const used = advantages.filter((_, row) => mask[row])
  const some = used.length > 0
  const { means, deviations } = momentsOf({ ids: new Int32Array(used.length), count: 1 }, used)
  const rounding = roundingOf(used)
  return {
    share: used.length / advantages.length,
    nonZero: some ? used.filter((value) => Math.abs(value) > rounding).length / used.length : null,
    mean: some ? (means[0] ?? null) : null,
    deviation: used.length > 1 ? (deviations[0] ?? null) : null,
    least: some ? used.reduce((a, b) => Math.min(a, b)) : null,
    most: some ? used.reduce((a, b) => Math.max(a, b)) : null,
  }
}

/** Differences of advantages up to it are rounding. */
const roundingOf = (advantages: Float64Array): number =>
  ROUNDING * advantages.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)

/** Advantages by their rows, and which rows have one. */
type Rows = Pick<Credit, 'advantages' | 'mask'>

/** Every pair of estimators that have advantages, in their order. */
export function agreements(
  assigned: readonly { readonly estimator: string; readonly credit: Rows | null }[],
): readonly Agreement[] {
  const credited = assigned.flatMap(({ estimator, credit }) => (credit ? [{ estimator, credit }] : []))
  return credited.flatMap((first, at) =>
    credited.slice(at + 1).map((second) => ({
      estimators: [first.estimator, second.estimator] as const,
      ...agreementOf(first.credit, second.credit),
    })),
  )
}

function agreementOf(first: Rows, second: Rows): Omit<Agreement, 'estimators'> {
  const isShared = (row: number): boolean => first.mask[row] === 1 && second.mask[row] === 1
  const a = first.advantages.filter((_, row) => isShared(row))
  const b = second.advantages.filter((_, row) => isShared(row))
  const [roundingA, roundingB] = [roundingOf(a), roundingOf(b)]
  const products = a
    .map((value, at) => signOf(value, roundingA) * signOf(b[at] ?? 0, roundingB))
    .filter((sign) => sign !== 0)
  return {
    steps: a.length,
    sameSign: products.length > 0 ? products.filter((sign) => sign > 0).length / products.length : null,
    rankCorrelation: a.length > 0 ? correlationOf(ranksOf(a, roundingA), ranksOf(b, roundingB)) : null,
  }
}

const signOf = (value: number, rounding: number): number => (Math.abs(value) <= rounding ? 0 : Math.sign(value))
