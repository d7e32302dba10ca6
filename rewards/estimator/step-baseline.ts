import { type Mode, settled } from './rounding.ts'

/** A rollout of a group for `lessSiblings`: step rewards, with each step's length in tokens. */
export interface StepRewards {
  readonly rewards: readonly number[]
  readonly lengths: readonly number[]
}

/**
 * PURE's rewards less the baseline of the others of the group. `step`: the mean over the others of their mean reward a
 * step. `token`: the others' total over their total of tokens, times the step's own tokens. Reference: PURE,
 * `experience_maker.py: process_experiences_backup`. A rollout alone keeps its rewards; one without steps is not a member.
 */
export function lessSiblings(
  group: readonly StepRewards[],
  baseline: 'step' | 'token',
  mode: Mode = 'paper',
): readonly (readonly number[])[] {
  const largest = largestIn(group.flatMap(({ rewards }) => rewards))
  return group.map((own) => {
    const others = group.filter((each) => each !== own && each.rewards.length > 0)
    if (others.length === 0) return own.rewards
    const perStep = sum(others.map(({ rewards }) => sum(rewards) / rewards.length)) / others.length
    const tokens = sum(others.map(({ lengths }) => sum(lengths)))
    const perToken = tokens > 0 ? sum(others.map(({ rewards }) => sum(rewards))) / tokens : 0
    const off = (step: number): number => (baseline === 'step' ? perStep : perToken * (own.lengths[step] ?? 0))
    return own.rewards.map((reward, step) => settled(reward - off(step), largest, mode))
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const largestIn = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** Each value less the mean of the others; 0 alone. */
export function lessOthers(values: readonly number[], mode: Mode = 'paper'): readonly number[] {
  const [total, largest] = [sum(values), largestIn(values)]
  const mean = (value: number): number => (total - value) / (values.length - 1)
  return values.map((value) => (values.length > 1 ? settled(value - mean(value), largest, mode) : 0))
}
