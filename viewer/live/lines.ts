import type { Ending } from '../../core/data/types.ts'
import type { Reading } from '../../rewards/monitors/reading.ts'

/** One step of an episode that is being played. */
export interface LiveStep {
  readonly index: number
  /** Its beginning, as a text. */
  readonly action: string
  readonly isActionValid: boolean
  /** The environment's own reward. */
  readonly reward: number | null
}

/** An episode that is being played, or has just ended. */
export interface LiveEpisode {
  readonly id: string
  readonly environment: string
  readonly group: string | null
  readonly member: number
  readonly task: string
  /** When it started, as an ISO date. */
  readonly started: string
  readonly stepCount: number
  /** The latest of its steps. */
  readonly steps: readonly LiveStep[]
  /** So far; null where a reward is not known. */
  readonly return: number | null
  /** Null while it is played. */
  readonly ending: Ending | null
}

/** `GET /-/api/live` of a server: a line of JSON whenever something has changed. */
export interface LiveLine {
  readonly change: number
  /** Events that are not in the picture, because they came too fast. */
  readonly missed: number
  /** Episodes that changed since the line before; all of the latest in the first. */
  readonly episodes: readonly LiveEpisode[]
  /** What the monitors of training read in the latest groups of each environment. */
  readonly monitors: readonly LiveMonitors[]
}

/** Monitors of one environment. */
export interface LiveMonitors {
  readonly environment: string
  readonly readings: readonly Reading[]
}
