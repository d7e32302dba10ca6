import { counted } from '../../../core/data/shown.ts'
import { chosenText } from '../../config/readers.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal, INTERRUPTED, whole } from '../rollout/print.ts'
import type { SearchReport } from './run.ts'
import type { MethodReport } from './tally.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'method' },
  ...['chosen', 'best', 'mean', 'finished', 'steps'].map((heading) => ({ heading, align: 'right' }) as const),
]

/** The report of a search for a reader. */
export function printedSearch(report: SearchReport, paint: Painter): readonly string[] {
  const { environment, split, agent, seed, budget, methods, isInterrupted } = report
  const tasks = methods[0]?.tasks ?? 0
  const without = methods.filter((each) => each.without > 0)
  return [
    paint('bold', `${environment}, split ${split}: ${agent}, seed ${seed}`),
    `${counted(tasks, 'task')}, ${whole(budget)} environment steps for each and each method`,
    '',
    ...tableOf(COLUMNS, methods.map(rowOf)),
    '',
    'returns: of the episode that was chosen and of the best, means over tasks; mean of all finished episodes',
    ...without.map(({ method, without: count }) => `${method} finished no episode of ${counted(count, 'task')}`),
    ...(isInterrupted ? [paint('yellow', INTERRUPTED)] : []),
    ...methods.flatMap(({ run }) => (run === null ? [] : [`recorded in ${run}`])),
  ]
}

const rowOf = ({ method, options, chosen, best, mean, finished, steps }: MethodReport): readonly string[] => [
  chosenText({ reference: method, options }),
  ...[chosen, best, mean].map(decimal),
  ...[finished, steps].map(whole),
]
