import { GymError } from '../data/errors.ts'
import { tagOf } from '../data/hash.ts'
import type { Json, Trajectory } from '../data/types.ts'
import { fork, replayMoves, underPath } from '../episode/fork.ts'
import { closeQuietly } from '../episode/live.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import type { EpisodeStart } from '../rollout/log.ts'
import { bestByReturn } from './best-of-n.ts'
import type { Branch } from './branch.ts'
import { type BranchSettings, LocalBranches } from './local-branches.ts'
import type { Mode } from './mode.ts'

/** A trajectory that was recorded: whole, from its reset on. */
export interface RecordedPath {
  readonly start: EpisodeStart
  readonly trajectory: Trajectory
}

/** Settings of an intervention: which step, how often. */
export interface Intervention {
  /** The step whose action is replaced, counted from 0. */
  readonly step: number
  readonly action: Json
  /** Futures after it, from 1. */
  readonly k: number
}

/**
 * Replaces the action of one step, `k` times each with a random stream of its own, and lets the agent continue: what
 * would have happened? The branch source holds the recorded trajectory and branches where the step was taken.
 */
export const intervention = ({ step, action, k }: Intervention, options: Mode['options']): Mode => ({
  name: 'intervene',
  options,
  roots: k,
  async sample(roots, player) {
    for (const root of roots) if (root.index === step) await player.take(root, { action })
    return bestByReturn(roots, player)
  },
})

/** @throws GymError CONFIG_INVALID where a trajectory has no step of this number */
export function expectStepOf({ trajectory: { id, steps } }: RecordedPath, at: number): void {
  if (Number.isInteger(at) && at >= 0 && at < steps.length) return
  throw new GymError('CONFIG_INVALID', `${id} has steps 0 to ${steps.length - 1}: there is no step ${at}`)
}

/** A group of a recorded trajectory and of others that share its first steps. Its steps are replayed from the record, not taken. */
export class ReplayedBranches extends LocalBranches {
  readonly #world: World
  readonly #source: RecordedPath
  readonly #at: number

  /** @param at Where branches leave it. @throws GymError CONFIG_INVALID where it has no such step */
  constructor(world: World, source: RecordedPath, at: number, settings: BranchSettings) {
    const { taskId, seed, member, maxSteps } = source.start
    super(world, { task: world.tasks.byRecordedId(taskId), seed, member, maxSteps }, settings)
    expectStepOf(source, at)
    this.#world = world
    this.#source = source
    this.#at = at
  }

  /** @throws GymError FORK_UNSUPPORTED; REPLAY_DIVERGED where its moves lead elsewhere now */
  override async start(count: number): Promise<readonly Branch[]> {
    const original = this.replay(this.#source.start, this.#source.trajectory)
    const episode = await this.#replayed()
    const parent = { id: original.id, path: original.steps.slice(0, this.#at) }
    const branches: Branch[] = []
    try {
      for (let i = 0; i < count; i++) branches.push(this.addBranch(await fork(episode), parent))
    } finally {
      await closeQuietly(() => episode.close())
    }
    return branches
  }

  async #replayed() {
    const { start, trajectory } = this.#source
    const moves = trajectory.steps.slice(0, this.#at)
    const tape = (index: number) => ({
      kind: 'read' as const,
      recorded: (index < 0 ? start.resetEffects : moves[index]?.effects) ?? [],
    })
    const first = await startEpisode(this.#world, this.episode, tape(-1))
    this.startTag = tagOf(this.settings.runKey, first.state)
    await closeQuietly(() => first.close())
    const played = await replayMoves(this.#world, this.episode, moves, tape)
    return underPath(played, trajectory.steps[this.#at]?.forkPath ?? '')
  }
}
