import { meanOf, sumOf } from '../numbers.ts'

/** Baselines of BRPO: earlier answers of the same thought and the group, one of them, or none. */
export const BASELINES = ['brpo', 'v1only', 'v2only', 'none'] as const
/** Name of a baseline of BRPO. */
export type BudgetBaseline = (typeof BASELINES)[number]

/** What is made of one group: rows are members, columns its budgets. */
export interface BudgetAdvantages {
  readonly returns: readonly (readonly number[])[]
  readonly own: readonly (readonly number[])[]
  readonly group: readonly (readonly number[])[]
  readonly advantages: readonly (readonly number[])[]
}

/**
 * BRPO's advantages of the segments of a thought (AnytimeReasoner, arXiv 2505.13438; sail-sg/AnytimeReasoner `brpo.py:
 * compute_cot_advantage`): the answers forced at budget t have a mean score; a segment s returns sum_{t >= s} P_t
 * score_t. Its baseline is (s V1 + (S - s) V2) / S: V1 the mean of earlier scores, with weights 2^t, times sum_{t >= s}
 * P_t; V2 the group's mean return (0 for a group of one).
 * @param scores mean score of each member at each budget
 * @param shares probability P of each budget
 */
export function budgetSegments(
  scores: readonly (readonly number[])[],
  shares: readonly number[],
  baseline: BudgetBaseline,
): BudgetAdvantages {
  const count = shares.length
  const from = (segment: number): number => sumOf(shares.slice(segment))
  const places = shares.map((_, at) => at)
  const returns = scores.map((row) =>
    places.map((s) => sumOf(places.slice(s).map((t) => (shares[t] ?? 0) * (row[t] ?? 0)))),
  )
  const own = scores.map((row) => places.map((s) => (s === 0 ? 0 : earlierMean(row.slice(0, s)) * from(s))))
  const groupMeans = places.map((s) => (scores.length === 1 ? 0 : meanOf(returns.map((row) => row[s] ?? 0))))
  const baselineOf = (v1: number, v2: number, s: number): number =>
    ({ brpo: (s * v1 + (count - s) * v2) / count, v1only: v1, v2only: v2, none: 0 })[baseline]
  const advantages = returns.map((row, member) =>
    row.map((value, s) => value - baselineOf(own[member]?.[s] ?? 0, groupMeans[s] ?? 0, s)),
  )
  return { returns, own, group: returns.map(() => groupMeans), advantages }
}

/** Mean with weights 2^t. */
const earlierMean = (scores: readonly number[]): number =>
  sumOf(scores.map((score, t) => score * 2 ** t)) / (2 ** scores.length - 1)

/** Shares of budgets: all alike, by their size, or all on the largest. */
export function budgetShares(budgets: readonly number[], prior: 'uniform' | 'linear' | 'base'): readonly number[] {
  if (prior === 'uniform') return budgets.map(() => 1 / budgets.length)
  if (prior === 'linear') return budgets.map((budget) => budget / sumOf(budgets))
  return budgets.map((_, at) => Number(at === budgets.length - 1))
}

/**
 * BRPO's advantages of the answers themselves (`compute_summary_advantage`): a score less the mean of the answers after
 * the same thought; with one answer a budget, less the group's mean at that budget.
 * @param scores of each member: its answers at each budget in turn, `answers` a budget
 * @param thoughts which thought each answer follows: budgets that cut a short one at the same place share it
 */
export function answerAdvantages(
  scores: readonly (readonly number[])[],
  thoughts: readonly (readonly number[])[],
  answers: number,
): readonly (readonly number[])[] {
  return scores.map((row, member) =>
    row.map((score, at) => {
      const same = row.filter((_, other) => thoughts[member]?.[other] === thoughts[member]?.[at])
      return score - meanOf(answers === 1 ? scores.map((other) => other[at] ?? 0) : same)
    }),
  )
}
