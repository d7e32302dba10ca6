import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Reward, Step, Trajectory } from '../../core/data/types.ts'
import { signalNamed } from '../signals.ts'
import { type Measures, type Subject, unknown } from './measures.ts'

/** A recorded trajectory; one without a group is a group of its own. */
export function subjectOf({ id, groupId, ending, steps, rewards }: Trajectory): Subject {
  return {
    id,
    group: groupId ?? `alone/${id}`,
    isAborted: ending === 'aborted',
    indexes: steps.map(({ index }) => index),
    steps: (signal) => joined(steps.map((step) => measure(step.rewards, step.index, signal))),
    outcome: (signal) => measure(rewards, null, signal),
    repeats: (anchor) => repeatsOf(steps, anchor, id),
  }
}

function measure(rewards: readonly Reward[], index: number | null, signal: string): Measures {
  const reward = signalNamed(rewards, signal)
  if (reward === undefined) return unknown({ signal, index, reason: 'not-recorded' })
  if (reward.value === null) return unknown({ signal, index, reason: reward.reason })
  return { values: [reward.value], missing: [] }
}

const joined = (each: readonly Measures[]): Measures => ({
  values: each.flatMap(({ values }) => values),
  missing: each.flatMap(({ missing }) => missing),
})

function repeatsOf(steps: readonly Step[], anchor: string, id: string): readonly boolean[] {
  const seen = new Set<string>()
  return steps.map(({ anchors, action, index }) => {
    const place = anchors[anchor]
    if (place === undefined)
      throw new GymError('SIGNAL_MISSING', `step ${index} of trajectory ${id} has no anchor ${anchor}`)
    const key = canonicalJson([place, action])
    const isSeen = seen.has(key)
    seen.add(key)
    return isSeen
  })
}
