/** One answer's implicit score, and whether it succeeded: what a process reward model is trained from. */
export interface Scored {
  /** beta * the sum of its differences of log-probabilities. */
  readonly score: number
  readonly success: boolean
}

/** log(1 + e^-x) without overflow: -log sigmoid(x). */
const minusLogSigmoid = (x: number): number => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/**
 * Mean binary cross-entropy of sigmoid(score) with success. Reference: verl `recipe/prime/prime_core_algos.py:
 * compute_ce_dpo_loss_rm`.
 */
export const crossEntropyLoss = (answers: readonly Scored[]): number =>
  mean(answers.map(({ score, success }) => minusLogSigmoid(success ? score : -score)))

export interface PairLossOptions {
  /** Weights n p^(n - 1), p the share of the group that scores (`bon_rm`) or succeeds (`bon_acc`) no better. */
  readonly weights: 'none' | 'bon_acc' | 'bon_rm'
}

/**
 * Each answer against the mean score of those of its group that ended otherwise, taken as a constant: -log sigmoid of
 * the difference, its sign by success; 0 represents a mean of none. Mean, or with weights their sum. Reference: verl
 * `recipe/prime/prime_core_algos.py: compute_detach_dpo_loss_rm`.
 */
export function detachedPairLoss(groups: readonly (readonly Scored[])[], { weights }: PairLossOptions): number {
  const losses = groups.flatMap((group) =>
    group.map((answer) => {
      const others = group.filter(({ success }) => success !== answer.success)
      const lead = answer.score - mean(others.map(({ score }) => score))
      return weightOf(answer, group, weights) * minusLogSigmoid(answer.success ? lead : -lead)
    }),
  )
  return weights === 'none' ? mean(losses) : losses.reduce((sum, loss) => sum + loss, 0)
}

function weightOf(answer: Scored, group: readonly Scored[], weights: PairLossOptions['weights']): number {
  if (weights === 'none') return 1
  const isNoBetter = (other: Scored): boolean =>
    weights === 'bon_rm' ? other.score <= answer.score : Number(other.success) <= Number(answer.success)
  const share = group.filter(isNoBetter).length / group.length
  return group.length * share ** (group.length - 1)
}

/** A trajectory as its steps' scores, for `preferenceLoss`. */
export interface ScoredTrajectory {
  readonly stepScores: readonly number[]
  readonly success: boolean
}

/**
 * OPRL's trajectory preference loss (iStar, arXiv 2509.19199): the mean over all pairs of a success and a failure of
 * one group of -log sigmoid(Q+ - Q-), Q the mean of a trajectory's step scores. 0 without a pair. Reference: iStar
 * `istar/rm_utils.py: compute_eto_loss_rm`, whose docstring speaks of one-to-one pairs.
 */
export function preferenceLoss(groups: readonly (readonly ScoredTrajectory[])[]): number {
  const losses = groups.flatMap((group) => {
    const scores = (wanted: boolean): readonly number[] =>
      group.filter(({ success }) => success === wanted).map(({ stepScores }) => mean(stepScores))
    return scores(true).flatMap((won) => scores(false).map((lost) => minusLogSigmoid(won - lost)))
  })
  return mean(losses)
}

/**
 * How often scores order the answers of a group as their outcomes do; .5 for a group whose outcomes agree. Mean over
 * groups. Reference: verl `compute_dpo_accuracy`.
 */
export function pairAccuracy(groups: readonly (readonly Scored[])[]): number {
  return mean(
    groups.map((group) => {
      const pairs = group.flatMap((a, at) => group.slice(at + 1).map((b) => ({ a, b })))
      const decided = pairs.filter(({ a, b }) => a.success !== b.success)
      const right = decided.filter(({ a, b }) => b.score > a.score === b.success)
      return decided.length === 0 ? 0.5 : right.length / decided.length
    }),
  )
}

/** Share of answers whose score has the sign of their success. Reference: verl `compute_dpo_abs_accuracy`. */
export const signAccuracy = (answers: readonly Scored[]): number =>
  mean(answers.map(({ score, success }) => (Math.sign(score) === (success ? 1 : -1) ? 1 : 0)))

/** 0 for nothing. */
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
