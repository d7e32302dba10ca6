import { counted } from '../../../core/data/shown.ts'
import { type Certainty, certaintyOf, surestFirst } from '../../../evaluation/oracle/certainty.ts'
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

/** Steps of each kind that a reader is shown, of a whole run. */
const MOST_SHOWN = 12

/** The steps of one trajectory in their order; of a whole run the surest first, the harmful ones before the others. */
export function printedValues(report: ValuesReport, rows: readonly StepRow[], paint: Painter): readonly string[] {
  const cut = report.cut > 0 ? `, ${whole(report.cut)} of them from fewer play-outs` : ''
  const isStrip = new Set(rows.map(({ trajectoryId }) => trajectoryId)).size === 1
  return [
    ...headLines(report, paint),
    '',
    ...(isStrip ? table(rows, paint) : rankedLines(rows, paint)),
    '',
    countLine(report),
    `${whole(report.estimated)} of ${counted(report.steps, 'step')}${cut}: ${report.out}`,
  ]
}

function rankedLines(rows: readonly StepRow[], paint: Painter): readonly string[] {
  const lines = [...kindLines('harmful', rows, paint), ...kindLines('helpful', rows, paint)]
  return lines.length > 0 ? lines.slice(0, -1) : ['no step was certainly better or worse than the policy of the agent']
}

function kindLines(kind: 'harmful' | 'helpful', rows: readonly StepRow[], paint: Painter): readonly string[] {
  const own = surestFirst(rows, kind)
  if (own.length === 0) return []
  const shown = own.slice(0, MOST_SHOWN)
  const more = own.length > shown.length ? `, ${shown.length} of ${whole(own.length)}` : ''
  return [paint('bold', `${kind}, the surest first${more}`), ...table(shown, paint), '']
}

const countLine = ({ harmful, helpful, undecided }: ValuesReport): string =>
  `surely harmful: ${whole(harmful)}, surely helpful: ${whole(helpful)}, undecided: ${whole(undecided)}${undecided > 0 ? ' (more forks may decide)' : ''}`

function table(rows: readonly StepRow[], paint: Painter): readonly string[] {
  const [heading = '', ...lines] = tableOf(COLUMNS, rows.map(cellsOf))
  return [heading, ...lines.map((line, at) => painted(line, rows[at], paint))]
}

const STYLES = { harmful: 'red', helpful: 'green', undecided: null } as const satisfies Record<Certainty, unknown>

function painted(line: string, row: StepRow | undefined, paint: Painter): string {
  const style = row ? STYLES[certaintyOf(row)] : null
  return style === null ? line : paint(style, line)
}

const cellsOf = ({ trajectoryId, index, action, value, actionValue, advantage, isCut }: StepRow): readonly string[] => [
  trajectoryId,
  `${index}`,
  excerpt(action),
  meanOf(value),
  meanOf(actionValue),
  meanOf(advantage),
  `${boundsOf(advantage)}${isCut ? ' (cut)' : ''}`,
]
