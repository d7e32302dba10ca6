import { GymError } from '../data/errors.ts'
import type { Task } from '../data/types.ts'

/** Settings of one episode: task, seed, limits. */
export interface EpisodeSettings {
  readonly task: Task
  /** An integer from 0 to 2^64 - 1: number, bigint or digits. */
  readonly seed: unknown
  /** Position within a group, a whole number below 2^31. @default 0 */
  readonly member?: number
  /** A whole number from 1. @default the environment's `maxSteps` */
  readonly maxSteps?: number
  /**
   * Milliseconds that opening, a reset or a step of an asynchronous environment may take; Infinity for no limit.
   * @default 55000, below OpenEnv's 60 s
   */
  readonly stepTimeoutMs?: number
  /** Characters of an action's JSON; what is longer is a bad action. @default 65536 */
  readonly maxActionLength?: number
  readonly signal?: AbortSignal
}

/** Members are counters of streams of randomness, which are 32-bit words. */
const MOST_MEMBERS = 2 ** 31

/** @throws GymError CONFIG_INVALID for an invalid limit or member: a NaN would be no limit at all. */
export function expectSettings({ member, maxSteps, stepTimeoutMs, maxActionLength }: Partial<EpisodeSettings>): void {
  expectWhole('member', member, 0, MOST_MEMBERS - 1)
  expectWhole('maxSteps', maxSteps, 1, Number.MAX_SAFE_INTEGER)
  expectLimit('stepTimeoutMs', stepTimeoutMs)
  expectLimit('maxActionLength', maxActionLength)
}

/** @throws GymError CONFIG_INVALID */
export function expectWhole(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  throw new GymError('CONFIG_INVALID', `${name} must be a whole number from ${least} to ${most}, not ${String(value)}`)
}

/** @throws GymError CONFIG_INVALID */
export function expectLimit(name: string, value: number | undefined): void {
  if (value === undefined || (typeof value === 'number' && value > 0)) return
  throw new GymError('CONFIG_INVALID', `${name} is a number above 0, or Infinity for none, not ${String(value)}`)
}
