import { GymError } from '../../core/data/errors.ts'
import type { Anchors, Effect, Move, Step } from '../../core/data/types.ts'
import type { TapeMode } from '../../core/episode/effects.ts'
import { Episode } from '../../core/episode/episode.ts'
import { underPath } from '../../core/episode/fork.ts'
import { lineageOf } from '../../core/episode/lineage.ts'
import { movesOf } from '../../core/episode/progress.ts'
import type { EpisodeSettings } from '../../core/episode/settings.ts'
import { startEpisode } from '../../core/episode/start.ts'
import type { World } from '../../core/episode/world.ts'
import type { Turn } from '../../core/rollout/agent.ts'
import type { EpisodeStart } from '../../core/rollout/log.ts'
import type { Point } from './point.ts'

/** An episode as it was recorded. A run's trajectories are such. */
export interface RecordedEpisode {
  readonly start: Pick<
    EpisodeStart,
    'taskId' | 'seed' | 'member' | 'forkPath' | 'maxSteps' | 'past' | 'resetEffects' | 'anchors'
  >
  readonly steps: readonly Step[]
}

/**
 * Every point of a recorded episode, from the reset on, the past that it shares with others first; the last is where
 * it ended, or stopped. What the outside world said is read from the record.
 * @throws GymError NOT_DETERMINISTIC where playing the moves twice leads to different states; REPLAY_DIVERGED where
 *   they lead to others than were recorded; ENV_FAILED, TASK_UNKNOWN
 */
export async function pointsOfRecord(world: World, { start, steps }: RecordedEpisode): Promise<readonly Point[]> {
  const trace = {
    ...start,
    moves: [...start.past, ...steps],
    settings: { task: world.tasks.byRecordedId(start.taskId), seed: start.seed, member: start.member },
  }
  const points = await retraced(world, trace)
  const shown = [start.anchors, ...steps.map(({ nextAnchors }) => nextAnchors)]
  const at = shown.findIndex((anchors, index) => !isAt(points[start.past.length + index], anchors))
  if (at >= 0) throw await differing(world, trace, points, start.past.length + at)
  return points
}

/** Anchors beside these two are an author's to change. */
function isAt(point: Point | undefined, recorded: Anchors): boolean {
  const { text, state } = point?.episode.anchors() ?? {}
  return text === recorded.text && state === recorded.state
}

/**
 * Every point of an episode, open or ended; the last is where it stands.
 * @throws GymError NOT_DETERMINISTIC where playing its moves again leads to another state; ENV_FAILED
 */
export async function pointsOfEpisode(episode: Episode): Promise<readonly Point[]> {
  const { world, settings, lineage, resetEffects, past } = episode
  const { maxSteps = world.environment.maxSteps } = settings
  const moves = movesOf(past)
  const trace = { forkPath: lineage.forkPath, maxSteps, moves, resetEffects, settings }
  const points = await retraced(world, trace)
  const last = points.at(-1)
  if (last?.episode.stateHash() !== episode.stateHash()) throw notDeterministic(world, moves.length)
  return [...points.slice(0, -1), { ...last, episode: standing(episode, trace, lineage.forkPath) }]
}

interface Trace {
  readonly settings: Omit<EpisodeSettings, 'maxSteps'>
  readonly maxSteps: number
  readonly forkPath: string
  readonly resetEffects: readonly Effect[]
  readonly moves: readonly Move[]
}

/** Limits are left out while moves are taken again: a shared past was played under the limits of another episode. */
async function retraced(world: World, trace: Trace): Promise<readonly Point[]> {
  const { settings, moves, resetEffects, forkPath } = trace
  let episode = await startEpisode(world, { ...settings, maxSteps: Number.MAX_SAFE_INTEGER }, read(resetEffects))
  const points: Point[] = []
  const history: Turn[] = []
  for (const move of moves) {
    episode = underPath(episode, move.forkPath)
    const here = { episode: standing(episode, trace, move.forkPath), history: [...history], move }
    const { action, isActionValid, reward } = await episode.stepAgain(move, read(move.effects))
    history.push({ observation: here.episode.text(), action, isActionValid })
    points.push({ ...here, reward })
  }
  return [...points, { episode: standing(episode, trace, forkPath), history, move: null, reward: null }]
}

const read = (recorded: readonly Effect[]): TapeMode => ({ kind: 'read', recorded })

/** A copy that stands where an episode stands now, with the limits and the stream that it is played on with. */
function standing(episode: Episode, { settings, maxSteps }: Trace, forkPath: string): Episode {
  const { world, lineage, state, index, past, resetEffects, ending, endingReason } = episode
  const isOver = ending === null && index >= maxSteps
  const end = isOver ? { ending: 'truncated' as const, endingReason: 'maxSteps' } : { ending, endingReason }
  const own = lineageOf(lineage.seed, lineage.member, forkPath)
  return new Episode(world, { ...settings, maxSteps }, own, undefined, {
    state,
    index,
    past,
    forks: 0,
    resetEffects,
    ...end,
  })
}

/** Says whose fault a difference is: the environment's where a third playing differs from the second. */
async function differing(world: World, trace: Trace, points: readonly Point[], index: number): Promise<GymError> {
  const again = await retraced(world, trace)
  const isSame = points.every(({ episode }, at) => episode.stateHash() === again[at]?.episode.stateHash())
  if (!isSame) return notDeterministic(world, index)
  return new GymError(
    'REPLAY_DIVERGED',
    `${world.environment.id}: played again, step ${index} shows something else than was recorded: open the world that the run was made in`,
  )
}

const notDeterministic = ({ environment }: World, index: number): GymError =>
  new GymError(
    'NOT_DETERMINISTIC',
    `${environment.id}: the same start and actions led to different states at step ${index}; draw from rng, ask the outside world through effect`,
  )
