import { GymError } from '../data/errors.ts'
import type { Evidence, Group, Reward, Step, Trajectory } from '../data/types.ts'
import { Branches } from '../rollout/branches.ts'
import { assemble, type BatchSettings } from './assemble.ts'
import type { BatchColumns } from './columns.ts'
import type { StepBatch } from './types.ts'

/**
 * The steps of recorded trajectories. Aborted ones, and ones without a step, are left out and counted; a trajectory
 * without a group is a group of its own. One that was forked has rows for the steps that it shares, too, and without a
 * group is of the group of the trajectory that it came from.
 * @throws GymError BATCH_INVALID where two trajectories share an id, steps are missing or out of order, one was forked
 *   from another that is not among them, or no step is left.
 */
export function batchOfTrajectories(trajectories: readonly Trajectory[], settings?: BatchSettings): StepBatch {
  expectDistinct(trajectories)
  const ended = trajectories.filter(({ ending }) => ending !== 'aborted')
  const branches = new Branches(trajectories)
  const used = ended.filter(({ steps }) => steps.length > 0).map((each) => placed(each, branches))
  const leftOut = { aborted: trajectories.length - ended.length, empty: ended.length - used.length }
  if (used.length === 0) throw new GymError('BATCH_INVALID', nothingUsed(trajectories.length, leftOut))
  const batch = assemble(columnsOfTrajectories(used), settings)
  return { ...batch, leftOut }
}

function nothingUsed(total: number, { aborted, empty }: StepBatch['leftOut']): string {
  if (total === 0) return 'there are no trajectories'
  if (aborted === total) return `all trajectories were aborted (${total}): none has steps to credit`
  return `no trajectory has steps to credit: ${aborted} were aborted, ${empty} ended without a step`
}

/** The steps of live groups; their aborted members are counted and left out. */
export const batchOfGroups = (groups: readonly Group[], settings?: BatchSettings): StepBatch =>
  batchOfTrajectories(
    groups.flatMap(({ id, trajectories, aborted }) =>
      [...trajectories, ...aborted].map((trajectory) => ({ ...trajectory, groupId: trajectory.groupId ?? id })),
    ),
    settings,
  )

/** Whole, and in the group that it or the trajectory it came from is in. */
function placed(trajectory: Trajectory, branches: Branches): Trajectory {
  const groupId = trajectory.groupId ?? groupOf(branches.rootOf(trajectory))
  return { ...branches.wholeOf(trajectory), groupId }
}

const groupOf = ({ groupId, id }: Trajectory): string => groupId ?? `alone/${id}`

function expectDistinct(trajectories: readonly Trajectory[]): void {
  const ids = new Set<string>()
  for (const { id } of trajectories) {
    if (ids.has(id)) throw new GymError('BATCH_INVALID', `two trajectories have the id ${id}`)
    ids.add(id)
  }
}

function columnsOfTrajectories(trajectories: readonly Trajectory[]): BatchColumns {
  const steps = trajectories.flatMap((trajectory) => trajectory.steps)
  const perStep = <T>(of: (trajectory: Trajectory) => T): T[] =>
    trajectories.flatMap((trajectory) => trajectory.steps.map(() => of(trajectory)))
  const anchorNames = namesOf(steps, ({ anchors }) => Object.keys(anchors))
  const signalNames = namesOf(steps, ({ rewards }) => rewards.map(({ name }) => name))
  const tokenNames = namesOf(steps, ({ rewards }) => rewards.filter(({ perToken }) => perToken).map(({ name }) => name))
  const outcomeNames = namesOf(trajectories, ({ rewards }) => rewards.map(({ name }) => name))
  return {
    trajectory: perStep(({ id }) => id),
    group: perStep(groupOf),
    step: steps.map(({ index }) => index),
    anchors: byName(anchorNames, (name) => steps.map(({ anchors }) => anchors[name] ?? null)),
    nextAnchors: byName(anchorNames, (name) => steps.map(({ nextAnchors }) => nextAnchors[name] ?? null)),
    action: steps.map(({ action }) => action),
    isActionValid: steps.map(({ isActionValid }) => isActionValid),
    signals: byName(signalNames, (name) => steps.map(({ rewards }) => named(rewards, name)?.value ?? null)),
    perToken: byName(tokenNames, (name) => steps.map(({ rewards }) => named(rewards, name)?.perToken ?? null)),
    outcomes: byName(outcomeNames, (name) => perStep(({ rewards }) => named(rewards, name)?.value ?? null)),
    ...(steps.some(({ evidence }) => evidence) && { logProbs: steps.map(({ evidence }) => logProbsOf(evidence)) }),
    truncated: perStep(({ ending }) => ending === 'truncated'),
    lineage: trajectories.flatMap(({ member, steps: own }) => own.map(({ forkPath }) => `${member}:${forkPath}`)),
  }
}

function namesOf<T>(items: readonly T[], names: (item: T) => readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const item of items) for (const name of names(item)) found.add(name)
  return [...found]
}

const byName = <T>(names: readonly string[], column: (name: string) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(names.map((name) => [name, column(name)]))

const named = (rewards: readonly Reward[], name: string): Reward | undefined =>
  rewards.find((reward) => reward.name === name)

/** A choice among listed actions counts as one token. */
function logProbsOf(evidence: Step['evidence']): readonly number[] | null {
  if (evidence === undefined) return null
  return evidence.kind === 'token' ? evidence.logProbs : [logProbOf(evidence)]
}

const logProbOf = (evidence: Extract<Evidence, { kind: 'categorical' }>): number => evidence.logProb
