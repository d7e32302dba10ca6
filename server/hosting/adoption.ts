import { GymError } from '../../core/data/errors.ts'
import { chain, type MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Effect, Ending, Move, Step, Trajectory } from '../../core/data/types.ts'
import type { TapeMode } from '../../core/episode/effects.ts'
import { Episode } from '../../core/episode/episode.ts'
import { replayMoves, type Settings, underPath } from '../../core/episode/fork.ts'
import type { World } from '../../core/episode/world.ts'
import type { SharedPrefix } from '../../core/rollout/branches.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'
import type { Owner } from '../roles.ts'
import type { ServedGroup } from './group.ts'

/** An episode that does not begin with a reset here: a fork, a snapshot, or one that the record has. */
export interface Adoption {
  /** Id of the episode; no open episode has it. */
  readonly episodeId: string
  readonly agentName: string
  /** Steps that the record has already; null for an episode that is new to it. */
  readonly recorded: readonly Step[] | null
  /** Where it was forked; null if unknown, as from a snapshot that another server had sealed. */
  readonly prefix: SharedPrefix | null
  /** @throws GymError as `restore` */
  start(settings: Settings): MaybePromise<Episode>
  /** Owner that it counts towards; null for none. */
  readonly owner: Owner | null
  /** Group that it is a member of, by the record; null for none. */
  readonly group: ServedGroup | null
}

/** How an episode of the record is served again. */
export interface Continued {
  /** @default none */
  readonly group?: ServedGroup | null
  /** @default none */
  readonly owner?: Owner | null
  /** Where it was forked. @default null */
  readonly prefix?: SharedPrefix | null
  /** Fresh forks that it had. @default 0 */
  readonly forks?: number
}

/** The request to serve an episode of the record again. */
export function adoptionOf(
  world: World,
  recorded: RecordedTrajectory,
  { group = null, owner = null, prefix = null, forks = 0 }: Continued,
): Adoption {
  const { trajectoryId: episodeId, agent: agentName } = recorded.start
  const start: Adoption['start'] = (settings) => playRecorded(world, recorded, settings, forks)
  return { episodeId, agentName, recorded: recorded.trajectory.steps, prefix, group, owner, start }
}

/**
 * An episode as its record left it: played again from the tape or, where it drives something outside, over that.
 * @param forks fresh forks that it had
 * @throws GymError REPLAY_DIVERGED if the result differs from the record; FORK_UNSUPPORTED
 */
export function playRecorded(
  world: World,
  { start, trajectory }: RecordedTrajectory,
  settings: Settings,
  forks: number,
): MaybePromise<Episode> {
  const { environment } = world
  if (environment.fork === 'none')
    throw new GymError(
      'FORK_UNSUPPORTED',
      `${environment.id} cannot continue after a restart: the external object that it controlled is gone`,
    )
  const moves: readonly Move[] = [...start.past, ...trajectory.steps]
  const kind = environment.fork === 'replay' ? 'compare' : 'read'
  const tapeOf = (index: number): TapeMode => ({ kind, recorded: effectsAt(start.resetEffects, moves, index) })
  const { taskId, seed, member } = start
  const origin = { task: world.tasks.byRecordedId(taskId), seed, member, maxSteps: Number.MAX_SAFE_INTEGER }
  return chain(replayMoves(world, { ...settings, ...origin }, moves, tapeOf), (played) =>
    asRecorded(underPath(played, start.forkPath), start.maxSteps, trajectory, forks),
  )
}

const effectsAt = (reset: readonly Effect[], moves: readonly Move[], index: number): readonly Effect[] =>
  (index < 0 ? reset : moves[index]?.effects) ?? []

/** Under its own limit, which its past did not have, and with the end that its last step gave it. */
function asRecorded(played: Episode, maxSteps: number, { steps }: Trajectory, forks: number): Episode {
  const { world, settings, lineage, live, state, index, past, resetEffects } = played
  const last = steps.at(-1)
  if (last && last.nextObservation !== played.text())
    throw new GymError('REPLAY_DIVERGED', 'the recorded steps lead to another observation now')
  const ending: Ending | null = last?.terminated ? 'terminated' : last?.truncated ? 'truncated' : null
  const endingReason = ending === 'truncated' ? (played.endingReason ?? 'maxSteps') : null
  const progress = { state, index, past, ending, endingReason, forks, resetEffects }
  return new Episode(world, { ...settings, maxSteps }, lineage, live, progress)
}
