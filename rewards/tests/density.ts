import { meanOf, sumOf } from '../numbers.ts'
import type { TestResults } from './results.ts'

/** Constants of VeRPO; the paper's values are not known here. */
export interface DensityRule {
  /** How fast a test loses weight with its pass rate. */
  readonly alpha: number
  /** Width in which tests of like pass rates share their weight. */
  readonly sigma: number
  readonly delta: number
  /** Discount of the outcome for each turn. */
  readonly gamma: number
  /** Weight of turns beside the outcome. */
  readonly beta: number
}

/** Weights of tests, and what they are made of. */
export interface DensityWeights {
  readonly rates: readonly number[]
  readonly densities: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Weights of tests by their difficulty, after VeRPO (arXiv 2601.03525 v3, equations 3 and 7 to 9, read second hand):
 * exp(-alpha rate_j) / (N_j + delta), rate_j over all turns of the group, N_j = sum_k exp(-(rate_j - rate_k)^2 / (2
 * sigma^2)), so that many tests that fail together do not weigh more than one.
 * @param turns results of every turn, each of the same number of tests; at least one
 */
export function densityWeights(turns: readonly TestResults[], { alpha, sigma, delta }: DensityRule): DensityWeights {
  const rates = (turns[0] ?? []).map((_, test) => meanOf(turns.map((results) => Number(results[test] ?? false))))
  const densities = rates.map((own) => sumOf(rates.map((other) => Math.exp(-((own - other) ** 2) / (2 * sigma ** 2)))))
  const weights = rates.map((rate, test) => Math.exp(-alpha * rate) / ((densities[test] ?? 0) + delta))
  return { rates, densities, weights }
}

/** Weights of the tests that a turn passes, added up. */
export const densityReward = (results: TestResults, weights: readonly number[]): number =>
  sumOf(results.map((passed, test) => (passed ? (weights[test] ?? 0) : 0)))

/** Outcome of a trajectory: whether its last turn passes all (our reading), discounted by its turns. */
export const discountedOutcome = (turns: readonly TestResults[], gamma: number): number =>
  turns.at(-1)?.every(Boolean) ? gamma ** turns.length : 0

/** (outcome - mean over the group) + beta (turn - mean over all turns of the group); equations 10 to 14. */
export function densityAdvantages(
  outcomes: readonly number[],
  turns: readonly (readonly number[])[],
  beta: number,
): readonly (readonly number[])[] {
  const [outcomeMean, turnMean] = [meanOf(outcomes), meanOf(turns.flat())]
  return turns.map((own, at) => own.map((turn) => (outcomes[at] ?? 0) - outcomeMean + beta * (turn - turnMean)))
}
