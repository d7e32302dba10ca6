import type { StepRow } from '../../../evaluation/oracle/rows.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { whole } from '../rollout/print.ts'
import type { ValuesReport } from './oracle-report.ts'
import { boundsOf, excerpt, headLines, meanOf } from './print-oracle.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'trajectory' },
  { heading: 'step', align: 'right' },
  { heading: 'action' },
  { heading: 'V', align: 'right' },
  { heading: 'Q', align: 'right' },
  { heading: 'A', align: 'right' },
  { heading: 'A lies in' },
]

/** Steps that a reader is shown: all of a short run, else those that mattered most. */
const MOST_SHOWN = 24

export function printedValues(report: ValuesReport, rows: readonly StepRow[], paint: Painter): readonly string[] {
  const shown = rows.length <= MOST_SHOWN ? rows : mostTelling(rows)
  const cut = report.cut > 0 ? `, ${whole(report.cut)} of them from fewer play-outs` : ''
  return [
    ...headLines(report, paint),
    '',
    ...tableOf(COLUMNS, shown.map(cellsOf)),
    '',
    ...(shown.length < rows.length ? [`shown: the ${shown.length} steps whose advantage is surest`] : []),
    `${whole(report.estimated)} of ${whole(report.steps)} steps${cut}: ${report.out}`,
  ]
}

/** Those whose advantage is surely farthest from 0, in the order of the run. */
function mostTelling(rows: readonly StepRow[]): readonly StepRow[] {
  const kept = new Set(rows.toSorted((a, b) => distanceOf(b) - distanceOf(a)).slice(0, MOST_SHOWN))
  return rows.filter((row) => kept.has(row))
}

const distanceOf = ({ advantage: { low, high } }: StepRow): number => Math.max(low, -high)

const cellsOf = ({ trajectoryId, index, action, value, actionValue, advantage, isCut }: StepRow): readonly string[] => [
  trajectoryId,
  `${index}`,
  excerpt(action),
  meanOf(value),
  meanOf(actionValue),
  meanOf(advantage),
  `${boundsOf(advantage)}${isCut ? ' (cut)' : ''}`,
]
