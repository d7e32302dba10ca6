import type { World } from '../core/episode/world.ts'
import { Diverged, type Divergence } from './divergence.ts'
import { expectSameWorld } from './match.ts'
import { type PlayOptions, playAgain } from './play.ts'
import type { RecordedTrajectory, Run } from './reader.ts'

/** Options of a replay. */
export interface ReplayOptions {
  /** Asks the world outside again and compares its answers; else they are read from the record. @default false */
  readonly live?: boolean
}

/** What became of one trajectory that was played again. */
export interface Replayed {
  readonly trajectoryId: string
  /** Steps that were found as recorded. */
  readonly steps: number
  /** The first difference, null if there is none. */
  readonly divergence: Divergence | null
}

/**
 * Plays every trajectory of a run again and compares all that is recorded: observations, anchors, the environment's
 * reward, endings, validity, info, effects, and the state that groups start from.
 * @throws GymError RECORD_FOREIGN for a world other than the run's, naming what differs; RECORD_CORRUPT
 */
export async function* replayRun(
  world: World,
  run: Run,
  { live = false }: ReplayOptions = {},
): AsyncGenerator<Replayed, void> {
  expectSameWorld(run.manifest, world)
  const options = { runKey: run.manifest.runKey, isLive: live }
  for (const recorded of run.trajectories()) yield await replayTrajectory(world, recorded, options)
}

async function replayTrajectory(world: World, recorded: RecordedTrajectory, options: PlayOptions): Promise<Replayed> {
  const { trajectoryId } = recorded.start
  let steps = 0
  try {
    for await (const { step } of playAgain(world, recorded, options)) if (step) steps++
    return { trajectoryId, steps, divergence: null }
  } catch (thrown) {
    if (thrown instanceof Diverged) return { trajectoryId, steps, divergence: thrown.divergence }
    throw thrown
  }
}
