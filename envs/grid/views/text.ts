import type { Legend, Level } from '../level.ts'
import type { GridSettings } from '../options.ts'
import type { GridState } from '../state.ts'

/** Goal, map, legend, and what the map cannot say: all that an agent knows. */
export function textView(level: Level, state: GridState, settings: GridSettings): string {
  const { map } = level.scene(state, settings.aliasing)
  return [
    `Goal: ${goalOf(level, settings)}`,
    ...map,
    legendLine(level.legend),
    ...captionOf(level, state, settings),
  ].join('\n')
}

/** What the task asks for, with what makes it hard. */
export const goalOf = ({ goal }: Level, { noise }: GridSettings): string =>
  noise > 0 ? `${goal} A move may slip to either side.` : goal

const legendLine = (legend: Legend): string =>
  Object.entries(legend)
    .map(([symbol, { means }]) => `${symbol} ${means}`)
    .join(', ')

/** Sentences on the state, of which the last says that the last action did nothing. */
export function captionOf(level: Level, state: GridState, settings: GridSettings): readonly string[] {
  const { says } = level.scene(state, settings.aliasing)
  const lines = [...says, ...rewardLines(level, state, settings)]
  return state.isIdle ? [...lines, 'Nothing happens.'] : lines
}

/** Where nothing is hidden, also what has been earned and when it will be paid. */
function rewardLines(level: Level, state: GridState, { aliasing, reward }: GridSettings): readonly string[] {
  const { best, owed } = state
  const lines = level.outcome(state) === 'solved' && owed.length > 0 ? ['You made it: wait for your reward.'] : []
  if (aliasing > 0) return lines
  if (reward === 'graded') lines.push(`Sub-goals reached so far: ${best} of ${level.subGoals}.`)
  if (owed.length > 0) lines.push(`Steps until rewards are paid: ${owed.join(', ')}.`)
  return lines
}
