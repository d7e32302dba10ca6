import { GymError } from '../data/errors.ts'
import { hashOf } from '../data/hash.ts'
import { attempt, chain, isPromise, type MaybePromise, together } from '../data/maybe-promise.ts'
import { sealState } from '../data/plain.ts'
import { parseSeed } from '../data/rng.ts'
import type { Move, Origin } from '../data/types.ts'
import type { TapeMode } from './effects.ts'
import { Episode } from './episode.ts'
import { type ForkStream, forkedLineage, type Lineage, lineageOf } from './lineage.ts'
import { closeQuietly } from './live.ts'
import { movesOf, type Progress } from './progress.ts'
import { type EpisodeSettings, expectSettings, expectWhole } from './settings.ts'
import { startEpisode } from './start.ts'
import type { World } from './world.ts'

/** A point of an episode to go back to. It holds hidden state: it stays on the server, or travels sealed. */
export interface Snapshot<State extends object = object> extends Progress<State>, Origin {
  /** Digest of the world it was taken in. */
  readonly digest: string
  readonly maxSteps: number
}

/** Takes a snapshot of an episode. */
export function snapshotOf<State extends object>(episode: Episode<State>): Snapshot<State> {
  const { world, lineage, task, settings, state, index, past, ending, endingReason, forks, resetEffects } = episode
  const { environment, digest } = world
  if (environment.fork === 'none') throw unsupported(environment.id)
  episode.shareText()
  const { seed, member, forkPath } = lineage
  const origin = { environment: environment.id, digest, taskId: task.id, seed, member, forkPath }
  const maxSteps = settings.maxSteps ?? environment.maxSteps
  return { ...origin, maxSteps, state, index, past, ending, endingReason, forks, resetEffects }
}

/** Settings that may be changed for an episode that is continued. */
export type Settings = Omit<EpisodeSettings, 'task' | 'seed' | 'member'>

/**
 * Continues from a snapshot as the episode itself would have: same stream, same past.
 * @throws GymError SNAPSHOT_FOREIGN for a snapshot of another world; REPLAY_DIVERGED where driving an outside session
 *   again led elsewhere.
 */
export function restore<State extends object>(
  world: World<State>,
  saved: Snapshot<State>,
  settings: Settings = {},
): MaybePromise<Episode<State>> {
  if (saved.environment !== world.environment.id || saved.digest !== world.digest)
    throw new GymError(
      'SNAPSHOT_FOREIGN',
      `the snapshot is of ${saved.environment}, or to other options or data: restore it in the world that it was taken in`,
    )
  const lineage = lineageOf(saved.seed, saved.member, saved.forkPath)
  expectSettings(settings)
  return goOn(world, originSettings(world, saved, settings), lineage, { ...saved, state: sealState(saved.state) })
}

/**
 * A second future of the same past. `fresh` (the default) has stream of its own; `common` forks of one step and
 * number share theirs (common random numbers).
 * @throws GymError FORK_UNSUPPORTED, REPLAY_DIVERGED, CONFIG_INVALID for an invalid number
 */
export function fork<State extends object>(
  episode: Episode<State>,
  stream: ForkStream = { rng: 'fresh' },
): MaybePromise<Episode<State>> {
  const { world, settings } = episode
  if (world.environment.fork === 'none') throw unsupported(world.environment.id)
  expectWhole('number of a common future', stream.number, 0, 2 ** 31 - 1)
  const count = stream.rng === 'fresh' ? episode.countFork() : 0
  episode.shareText()
  const lineage = forkedLineage(episode.lineage, stream, episode.index, count)
  const { state, index, past, ending, endingReason, resetEffects } = episode
  return goOn(world, settings, lineage, { state, index, past, ending, endingReason, forks: 0, resetEffects })
}

/**
 * Plays recorded moves over a fresh start: from the tape, or with the outside world asked again and compared.
 * @throws GymError REPLAY_DIVERGED
 */
export function replayMoves<State extends object>(
  world: World<State>,
  settings: EpisodeSettings,
  moves: readonly Move[],
  tape: (index: number) => TapeMode,
): MaybePromise<Episode<State>> {
  return chain(startEpisode(world, settings, tape(-1)), (episode) =>
    attempt(
      () => playFrom(episode, moves, 0, tape),
      (played) => played,
      (thrown) => {
        void closeQuietly(() => episode.close())
        throw thrown
      },
    ),
  )
}

/** Members of a group: one start, each with stream of its own. */
export interface GroupStart<State extends object> {
  readonly members: readonly Episode<State>[]
  /** Canonical hash of the state that all of them start from. */
  readonly startHash: string
}

