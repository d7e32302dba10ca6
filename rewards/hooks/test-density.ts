import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { allKnown, choice } from '../recorded.ts'
import { densityAdvantages, densityReward, densityWeights, discountedOutcome } from '../tests/density.ts'
import { resultsOfStep, type TestResults } from '../tests/results.ts'

/**
 * Tests that a step passes, by weights that fall with their pass rate over all steps of the group, and that tests of
 * like rates share: after VeRPO (arXiv 2601.03525 v3, equations 3 and 7 to 14, read second hand; no code, and constants
 * of ours). `form: 'advantage'` adds the outcome of the trajectory, all tests of its last step, discounted by its
 * length; both centred. Reads results that steps record. Declines where a step of a trajectory has none, or another
 * number of tests than the first.
 */
export default defineRewardHook({
  name: 'test-density',
  version: 1,
  scope: 'group',
  summary: 'tests that a step passes, weighted by how few steps pass them and by how many are alike, after VeRPO',
  options: { form: 'turn', alpha: 2, sigma: 0.2, delta: 0.01, gamma: 0.95, beta: 1 },
  ranges: { alpha: AMOUNT_RANGE, sigma: [1e-6, 1e6], delta: [0, 1e6], gamma: [0, 1], beta: AMOUNT_RANGE },
  reward({ trajectories }, { options: { form, ...rule } }) {
    const isAdvantage = choice('test-density', 'form', form, ['turn', 'advantage']) === 'advantage'
    const read = trajectories.map(({ steps }) => allKnown(steps.map(resultsOfStep)))
    const count = read.flat().find((results) => results !== null)?.length ?? 0
    const fits = (turns: readonly TestResults[] | null): boolean =>
      turns !== null && turns.length > 0 && turns.every(({ length }) => length === count)
    const known = read.filter((turns) => turns !== null).filter(fits)
    const { weights } = densityWeights(known.flat(), rule)
    const rewards = known.map((turns) => turns.map((results) => densityReward(results, weights)))
    const outcomes = known.map((turns) => discountedOutcome(turns, rule.gamma))
    const values = isAdvantage ? densityAdvantages(outcomes, rewards, rule.beta) : rewards
    let next = 0
    return {
      perStep: trajectories.map(({ steps }, at) =>
        fits(read[at] ?? null) ? (values[next++] ?? []) : steps.map(() => null),
      ),
    }
  },
})
