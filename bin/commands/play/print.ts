import { counted } from '../../../core/data/shown.ts'
import type { Json, Step } from '../../../core/data/types.ts'
import type { Total } from '../../../records/totals.ts'
import { cut } from '../../terminal/fit.ts'
import type { Painter } from '../../terminal/paint.ts'
import { rewardCell } from '../show/print-episode.ts'
import { sumCell } from '../show/print-run.ts'
import { textOf } from './dialogue.ts'
import type { PlaySession } from './session.ts'

export const HELP: readonly string[] = [
  'type an action, or the number of one that is listed',
  ':actions lists all of them   :undo takes the last step back   :quit leaves   ::text is the action :text',
]

/** Actions that are shown unasked. */
const MOST_LISTED = 24

/** @param width of the terminal @param most actions that are listed; undefined for all. */
export function actionLines(
  actions: readonly Json[] | null,
  width: number,
  paint: Painter,
  most: number = MOST_LISTED,
): readonly string[] {
  if (actions === null) return [paint('dim', 'actions are not listed here: type one')]
  const shown = actions.slice(0, most)
  const digits = `${shown.length}`.length
  const left = actions.length - shown.length
  const cells = shown.map((action, at) => `${`${at + 1}`.padStart(digits)} ${cut(textOf(action), width - digits - 3)}`)
  return [
    ...columns(cells, width - 2).map((line) => `  ${line}`),
    ...(left > 0 ? [paint('dim', `  and ${left} more: :actions lists all of them`)] : []),
  ]
}

/** Cells side by side, as many in a line as fit. */
function columns(cells: readonly string[], width: number): readonly string[] {
  const widest = Math.max(0, ...cells.map(({ length }) => length)) + GAP
  const each = Math.max(1, Math.floor((width + GAP) / widest))
  const lines = Array.from({ length: Math.ceil(cells.length / each) }, (_, at) =>
    cells.slice(at * each, (at + 1) * each),
  )
  return lines.map((line) =>
    line
      .map((cell) => cell.padEnd(widest))
      .join('')
      .trimEnd(),
  )
}

const GAP = 3

export function stepLines({ rewards, isActionValid, refused, info }: Step, paint: Painter): readonly string[] {
  const problem = refused?.problem ?? (typeof info.problem === 'string' ? info.problem : null)
  return [
    ...(isActionValid ? [] : [paint('yellow', `invalid${problem === null ? '' : `: ${problem}`}`)]),
    `rewards  ${rewards.map(rewardCell).join('  ')}`,
  ]
}

/** How the episode ended, and its rewards. */
export function endLines(
  { ending, endingReason, path }: PlaySession,
  totals: readonly Total[],
  paint: Painter,
): readonly string[] {
  const why = endingReason === null ? '' : `: ${endingReason}`
  return [
    paint('bold', `${ending ?? 'running'}${why}, after ${counted(path.length, 'step')}`),
    ...(totals.length > 0 ? [`totals   ${totals.map((total) => `${total.name} ${sumCell(total)}`).join('  ')}`] : []),
  ]
}