const MOST_MEMBERS = 65_536

/**
 * Starts `size` episodes of one task from one state.
 * @param size A whole number from 1 to 65,536: all of them are open at the same time.
 * @throws GymError as `startEpisode`; CONFIG_INVALID for an invalid size; REPLAY_DIVERGED where resets of a driven
 *   environment led to different states.
 */
export function startGroup<State extends object>(
  world: World<State>,
  settings: EpisodeSettings,
  size: number,
): MaybePromise<GroupStart<State>> {
  expectWhole('size of a group', size, 1, MOST_MEMBERS)
  const seed = parseSeed(settings.seed)
  const startMember = (member: number): MaybePromise<Episode<State>> =>
    startEpisode(world, { ...settings, seed, member })
  return chain(startMember(0), (first) => {
    const members = Array.from({ length: size - 1 }, (_, i) => i + 1)
    if (world.environment.fork === 'value')
      return { members: [first, ...members.map((member) => twinOf(first, member))], startHash: first.stateHash() }
    return chain(together(members.map(startMember), closeAlso(first)), (others) => commonStart([first, ...others]))
  })
}

/** Closes all of them where one of the others cannot start. */
const closeAlso =
  <State extends object>(first: Episode<State>) =>
  (started: readonly Episode<State>[]): void => {
    for (const episode of [first, ...started]) void closeQuietly(() => episode.close())
  }

function twinOf<State extends object>(first: Episode<State>, member: number): Episode<State> {
  const settings = { ...first.settings, member }
  return new Episode(first.world, settings, lineageOf(first.lineage.seed, member), undefined, first)
}

function commonStart<State extends object>(members: readonly Episode<State>[]): GroupStart<State> {
  const hashes = new Set(members.map((member) => member.stateHash()))
  const [startHash = ''] = hashes
  if (hashes.size === 1) return { members, startHash }
  for (const member of members) void closeQuietly(() => member.close())
  throw new GymError(
    'REPLAY_DIVERGED',
    `resets of one task with one seed led to ${hashes.size} different states: no group has them in common`,
  )
}

function goOn<State extends object>(
  world: World<State>,
  settings: EpisodeSettings,
  lineage: Lineage,
  progress: Progress<State>,
): MaybePromise<Episode<State>> {
  if (world.environment.fork === 'value') return new Episode(world, settings, lineage, undefined, progress)
  const moves = movesOf(progress.past)
  const compare = (index: number): TapeMode => ({
    kind: 'compare',
    recorded: (index < 0 ? progress.resetEffects : moves[index]?.effects) ?? [],
  })
  const driven = replayMoves(world, { ...settings, seed: lineage.seed, member: lineage.member }, moves, compare)
  return chain(driven, (twin) => {
    expectSameState(twin, progress.state)
    return new Episode(world, settings, lineage, twin.live, progress)
  })
}

function expectSameState<State extends object>(twin: Episode<State>, state: State): void {
  if (twin.stateHash() === hashOf(state)) return
  void closeQuietly(() => twin.close())
  throw new GymError('REPLAY_DIVERGED', 'driving the outside session again led to another state')
}

function playFrom<State extends object>(
  episode: Episode<State>,
  moves: readonly Move[],
  from: number,
  tape: (index: number) => TapeMode,
): MaybePromise<Episode<State>> {
  let current = episode
  for (let index = from; index < moves.length; index++) {
    const move = moves[index] as Move
    current = underPath(current, move.forkPath)
    const taken = current.stepAgain(move, tape(index))
    if (isPromise(taken)) return taken.then(() => playFrom(current, moves, index + 1, tape))
  }
  return current
}

/** The episode under the lineage that its next recorded move was drawn under. */
export function underPath<State extends object>(episode: Episode<State>, forkPath: string): Episode<State> {
  const { world, settings, lineage, live } = episode
  if (lineage.forkPath === forkPath) return episode
  return new Episode(world, settings, lineageOf(lineage.seed, lineage.member, forkPath), live, episode)
}

function originSettings(
  world: World,
  { taskId, seed, member, maxSteps }: Snapshot,
  settings: Settings,
): EpisodeSettings {
  return { maxSteps, ...settings, task: world.tasks.byRecordedId(taskId), seed, member }
}

const unsupported = (id: string): GymError =>
  new GymError(
    'FORK_UNSUPPORTED',
    `${id} drives something that can be neither copied nor driven again: it has no forks and no snapshots`,
  )
