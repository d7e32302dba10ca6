import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { measuredResponses } from '../lengths/measured.ts'
import {
  adaptiveTargets,
  type Band,
  bandOf,
  longestOf,
  TARGET_KINDS,
  type TargetRule,
  targetedScore,
} from '../lengths/target.ts'
import { amongKnown, choice } from '../recorded.ts'

const BANDS: readonly Band[] = ['low', 'medium', 'high']
const LENGTHS = [1, 10_000_000] as const

/**
 * An outcome, changed for right answers by whether they keep a target of tokens: LASER (arXiv 2505.15612;
 * hkust-nlp/Laser `length_penalty.py`). `target` holds for all groups; LASER-D's targets follow the difficulty of the
 * group where `low`, `medium` and `high` give the share of all responses of that band within each of `thresholds`.
 * An outcome of exactly 1 is right. Declines without the outcome or token evidence of every action.
 */
export default defineRewardHook({
  name: 'length-target',
  version: 1,
  scope: 'group',
  summary: 'an outcome, with a bonus for right answers within a target of tokens, as in LASER and LASER-D',
  options: {
    ...{ signal: 'success', kind: 'reward', target: 4096, bonus: 0.5 },
    ...{ thresholds: [4096, 5120, 6144, 7168, 8192], rollouts: 8, expected: 1, rounding: 'floor' },
    ...{ low: [] as readonly number[], medium: [] as readonly number[], high: [] as readonly number[] },
  },
  ranges: { target: LENGTHS, bonus: AMOUNT_RANGE, rollouts: [1, 100_000], expected: AMOUNT_RANGE },
  reward({ trajectories }, { options }) {
    const kind = choice('length-target', 'kind', options.kind, TARGET_KINDS)
    const rounding = choice('length-target', 'rounding', options.rounding, ['floor', 'ceil'])
    return {
      perTrajectory: amongKnown(measuredResponses(trajectories, options.signal), (group) => {
        const target = targetOf({ ...options, rounding }, longestOf(group), group.length === 0 ? 'low' : bandOf(group))
        return group.map((response) => targetedScore(response, target, kind, options.bonus))
      }),
    }
  },
})

interface Targets extends TargetRule, Readonly<Record<Band, readonly number[]>> {
  readonly target: number
}

const targetOf = (options: Targets, longest: number, band: Band): number =>
  BANDS.every((each) => options[each].length === 0) ? options.target : adaptiveTargets(options, longest, options)[band]
