import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { successRates } from '../progress/prefixes.ts'
import { proverValues } from '../progress/prover.ts'
import { choice, outcomesOf } from '../recorded.ts'

/**
 * By how much a step raises the success rate of a prover, the best of `best` rollouts of the policy, by forks of the
 * group: process advantage verifiers (Setlur et al., arXiv 2410.08146, equations 2, 4 and 5; no code). `form:
 * 'effective'` adds the policy's own rate after the step to `alpha` times that. A rate is the mean outcome, from 0 to
 * 1, of the trajectories that pass a point; declines where fewer than `least` pass one end of the step. Few rollouts
 * bias it: the paper takes 20 a prefix.
 */
export default defineRewardHook({
  name: 'prover-advantage',
  version: 1,
  scope: 'group',
  summary: "rise of a best-of-k prover's success rate at a step, by forks, as in PAV",
  options: { form: 'advantage', signal: 'success', best: 4, alpha: 0.5, least: 2 },
  ranges: { best: [1, 10_000], alpha: AMOUNT_RANGE, least: [1, 1_000_000] },
  reward({ trajectories }, { options: { form, signal, best, alpha, least } }) {
    const chosen = choice('prover-advantage', 'form', form, ['advantage', 'effective'])
    const rates = successRates(trajectories, outcomesOf(trajectories, signal).map(shareOrNull), least)
    return {
      perStep: rates.map((own) =>
        own.slice(1).map((after, step) => {
          const before = own[step] ?? null
          return before === null || after === null
            ? null
            : (proverValues([before, after], best, alpha)[chosen][0] ?? null)
        }),
      ),
    }
  },
})

const shareOrNull = (outcome: number | null): number | null =>
  outcome !== null && outcome >= 0 && outcome <= 1 ? outcome : null
