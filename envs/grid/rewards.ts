import type { Level } from './level.ts'
import type { GridSettings } from './options.ts'
import { type GridState, NOTHING, type Place } from './state.ts'

/** What a step earned, what it pays, and what is still to come. */
export interface Account {
  readonly best: number
  readonly owed: readonly number[]
  readonly paid: number
}

/**
 * Success earns 1 in one piece, or, where rewards are graded, each sub-goal its share when more of them are reached
 * than ever before. A piece is paid `rewardDelay` steps after it was earned; a failure pays at once all that is owed.
 */
export function settle(level: Level, state: GridState, place: Place, settings: GridSettings): Account {
  const outcome = level.outcome(place)
  const pieces = settings.reward === 'graded' ? level.subGoals : 1
  const best = settings.reward === 'graded' ? Math.max(state.best, level.reached(place)) : 0
  const earned = settings.reward === 'graded' ? best - state.best : outcome === 'solved' ? 1 : 0
  const due = dueAfter(state.owed, earned, settings.rewardDelay)
  const isAllDue = outcome === 'failed'
  const owed = isAllDue ? NOTHING : due.filter((steps) => steps > 0)
  return { best, owed: owed.length === 0 ? NOTHING : owed, paid: (due.length - owed.length) / pieces }
}

/** A step passes without anything earned: after a success, while rewards are on their way. */
export function collect({ best, owed }: GridState, level: Level, { reward }: GridSettings): Account {
  const due = dueAfter(owed, 0, 0)
  const rest = due.filter((steps) => steps > 0)
  const pieces = reward === 'graded' ? level.subGoals : 1
  return { best, owed: rest.length === 0 ? NOTHING : rest, paid: (due.length - rest.length) / pieces }
}

function dueAfter(owed: readonly number[], earned: number, delay: number): readonly number[] {
  if (owed.length === 0 && earned === 0) return NOTHING
  return [...owed.map((steps) => steps - 1), ...Array.from({ length: earned }, () => delay)]
}
