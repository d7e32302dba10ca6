import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { meanOf } from '../numbers.ts'
import { type JudgedProcess, trustedProcess } from '../progress/trust.ts'
import { allKnown, amongKnown, stepValues } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/**
 * Outcome plus a process score whose weight falls over training, and further in groups whose wrong answers score
 * higher than the right ones: Trust-GRPO (SophiaVL-R1, arXiv 2505.17018; `custom.py: CustomRewardManager`). The
 * process score is the signal `process` of the trajectory, else its mean over the steps; `step` is the training step.
 * The release judges only outcomes from .2 and counts others as 0, so that with outcomes of 0 and 1 its trust never
 * acts; here all are judged unless `judgedFrom` says otherwise. Declines without outcome or process score.
 */
export default defineRewardHook({
  name: 'trusted-process',
  version: 1,
  scope: 'group',
  summary: 'outcome plus a process score, as far as it ranks right answers above wrong ones, as in Trust-GRPO',
  options: { signal: 'success', process: 'progress', step: 0, time: 500, weight: 0.3, judgedFrom: -1e6 },
  ranges: { step: [0, 1e12], time: [1e-6, 1e12], weight: AMOUNT_RANGE, judgedFrom: AMOUNT_RANGE },
  reward({ trajectories }, { options: { signal, process, step, ...rule } }) {
    const rows = trajectories.map((each): JudgedProcess | null => {
      const [outcome, score] = [signalValue(each.rewards, signal), processOf(each, process)]
      return outcome === null || score === null ? null : { outcome, process: score }
    })
    return { perTrajectory: amongKnown(rows, (known) => trustedProcess(known, step, rule).rewards) }
  },
})

function processOf(trajectory: Trajectory, process: string): number | null {
  const whole = signalValue(trajectory.rewards, process)
  if (whole !== null) return whole
  const values = allKnown(stepValues(trajectory, process))
  return values === null || values.length === 0 ? null : meanOf(values)
}
