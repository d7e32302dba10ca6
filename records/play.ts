import { GymError } from '../core/data/errors.ts'
import type { MaybePromise } from '../core/data/maybe-promise.ts'
import type { Effect, Step } from '../core/data/types.ts'
import { fullMessageOf } from '../core/data/user-code.ts'
import type { TapeMode } from '../core/episode/effects.ts'
import type { Grades } from '../core/episode/environment.ts'
import { Episode } from '../core/episode/episode.ts'
import { underPath } from '../core/episode/fork.ts'
import { gradesOf, groundTruthOf } from '../core/episode/grades.ts'
import { startEpisode } from '../core/episode/start.ts'
import type { World } from '../core/episode/world.ts'
import type { TruthSource } from '../core/reward/run-hooks.ts'
import { compareEnd, compareStart, compareStep } from './compare.ts'
import { Diverged } from './divergence.ts'
import type { RecordedTrajectory } from './reader.ts'

export interface PlayOptions {
  /** Key of the run: checks the tags of group starts. */
  readonly runKey: string
  /** Whether the outside world is asked again and compared, instead of reading its answers from the record. */
  readonly isLive: boolean
}

/** A point of a trajectory that replay has reached, and found as recorded. */
export interface Point {
  /** The step that led here; null at the start. */
  readonly step: Step | null
  /** The environment's measures of the state here. */
  readonly grades: () => Grades
  /** Answers of the task, for hooks. */
  readonly truth: TruthSource
}

/**
 * Plays a recorded trajectory again, its shared past first, and yields its start and every step once it is found as
 * recorded. One that was aborted is played as far as it came.
 * @throws Diverged at the first difference
 */
export async function* playAgain(
  world: World,
  recorded: RecordedTrajectory,
  { runKey, isLive }: PlayOptions,
): AsyncGenerator<Point, void> {
  const tape = (effects: readonly Effect[]): TapeMode => ({ kind: isLive ? 'compare' : 'read', recorded: effects })
  let episode = await begin(world, recorded, tape)
  try {
    episode = await throughPast(episode, recorded, tape)
    compareStart(recorded, episode, runKey)
    yield pointOf(null, episode)
    for (const step of recorded.trajectory.steps) {
      episode = underPath(episode, step.forkPath)
      if (isLastByTokens(recorded, step)) episode.endWithNextStep(TOKENS)
      const taken = await attempt(recorded, step.index, step.effects, () => episode.stepAgain(step, tape(step.effects)))
      compareStep(recorded, step, taken, episode)
      yield pointOf(step, episode)
    }
    compareEnd(recorded, episode)
  } finally {
    await episode.close()
  }
}

/** Tokens are counted before a step, which then ends the episode. A caller that names them between steps does not. */
const TOKENS = 'tokens'
const isLastByTokens = ({ trajectory: { endingReason, steps } }: RecordedTrajectory, step: Step): boolean =>
  endingReason === TOKENS && step.truncated && step === steps.at(-1)

type Tapes = (effects: readonly Effect[]) => TapeMode

function begin(world: World, recorded: RecordedTrajectory, tape: Tapes): Promise<Episode> {
  const { taskId, seed, member, resetEffects } = recorded.start
  return attempt(recorded, null, resetEffects, () => {
    const settings = { task: world.tasks.byRecordedId(taskId), seed, member, maxSteps: Number.MAX_SAFE_INTEGER }
    return startEpisode(world, settings, tape(resetEffects))
  })
}

/** A fork's past was played under the limits of its parent, which may have been others. */
async function throughPast(first: Episode, recorded: RecordedTrajectory, tape: Tapes): Promise<Episode> {
  const { past, forkPath, maxSteps } = recorded.start
  let episode = first
  for (const [index, move] of past.entries()) {
    episode = underPath(episode, move.forkPath)
    await attempt(recorded, index, move.effects, () => episode.stepAgain(move, tape(move.effects)))
  }
  const { world, settings, lineage, live } = underPath(episode, forkPath)
  const { state, index, past: taken, forks, resetEffects } = episode
  const progress = { state, index, past: taken, ending: null, endingReason: null, forks, resetEffects }
  return new Episode(world, { ...settings, maxSteps }, lineage, live, progress)
}

function pointOf(step: Step | null, { state, world, task }: Episode): Point {
  let grades: Grades | undefined
  return {
    step,
    truth: () => groundTruthOf(world, task),
    grades: () => {
      grades ??= gradesOf(world, state)
      return grades
    },
  }
}

/** What the environment throws is a difference like any other: when it was recorded, it did not. */
async function attempt<T>(
  { start: { trajectoryId } }: RecordedTrajectory,
  index: number | null,
  effects: readonly Effect[],
  run: () => MaybePromise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    if (!(thrown instanceof GymError)) throw thrown
    const got = `${thrown.code}: ${fullMessageOf(thrown)}`
    if (thrown.code === 'REPLAY_DIVERGED')
      throw new Diverged({ trajectoryId, index, what: 'effects', expected: effects, got })
    const what = thrown.code === 'TASK_UNKNOWN' ? 'task' : 'ending'
    throw new Diverged({ trajectoryId, index, what, expected: null, got })
  }
}
