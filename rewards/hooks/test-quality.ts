import { GymError } from '../../core/data/errors.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { qualityOf, shareWith, TRAITS, testedFunctions, testsWritten, traitsIn } from '../code/test-quality.ts'

/**
 * Quality of the Python tests that a step writes, without running them: -1 for code that cannot be parsed, 0 for tests that
 * assert nothing or call no tested function, else the share of traits of a good style, to 1. With the name of a trait as
 * `trait`, the share of the tests that have it. Declines where a step writes no test. After the static quality metrics of
 * RLSQM (Steenhoek et al., arXiv 2310.02368); the scale is our own.
 */
export default defineRewardHook({
  name: 'test-quality',
  version: 1,
  scope: 'turn',
  summary: 'quality of the Python tests that a step writes, by what can be seen without running them',
  options: { trait: 'all' },
  reward(step, { groundTruth, options: { trait } }) {
    const chosen = TRAITS.find((each) => each === trait)
    if (trait !== 'all' && chosen === undefined)
      throw new GymError('CONFIG_INVALID', `reward hook test-quality: trait is all, ${TRAITS.join(', ')}, not ${trait}`)
    const sources = testsWritten(step)
    if (sources.length === 0) return null
    const tested = testedFunctions(groundTruth())
    const each = sources.map((source) => traitsIn(source, tested))
    const traits = each.some((one) => one === null) ? null : each.flatMap((one) => one ?? [])
    return chosen === undefined ? qualityOf(traits) : shareWith(chosen, traits)
  },
})
