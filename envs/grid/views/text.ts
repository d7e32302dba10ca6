import type { Legend, Level } from '../level.ts'
import type { GridSettings } from '../options.ts'
import type { GridState } from '../state.ts'

/** Goal, map, legend, and what the map cannot say: all that an agent knows. */
export function textView(level: Level, state: GridState, settings: GridSettings): string {
  const { map, says } = level.scene(state, settings.aliasing)
  const lines = [
    `Goal: ${level.goal}`,
    ...map,
    legendLine(level.legend),
    ...says,
    ...rewardLines(level, state, settings),
  ]
  return (state.isIdle ? [...lines, 'Nothing happens.'] : lines).join('\n')
}

const legendLine = (legend: Legend): string =>
  Object.entries(legend)
    .map(([symbol, { means }]) => `${symbol} ${means}`)
    .join(', ')

/** Where nothing is hidden, also what has been earned and when it will be paid. */
export function rewardLines(level: Level, state: GridState, { aliasing, reward }: GridSettings): readonly string[] {
  const { best, owed } = state
  const isOver = level.outcome(state) === 'solved' && owed.length > 0
  const lines = isOver ? ['You made it: wait for your reward.'] : []
  if (aliasing > 0) return lines
  if (reward === 'graded') lines.push(`Sub-goals reached: ${best} of ${level.subGoals}.`)
  if (owed.length > 0) lines.push(`Rewards on their way, in steps: ${owed.join(', ')}.`)
  return lines
}
