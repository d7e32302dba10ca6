import type { Step, Trajectory } from '../core/data/types.ts'
import { Branches } from '../core/rollout/branches.ts'
import type { EpisodeStart } from '../core/rollout/log.ts'
import type { RecordedTrajectory } from '../records/index.ts'
import type { RunSource } from '../records/reader.ts'
import { type Curation, EVERYTHING, keptOf } from '../rewards/shaping/curation.ts'
import { subjectOf } from '../rewards/shaping/trajectory-subject.ts'
import type { Survey } from './survey.ts'

/** A trajectory as exports have it: every step from the reset on, also where it was forked. */
export interface Whole {
  readonly start: EpisodeStart
  readonly trajectory: Trajectory
  readonly steps: readonly Step[]
  /** Whether each step is learnt from; aligned with `steps`. */
  readonly learnt: readonly boolean[]
  /** Its group; of a trajectory without one, that of what it was forked from, or one of its own. */
  readonly groupId: string
}

/** Trajectories that have no part in an export. */
export interface LeftOut {
  readonly aborted: Named
  /** The record stops before their end. */
  readonly unfinished: Named
  readonly withoutStep: Named
  /** Left out by a filter that was asked for. */
  readonly filtered: Named
}

/** How many there are, and the ids of the first of them. */
export interface Named {
  readonly count: number
  readonly ids: readonly string[]
}

/** Ids that a message names. */
const MOST_IDS = 5

/** Counts what is left out while a run is read. */
export class Losses {
  readonly #counts = { aborted: 0, unfinished: 0, withoutStep: 0, filtered: 0 }
  readonly #ids: Readonly<Record<keyof LeftOut, string[]>> = {
    aborted: [],
    unfinished: [],
    withoutStep: [],
    filtered: [],
  }

  add(reason: keyof LeftOut, id: string): void {
    this.#counts[reason]++
    if (this.#ids[reason].length < MOST_IDS) this.#ids[reason].push(id)
  }

  get leftOut(): LeftOut {
    const named = (reason: keyof LeftOut): Named => ({ count: this.#counts[reason], ids: [...this.#ids[reason]] })
    return {
      ...{ aborted: named('aborted'), unfinished: named('unfinished') },
      ...{ withoutStep: named('withoutStep'), filtered: named('filtered') },
    }
  }
}

/**
 * The trajectories of a run that ended and that `curation` keeps, family by family: those of one group, and forks with what they were forked from.
 * No more is held than the families that are not complete yet. Members of a group are in their order.
 * @throws GymError RECORD_CORRUPT; BATCH_INVALID for a fork whose origin is not in the run
 */
export function* familiesOf(
  run: Pick<RunSource, 'trajectories'>,
  survey: Survey,
  losses: Losses,
  curation: Curation = EVERYTHING,
): Generator<readonly Whole[], void> {
  const waiting = new Map<string, RecordedTrajectory[]>()
  for (const recorded of run.trajectories()) {
    const family = survey.familyOf(recorded.start.trajectoryId)
    const members = waiting.get(family) ?? []
    waiting.set(family, members)
    if (members.push(recorded) < survey.sizeOf(family)) continue
    waiting.delete(family)
    yield kept(wholesOf(members, losses), losses, curation)
  }
}

function wholesOf(family: readonly RecordedTrajectory[], losses: Losses): readonly Whole[] {
  const branches = new Branches(family.map(({ trajectory }) => trajectory))
  const wholes = family
    .filter((recorded) => isUsed(recorded, losses))
    .map(({ start, trajectory }): Whole => {
      const groupId = trajectory.groupId ?? groupOf(branches.rootOf(trajectory))
      const steps = branches.stepsOf(trajectory)
      return { start, trajectory, steps, learnt: steps.map(() => true), groupId }
    })
  return inOrder(wholes)
}

/** Those that filters leave, with the steps that are learnt from. */
function kept(family: readonly Whole[], losses: Losses, curation: Curation): readonly Whole[] {
  if (curation === EVERYTHING) return family
  const subjects = family.map(({ trajectory, steps, groupId }) => subjectOf({ ...trajectory, steps, groupId }))
  const learnt = keptOf(curation, subjects)
  return family.flatMap((whole, at) => {
    const own = learnt[at] ?? null
    if (own === null) losses.add('filtered', whole.trajectory.id)
    return own === null ? [] : [{ ...whole, learnt: own }]
  })
}

const groupOf = ({ groupId, id }: Trajectory): string => groupId ?? `alone/${id}`

function isUsed({ trajectory, isFinished }: RecordedTrajectory, losses: Losses): boolean {
  const { id, ending, steps } = trajectory
  if (!isFinished) losses.add('unfinished', id)
  else if (ending === 'aborted') losses.add('aborted', id)
  else if (steps.length === 0) losses.add('withoutStep', id)
  else return true
  return false
}

/** Group by group, each in the order of its members. */
function inOrder(wholes: readonly Whole[]): readonly Whole[] {
  const groups = new Map<string, Whole[]>()
  for (const whole of wholes) groups.set(whole.groupId, [...(groups.get(whole.groupId) ?? []), whole])
  return [...groups.values()].flatMap((members) =>
    members.sort((one, other) => one.trajectory.member - other.trajectory.member),
  )
}
