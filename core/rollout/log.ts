import type { Anchors, Effect, Group, JsonObject, Move, Origin, Reward, Step, Trajectory } from '../data/types.ts'

/** How an episode began: with its moves, all that replay needs. */
export interface EpisodeStart extends Origin {
  readonly trajectoryId: string
  readonly groupId: string | null
  readonly agent: string
  readonly split: string
  readonly maxSteps: number
  readonly observation: string
  readonly anchors: Anchors
  readonly resetEffects: readonly Effect[]
  /** The trajectory that it was forked from after `past`; left out for none, and where that is not known. */
  readonly parentId?: string
  /** What the server needs to continue the episode after a crash. */
  readonly serving?: JsonObject
  /** Moves before the first recorded step: a fork's, which it shares with its parent. */
  readonly past: readonly Move[]
}

/** A reward that came after its step was recorded; `index` null is for the trajectory as a whole. */
export interface LateReward {
  readonly trajectoryId: string
  readonly index: number | null
  readonly reward: Reward
}

/**
 * Log of a run. Each call returns only when its entry survives a crash of the process; no step is answered before.
 * Throw only when the entry cannot be persisted: the episode is then aborted rather than continued unrecorded.
 */
export interface RunLog {
  episodeStarted(start: EpisodeStart): void
  stepTaken(step: Step): void
  /** With the outcome rewards; the steps were logged before. */
  episodeEnded(trajectory: Trajectory): void
  rewardsArrived(rewards: readonly LateReward[]): void
  groupClosed(group: Group): void
}
