/** A rollout of a group for `lessSiblings`: step rewards, with each step's length in tokens. */
export interface StepRewards {
  readonly rewards: readonly number[]
  readonly lengths: readonly number[]
}

/**
 * PURE's rewards less the baseline of the others of the group. `step`: the mean over the others of their mean reward a
 * step. `token`: the others' total over their total of tokens, times the step's own tokens. Reference: PURE,
 * `experience_maker.py: process_experiences_backup`. A rollout alone keeps its rewards.
 */
export function lessSiblings(
  group: readonly StepRewards[],
  baseline: 'step' | 'token',
): readonly (readonly number[])[] {
  return group.map((own) => {
    const others = group.filter((each) => each !== own)
    if (others.length === 0) return own.rewards
    const perStep = sum(others.map(({ rewards }) => sum(rewards) / rewards.length)) / others.length
    const perToken = sum(others.map(({ rewards }) => sum(rewards))) / sum(others.map(({ lengths }) => sum(lengths)))
    const off = (step: number): number => (baseline === 'step' ? perStep : perToken * (own.lengths[step] ?? 0))
    return own.rewards.map((reward, step) => reward - off(step))
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Each value less the mean of the others; 0 alone. */
export const lessOthers = (values: readonly number[]): readonly number[] =>
  values.map((value) => (values.length > 1 ? value - (sum(values) - value) / (values.length - 1) : 0))
