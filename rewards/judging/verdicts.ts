import type { GroupJudgements } from '../../core/reward/hook.ts'
import { meanOf } from '../numbers.ts'
import { allKnown, amongKnown } from '../recorded.ts'
import { tournamentAdvantages as advantagesOf } from './tournament.ts'

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

/** Majority of several verifications of a trajectory: 1 or 0 for each step and for the whole. */
export interface Voted {
  readonly labels: readonly number[]
  readonly final: number
}

/** Majorities of verifications; null where the votes on a step or on the whole tie. */
export function votedFrom(steps: readonly (readonly boolean[])[], finals: readonly boolean[]): Voted | null {
  const [labels, final] = [allKnown(stepVerdicts(steps)), majorityVerdict(finals)]
  return labels === null || final === null ? null : { labels, final }
}

/** What is made of majorities: a value a trajectory for the first two, a step for the others. */
export const VERDICT_FORMS = ['final', 'steps', 'labels', 'selective', 'global'] as const
/** Name of what is made of majorities. */
export type VerdictForm = (typeof VERDICT_FORMS)[number]

/** Weights of all forms. */
export interface VerdictFormWeights {
  readonly stepWeight: number
  readonly finalWeight: number
  /** Share of the trajectory's advantage in `global`. */
  readonly processShare: number
}

/**
 * Rewards of a group by the majorities of its trajectories, in one of the forms; null where there is no majority.
 * Advantages are in standard deviations over the group.
 * @param lengths steps of each trajectory
 */
export function verdictRewards(
  voted: readonly (Voted | null)[],
  lengths: readonly number[],
  form: VerdictForm,
  { stepWeight, finalWeight, processShare }: VerdictFormWeights,
): GroupJudgements {
  const weights = { steps: stepWeight, final: finalWeight }
  const rewardOf = ({ labels, final }: Voted): number =>
    form === 'final' ? final : verdictReward(labels, final, true, weights)
  if (form === 'final' || form === 'steps')
    return { perTrajectory: voted.map((each) => (each === null ? null : rewardOf(each))) }
  if (form === 'labels')
    return { perStep: lengths.map((length, at) => voted[at]?.labels ?? Array.from({ length }, () => null)) }
  const ofWhole = amongKnown(voted, (known) => advantagesOf(known.map(({ final }) => final)))
  const labels = voted.flatMap((each) => each?.labels ?? [])
  const ofSteps = advantagesOf(labels)
  const ofStep = (label: number): number => ofSteps[labels.indexOf(label)] ?? 0
  const shares = [processShare, 1 - processShare] as const
  const stepsOf = (own: Voted, whole: number): readonly number[] =>
    own.labels.map((label) =>
      form === 'selective' ? selectiveAdvantage(whole, label) : globalAdvantage(whole, ofStep(label), shares),
    )
  return {
    perStep: lengths.map((length, at) => {
      const [own, whole] = [voted[at] ?? null, ofWhole[at] ?? null]
      return own === null || whole === null ? Array.from({ length }, () => null) : stepsOf(own, whole)
    }),
  }
}
