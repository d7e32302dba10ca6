/** A trajectory as PROF sees it. */
export interface ScoredRollout {
  /** Process scores of its steps, in order. */
  readonly steps: readonly number[]
  /** Null where it neither succeeded nor failed. */
  readonly isCorrect: boolean | null
}

/** Taken off the score of a trajectory whose number of steps is out of the range. */
export interface LengthPenalty {
  /** From 0. PROF's scripts: 10; its configuration: 0. */
  readonly penalty: number
  /** PROF: 2. */
  readonly minSteps: number
  /** PROF: 30. */
  readonly maxSteps: number
}

/**
 * PROF's scores (arXiv 2509.03403): how far the process agrees with the outcome, the mean over the steps of 2 (p - c),
 * with the sign turned for a failure; 0 without steps or outcome. Reference: amazon-science/PROF-GRPO,
 * `prof_ray_trainer.py: compute_verify_step_level_score`.
 * @param centre c: the mean over all steps of the batch, or .5 (its variant `blend`).
 */
export function consistencyScores(
  rollouts: readonly ScoredRollout[],
  centre: 'batch' | 'half' = 'batch',
): readonly number[] {
  const c = centre === 'half' ? 0.5 : meanOf(rollouts.flatMap(({ steps }) => steps))
  return rollouts.map(({ steps, isCorrect }) =>
    isCorrect === null ? 0 : meanOf(steps.map((score) => 2 * (score - c))) * (isCorrect ? 1 : -1),
  )
}

/** Scores less the penalty on length: by these trajectories are ranked. */
export const rankedScores = (
  rollouts: readonly ScoredRollout[],
  scores: readonly number[],
  { penalty, minSteps, maxSteps }: LengthPenalty,
): readonly number[] =>
  rollouts.map(
    ({ steps: { length } }, at) => (scores[at] ?? 0) - (length < minSteps || length > maxSteps ? penalty : 0),
  )

interface Ranked {
  readonly isCorrect: boolean | null
  /** Score as `rankedScores` computes it. */
  readonly score: number
}

/**
 * Which members of one group PROF removes, `count` in all: of the successes round((successes - failures + count) / 2),
 * halves to even, the lowest scores first; of the failures the rest, likewise. What neither succeeded nor failed goes
 * as soon as anything does. Equal scores go in order of place. Reference: `prof_ray_trainer.py: filter_trajectories`.
 */
export function inconsistentMembers<Member extends Ranked>(group: readonly Member[], count: number): readonly Member[] {
  if (count <= 0) return []
  const ranked = (wanted: boolean): readonly Member[] =>
    group.filter(({ isCorrect }) => isCorrect === wanted).toSorted((a, b) => a.score - b.score)
  const [successes, failures] = [ranked(true), ranked(false)]
  const balanced = roundedHalfEven((successes.length - failures.length + count) / 2)
  const won = successes.slice(0, Math.max(0, Math.min(count, balanced)))
  const unjudged = group.filter(({ isCorrect }) => isCorrect === null)
  return [...won, ...failures.slice(0, count - won.length), ...unjudged]
}

/** Python's `round`: .5 to 0, 1.5 and 2.5 to 2. */
function roundedHalfEven(value: number): number {
  const below = Math.floor(value)
  const isUp = value - below === 0.5 ? below % 2 !== 0 : value - below > 0.5
  return isUp ? below + 1 : below
}

/** 0 for nothing. */
const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
