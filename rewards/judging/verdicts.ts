import { meanOf } from '../numbers.ts'

/** What most of several verdicts say: 1 or 0; null for a tie, or without any. */
export function majorityVerdict(votes: readonly boolean[]): 0 | 1 | null {
  const right = votes.filter(Boolean).length
  if (right * 2 === votes.length) return null
  return right * 2 > votes.length ? 1 : 0
}

/** Verdict of each step over several verifications; null where they tie. */
export const stepVerdicts = (votes: readonly (readonly boolean[])[]): readonly (0 | 1 | null)[] =>
  (votes[0] ?? []).map((_, step) => majorityVerdict(votes.map((own) => own[step] ?? false)))

/** Weights of steps and of the final verdict; .4 and .6 in SPARK. */
export interface VerdictWeights {
  readonly steps: number
  readonly final: number
}

/**
 * Reward with steps, after SPARK (arXiv 2512.03244, read second hand): steps * right share + final * verdict, 0 where
 * the form is wrong.
 */
export const verdictReward = (
  labels: readonly number[],
  final: number,
  hasForm: boolean,
  { steps, final: weight }: VerdictWeights,
) => (hasForm ? steps * meanOf(labels) + weight * final : 0)

/** The trajectory's advantage where its sign agrees with the step's verdict, else 0. */
export const selectiveAdvantage = (advantage: number, label: number): number =>
  advantage > 0 === (label === 1) ? advantage : 0

/** Weighted sum of the trajectory's and the step's advantage; .8 and .2 in SPARK. */
export const globalAdvantage = (
  process: number,
  step: number,
  [ofProcess, ofStep]: readonly [number, number],
): number => ofProcess * process + ofStep * step
