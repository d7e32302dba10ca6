import type { SettingFlags } from '../../flags.ts'

/** What the flags of `stepgym train` say. */
export interface TrainFlags extends SettingFlags {
  readonly estimator?: string
  readonly options?: readonly string[]
  readonly iterations?: number
  readonly learningRate?: number
  readonly demonstrations?: number
  readonly training?: readonly string[]
  readonly evalSplit?: string
  readonly rewardModel?: string
  readonly resume?: boolean
  readonly record?: boolean
  readonly quick?: boolean
  readonly json?: boolean
}
