import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { finalScoreIn, renormalised, scoreShare } from '../progress/renorm.ts'
import { recordedIn } from '../recorded.ts'
import { signalNamed, signalValue } from '../signals.ts'

/**
 * ReNorm of PPR (Zhuohao-Li/ppr `main_ppo.py: _apply_process_reward_optimizations`): a step before the last has its
 * process score plus the outcome minus `beta`; the last has the outcome. The score is the step signal `process`, from 0
 * to 1; where there is no such signal, S / MAX of a judge's reply `<final_score>S,MAX</final_score>` that the step
 * records as the text `judge`. Declines without the outcome, and at steps without a valid score, which the reference
 * counts as 0 and so as the worst.
 */
export default defineRewardHook({
  name: 'renorm',
  version: 1,
  scope: 'group',
  summary: 'process score of a step plus outcome minus a constant, and the outcome at the last, as in PPR',
  options: { signal: 'success', process: 'progress', beta: 1 },
  ranges: { beta: AMOUNT_RANGE },
  reward: ({ trajectories }, { options: { signal, process, beta } }) => ({
    perStep: trajectories.map(({ steps, rewards }) => {
      const outcome = signalValue(rewards, signal)
      if (outcome === null || steps.length === 0) return steps.map(() => null)
      return renormalised(
        steps.slice(0, -1).map((step) => scoreOf(step, process)),
        outcome,
        beta,
      )
    }),
  }),
})

function scoreOf(step: Step, process: string): number | null {
  const signal = signalNamed(step.rewards, process)
  if (signal !== undefined) return signal.value
  const reply = recordedIn(step, 'judge')
  return typeof reply === 'string' ? scoreShare(finalScoreIn(reply)) : null
}
