import type { Json } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { lexicographicPreference, marginsOf } from '../curation/lexicographic.ts'
import { meanOf } from '../numbers.ts'
import { allKnown, amongKnown } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/**
 * How often a trajectory is preferred to others of its group, from -1 to 1, where `signals` compare in order of
 * importance: the first in which one exceeds the other by more than its sigma times the signal's deviation decides, so
 * that no amount of a lesser one outweighs a greater (HERON; abukharin3/HERON `heron.py: RewardModel.get_loss`, which
 * trains a model on these preferences). As there, signals after the second take its sigma. Declines for members without
 * all signals, and for one alone.
 */
export default defineRewardHook({
  name: 'lexicographic',
  version: 1,
  scope: 'group',
  summary: 'how often a trajectory is preferred to others by several signals in order of importance, as in HERON',
  options: { signals: ['success'] as readonly string[], sigmas: [0] as readonly number[] },
  reward({ trajectories }, { options: { signals, sigmas } }) {
    const names = signals.filter(isText)
    const items = trajectories.map(({ rewards }) => allKnown(names.map((name) => signalValue(rewards, name))))
    return {
      perTrajectory: amongKnown(items, (known) => {
        const levels = names.map((_, level) => known.map((item) => item[level] ?? 0))
        const margins = marginsOf(levels, sigmas.filter(Number.isFinite))
        return known.map((item, own) => {
          const others = known.filter((_, at) => at !== own)
          const preferences = others.map((other): number => lexicographicPreference(item, other, margins))
          return names.length === 0 || others.length === 0 ? null : meanOf(preferences)
        })
      }),
    }
  },
})

const isText = (value: Json): value is string => typeof value === 'string'
