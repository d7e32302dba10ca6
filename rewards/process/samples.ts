import type { Group, Step, Trajectory } from '../../core/data/types.ts'
import { Branches } from '../../core/rollout/branches.ts'
import type { OutcomeOf } from '../../models/training/margin-loss.ts'
import { signalValue } from '../signals.ts'
import type { StepReader } from './step-reader.ts'

/** One step that a reward model learns from. */
export interface Sample<Action> {
  readonly step: Step
  readonly action: Action
  /** Log-probabilities of the policy that acted. */
  readonly logProbs: readonly number[]
}

/** Trajectories with known outcomes, by group, and what was left out. */
export interface Samples<Action> {
  readonly groups: readonly (readonly OutcomeOf<Sample<Action>>[])[]
  /** Steps that the model cannot read. */
  readonly unreadSteps: number
  /** Trajectories without an outcome. */
  readonly unknownOutcomes: number
}

/** Whether a trajectory reached its goal; null where that is not known. */
export type SuccessOf = (trajectory: Trajectory) => boolean | null

/** Whether the signal `success` is above 0; null where it is null or was not asked for. */
export const successOf: SuccessOf = ({ rewards }) => {
  const value = signalValue(rewards, 'success')
  return value === null ? null : value > 0
}

/**
 * Samples of closed groups. Aborted trajectories are left out, as from all credit; one that was forked is whole.
 * @param problemOf why a model cannot read an action; null where it can
 */
export function samplesOf<Action>(
  groups: readonly Group[],
  reader: StepReader<Action>,
  isSuccess: SuccessOf,
  problemOf: (action: Action) => string | null,
): Samples<Action> {
  let [unreadSteps, unknownOutcomes] = [0, 0]
  const sampleOf = (step: Step): readonly Sample<Action>[] => {
    const read = reader.read(step)
    if (typeof read !== 'string' && read.logProbs.every(Number.isFinite) && problemOf(read.action) === null)
      return [{ step, ...read }]
    unreadSteps++
    return []
  }
  const outcomeOf = (trajectory: Trajectory): readonly OutcomeOf<Sample<Action>>[] => {
    const succeeded = isSuccess(trajectory)
    if (succeeded !== null) return [{ isSuccess: succeeded, actions: trajectory.steps.flatMap(sampleOf) }]
    unknownOutcomes++
    return []
  }
  const outcomes = groups.map(({ trajectories, aborted }) => {
    const branches = new Branches([...trajectories, ...aborted])
    return trajectories.flatMap((each) => outcomeOf(branches.wholeOf(each)))
  })
  return { groups: outcomes, unreadSteps, unknownOutcomes }
}
