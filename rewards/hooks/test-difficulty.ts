import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { lastResults, type TestResults } from '../tests/results.ts'

/**
 * The tests that a trajectory passes at its end, weighted by how few of its group pass them, together with the outcome:
 * (1 - outcome) * sum_j w_j passed_j / sum_j w_j + outcome * [all pass], where w_j = 1 - rate_j and rate_j is the share
 * of the group's trajectories that pass test j. From 0 to 1. A test that all pass weighs nothing; where that is so of
 * every test, the sum is 1.
 *
 * Inspired by VeRPO (arXiv 2601.03525), which weighs tests by their pass rates in a group and adds the global outcome;
 * its weights are others. Declines for trajectories without recorded results, or with another number of tests than the
 * first that has some; they count in no rate.
 */
export default defineRewardHook({
  name: 'test-difficulty',
  version: 1,
  scope: 'group',
  summary: 'tests that pass at the end, weighted by how few of the group pass them, and whether all do',
  options: { outcome: 0.5 },
  ranges: { outcome: AMOUNT_RANGE },
  reward({ trajectories }, { options: { outcome } }) {
    const all = trajectories.map(({ steps }) => lastResults(steps))
    const count = all.find((results) => results !== null)?.length ?? 0
    const vectors = all.map((results) => (results?.length === count ? results : null))
    const weights = weightsOf(
      vectors.filter((results) => results !== null),
      count,
    )
    const scoreOf = (results: TestResults): number =>
      (1 - outcome) * weightedShare(results, weights) + outcome * Number(results.every(Boolean))
    return { perTrajectory: vectors.map((results) => (results === null ? null : scoreOf(results))) }
  },
})

const weightsOf = (vectors: readonly TestResults[], count: number): readonly number[] =>
  Array.from({ length: count }, (_, test) => vectors.filter((results) => !results[test]).length / vectors.length)

function weightedShare(results: TestResults, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const passed = weights.reduce((sum, weight, test) => sum + (results[test] ? weight : 0), 0)
  return total === 0 ? 1 : passed / total
}
