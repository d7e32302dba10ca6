import type { SignalColumn, StepBatch } from '../../core/batch/index.ts'
import { choice, name, number } from './options.ts'
import { type Mode, settled } from './rounding.ts'
import { episodeScores } from './signals.ts'

/** How an estimator recognises episodes that reached their goal. */
export const SUCCESS = {
  /** Signal of trajectories that is above 0 for a success; if there is none, the episode's score decides. */
  success: name('success'),
  /** Episode score of a success: verl-agent pays 10. */
  successReward: number(10),
  /** Whether a success scores at least, or exactly, `successReward`. */
  successTest: choice('at-least', ['at-least', 'equal']),
} as const

interface SuccessOptions {
  readonly success: string
  readonly successReward: number
  readonly successTest: 'at-least' | 'equal'
  readonly episode: string
  readonly mode: Mode
}

/** 1 for trajectories that reached their goal, aligned with `batch.trajectories`; unknown where the signal is null. */
export function successes(batch: StepBatch, options: SuccessOptions): SignalColumn {
  const { success, successReward, successTest, episode, mode } = options
  const outcome = batch.outcomes.get(success)
  if (outcome) return { values: outcome.values.map((value) => (value > 0 ? 1 : 0)), known: outcome.known }
  const { values, known } = episodeScores(batch, episode, mode)
  const isSuccess = (score: number): boolean => {
    const lead = settled(score - successReward, Math.max(Math.abs(score), Math.abs(successReward)), mode)
    return lead === 0 || (successTest === 'at-least' && lead > 0)
  }
  return { values: values.map((score) => (isSuccess(score) ? 1 : 0)), known }
}

/** What there is to warn of: without a success, a method that looks back from the goal sees nothing. */
export const successWarnings = (reached: SignalColumn): readonly string[] =>
  reached.values.some((value, at) => value === 1 && reached.known[at] === 1)
    ? []
    : ['no episode counts as a success: name the signal with the option success, or lower successReward']
