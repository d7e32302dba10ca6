import type { Group, Step, Trajectory } from '../../core/data/types.ts'
import { Branches } from '../../core/rollout/branches.ts'
import type { ActionReader } from '../../models/networks/network.ts'
import type { OutcomeOf } from '../../models/training/margin-loss.ts'
import { signalValue } from '../signals.ts'
import type { ActedStep, StepReader } from './step-reader.ts'

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
 * @param network of the model: a step is left out that it cannot read, or whose log-probabilities it cannot be compared
 *   with
 */
export function samplesOf<Action>(
  groups: readonly Group[],
  reader: StepReader<Action>,
  isSuccess: SuccessOf,
  network: Pick<ActionReader<Action>, 'problemOf' | 'spanOf'>,
): Samples<Action> {
  let [unreadSteps, unknownOutcomes] = [0, 0]
  const sampleOf = (step: Step): readonly Sample<Action>[] => {
    const read = reader.read(step)
    if (typeof read !== 'string' && isUsable(read, network)) return [{ step, ...read }]
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

/** Sums of more than this over all tokens of a batch stay within float32. */
const LEAST_LOG_PROB = -1e30

const isUsable = <Action>(
  { action, logProbs }: ActedStep<Action>,
  network: Pick<ActionReader<Action>, 'problemOf' | 'spanOf'>,
): boolean =>
  network.problemOf(action) === null &&
  logProbs.length === network.spanOf(action).length &&
  logProbs.every((value) => value > LEAST_LOG_PROB && Number.isFinite(value))
