import { GymError } from '../../../core/data/errors.ts'
import { nearOr } from '../../../core/data/near.ts'
import type { Ending, ForkPoint, Json, JsonObject, Reward, Step } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import type { Estimate } from '../../../evaluation/oracle/estimate.ts'
import type { RecordedTrajectory, Run } from '../../../records/index.ts'
import { pathOf, type Total, totalsOf } from '../../../records/totals.ts'
import type { NoCredit } from '../../../rewards/credit/index.ts'
import type { CreditColumns } from './credit.ts'
import type { KnownValues } from './values.ts'

/** What a step was worth, by forks. */
export interface ShownValues {
  readonly value: Estimate
  readonly actionValue: Estimate
  readonly advantage: Estimate
}

export interface ShownStep {
  readonly index: number
  /** Trajectory that the step was taken in: for a fork's shared steps, not its own. */
  readonly trajectoryId: string
  readonly observation: string
  readonly action: Json
  readonly isActionValid: boolean
  /** What the environment said of an action that was refused or did nothing; null for none. */
  readonly problem: string | null
  readonly rewards: readonly Reward[]
  /** By estimator; null where the step has none. */
  readonly advantages: Readonly<Record<string, number | null>>
  /** Null where they are not known. */
  readonly values: ShownValues | null
}

export interface EpisodeView {
  readonly id: string
  readonly group: string | null
  readonly task: string
  readonly split: string
  readonly member: number
  readonly agent: string
  /** What was chosen over the agent's defaults. */
  readonly agentOptions: JsonObject
  readonly maxSteps: number
  readonly forkedFrom: ForkPoint | null
  readonly ending: Ending
  readonly endingReason: string | null
  readonly isFinished: boolean
  readonly totals: readonly Total[]
  /** Rewards of the whole episode. */
  readonly rewards: readonly Reward[]
  /** From the reset on. */
  readonly steps: readonly ShownStep[]
  readonly lastObservation: string
  /** Estimators without an advantage anywhere in the run, and why. */
  readonly withoutCredit: Readonly<Record<string, NoCredit>>
}

/** @throws GymError CONFIG_INVALID for an episode that the run has not, naming near ones. */
export function viewOfEpisode(run: Run, id: string, credit: CreditColumns, known: KnownValues | null): EpisodeView {
  const all = [...run.trajectories()]
  const recorded = all.find(({ start }) => start.trajectoryId === id)
  if (recorded === undefined) throw noEpisode(id, all)
  const { start, trajectory, isFinished } = recorded
  const path = pathOf(trajectory, new Branches(all.map((each) => each.trajectory)))
  const { groupId, taskId, member, forkedFrom = null, ending, endingReason, rewards } = trajectory
  return {
    id,
    group: groupId,
    task: taskId,
    split: start.split,
    member,
    agent: start.agent,
    agentOptions: start.agent === run.manifest.agent ? (run.manifest.agentOptions ?? {}) : {},
    maxSteps: start.maxSteps,
    forkedFrom,
    ending,
    endingReason,
    isFinished,
    totals: totalsOf(path, rewards),
    rewards,
    steps: path.map((step) => shown(step, id, credit, known)),
    lastObservation: path.at(-1)?.nextObservation ?? start.observation,
    withoutCredit: credit.without,
  }
}

function shown(step: Step, id: string, credit: CreditColumns, known: KnownValues | null): ShownStep {
  const { index, trajectoryId, observation, action, isActionValid, refused, info, rewards } = step
  const { value, actionValue, advantage } = known?.of(trajectoryId, index) ?? {}
  return {
    index,
    trajectoryId,
    observation,
    action,
    isActionValid,
    problem: refused?.problem ?? (typeof info.problem === 'string' ? info.problem : null),
    rewards,
    advantages: credit.at(id, index),
    values: value && actionValue && advantage ? { value, actionValue, advantage } : null,
  }
}

const MOST_NAMED = 8

function noEpisode(id: string, all: readonly RecordedTrajectory[]): GymError {
  const ids = all.map(({ start }) => start.trajectoryId)
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : ''
  const listed = ids.length === 0 ? 'it has none' : `there are ${ids.slice(0, MOST_NAMED).join(', ')}${more}`
  return new GymError(
    'CONFIG_INVALID',
    `the run has no episode ${JSON.stringify(id.slice(0, 100))}: ${nearOr(id, ids, listed)}`,
  )
}
