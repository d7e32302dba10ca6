import type { Step } from '../../core/data/types.ts'
import { allKnown } from '../recorded.ts'
import { signalValue } from '../signals.ts'
import { type CanonicalForm, rewardDistance, rewardNorm, type TransitionReward } from './reward-distance.ts'
import type { SampledProcess } from './sampled-process.ts'

/** How alike two signals are as rewards. */
export interface RewardPair {
  readonly first: string
  readonly second: string
  /** From 0, equal up to shaping and scale, to 2, opposite; null where one of them orders no policies. */
  readonly distance: number | null
  /** The same without removing shaping; null where one of them is 0 everywhere. */
  readonly raw: number | null
  /** Share of the pairs of episodes of a group that both sums order strictly which they order alike; null without any. */
  readonly sameOrder: number | null
  readonly pairs: number
}

/** Every two signals of a process. @param groups steps of the whole episodes of each group */
export function rewardPairs(
  process: SampledProcess,
  groups: readonly (readonly (readonly Step[])[])[],
  form: CanonicalForm,
): readonly RewardPair[] {
  const names = [...process.rewards.keys()]
  return names.flatMap((first, at) =>
    names.slice(at + 1).map((second) => rewardPair(process, groups, [first, second], form)),
  )
}

/** Two signals of a process; distances are null where one of them is not known on every transition. */
export function rewardPair(
  { dynamics, rewards }: SampledProcess,
  groups: readonly (readonly (readonly Step[])[])[],
  [first, second]: readonly [string, string],
  form: CanonicalForm,
): RewardPair {
  const [one, other] = [rewards.get(first), rewards.get(second)]
  const isKnown = one !== undefined && other !== undefined
  return {
    ...{ first, second },
    distance: isKnown ? rewardDistance(one, other, dynamics, form) : null,
    raw: isKnown ? rawDistance(one, other) : null,
    ...orderOf(groups, first, second),
  }
}

function rawDistance(one: TransitionReward, other: TransitionReward): number | null {
  const [first, second] = [rewardNorm(one), rewardNorm(other)]
  if (first === 0 || second === 0) return null
  const difference = one.map((actions, s) =>
    actions.map((row, a) => row.map((value, next) => value / first - (other[s]?.[a]?.[next] ?? 0) / second)),
  )
  return rewardNorm(difference)
}

function orderOf(
  groups: readonly (readonly (readonly Step[])[])[],
  first: string,
  second: string,
): Pick<RewardPair, 'sameOrder' | 'pairs'> {
  let [pairs, same] = [0, 0]
  for (const episodes of groups) {
    const sums = episodes.map((steps) => [sumOf(steps, first), sumOf(steps, second)] as const)
    for (const [at, [a1, a2]] of sums.entries())
      for (const [b1, b2] of sums.slice(at + 1)) {
        if (a1 === null || a2 === null || b1 === null || b2 === null || a1 === b1 || a2 === b2) continue
        pairs++
        if (a1 > b1 === a2 > b2) same++
      }
  }
  return { sameOrder: pairs === 0 ? null : same / pairs, pairs }
}

function sumOf(steps: readonly Step[], signal: string): number | null {
  const values = allKnown(steps.map(({ rewards }) => signalValue(rewards, signal)))
  return values === null ? null : values.reduce((sum, value) => sum + value, 0)
}
