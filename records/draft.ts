import type { Reward, Step, Trajectory } from '../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../core/rollout/log.ts'
import type { End } from './closing-lines.ts'

/** Why a trajectory reads as aborted whose record stops before its end. */
export const NOT_FINISHED = 'not finished'

/** A trajectory under assembly from its lines. */
export class Draft {
  readonly start: EpisodeStart
  readonly #steps: Step[] = []
  readonly #late: Reward[] = []
  #end: End | null = null

  constructor(start: EpisodeStart) {
    this.start = start
  }

  get isFinished(): boolean {
    return this.#end !== null
  }

  take(step: Step): void {
    this.#steps.push(step)
  }

  finish(end: End): void {
    this.#end = end
  }

  /** Appends a reward to its step, or to the trajectory as a whole. */
  join({ index, reward }: LateReward): void {
    if (index === null) {
      this.#late.push(reward)
      return
    }
    const position = index - this.start.past.length
    const step = this.#steps[position]
    if (step) this.#steps[position] = { ...step, rewards: [...step.rewards, reward] }
  }

  trajectory(): Trajectory {
    const { trajectoryId: id, groupId, environment, taskId, seed, member, forkPath, parentId, past } = this.start
    const { ending, endingReason, rewards } = this.#end ?? {
      ending: 'aborted',
      endingReason: NOT_FINISHED,
      rewards: [],
    }
    const origin = { environment, taskId, seed, member, forkPath }
    return {
      id,
      groupId,
      ...origin,
      ...(parentId !== undefined && { forkedFrom: { trajectoryId: parentId, index: past.length } }),
      steps: [...this.#steps],
      ending,
      endingReason,
      rewards: [...rewards, ...this.#late],
    }
  }
}

/** Drafts of the trajectories whose lines are being read. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>()

  begin(start: EpisodeStart): void {
    this.#drafts.set(start.trajectoryId, new Draft(start))
  }

  find(trajectoryId: string): Draft | undefined {
    return this.#drafts.get(trajectoryId)
  }

  /** Takes drafts out: what comes for them later has nowhere to go. */
  remove(trajectoryIds: readonly string[]): readonly Draft[] {
    const drafts = trajectoryIds.flatMap((id) => this.#drafts.get(id) ?? [])
    for (const id of trajectoryIds) this.#drafts.delete(id)
    return drafts
  }

  rest(): readonly Draft[] {
    return [...this.#drafts.values()]
  }
}
