import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { keyTokens, propagated, tokenDeviations, weightedLikelihood } from '../log-probs/reflection.ts'
import { amongKnown, choice, lastRecorded, logProbsIn } from '../recorded.ts'

/**
 * Log-likelihood of the reference answer after the agent's reasoning, in which tokens weigh how differently the group
 * sees them: after the reasoning reflection reward of DRO (arXiv 2506.13351 v1, read as text; no code). The weight,
 * the population deviation of a token to the power `power`, is ours: the paper names none. `form: 'masked'` takes off
 * the likelihood without reasoning, `propagated` lets the `keys` least certain tokens weigh on those after them. Steps
 * record `referenceLogProbs` and `maskedLogProbs`. Declines where they are missing or of another length than the first.
 */
export default defineRewardHook({
  name: 'reasoning-reflection',
  version: 1,
  scope: 'group',
  summary: 'likelihood of the reference answer, weighted by where the group differs, after DRO',
  options: { form: 'plain', power: 1, keys: 4, gamma: 0.1 },
  ranges: { power: [0, 100], keys: [0, 10_000], gamma: AMOUNT_RANGE },
  reward({ trajectories }, { options: { form, power, keys, gamma } }) {
    const chosen = choice('reasoning-reflection', 'form', form, ['plain', 'masked', 'propagated'])
    const read = trajectories.map((each) => logProbsIn(lastRecorded(each, 'referenceLogProbs')))
    const masks = trajectories.map((each) => logProbsIn(lastRecorded(each, 'maskedLogProbs')))
    const length = read.find((row) => row !== null)?.length ?? 0
    const fits = (row: readonly number[] | null): readonly number[] | null => (row?.length === length ? row : null)
    const rows = read.map((row, at) => {
      const masked = fits(masks[at] ?? null)
      const own = fits(row)
      return own === null || (chosen === 'masked' && masked === null) ? null : { own, masked: masked ?? [] }
    })
    return {
      perTrajectory: amongKnown(rows, (known) => {
        const deviations = tokenDeviations(known.map(({ own }) => own))
        const weigh = (row: readonly number[]): number => weightedLikelihood(row, deviations, power)
        const tokens = keyTokens(deviations, keys)
        return known.map(({ own, masked }) => {
          if (chosen === 'propagated') return weigh(propagated(own, tokens, gamma))
          return chosen === 'masked' ? weigh(own) - weigh(masked) : weigh(own)
        })
      }),
    }
  },
})
