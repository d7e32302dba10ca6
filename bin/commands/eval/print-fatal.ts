import type { FatalRow } from '../../../evaluation/oracle/rows.ts'
import type { FatalOutcome } from '../../../evaluation/oracle/run-fatal.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { whole } from '../rollout/print.ts'
import type { OracleReport } from './oracle-report.ts'
import { headLines } from './print-oracle.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'trajectory' },
  { heading: 'fatal step', align: 'right' },
  { heading: 'how it was found' },
  { heading: 'states judged' },
]

export function printedFatal(
  report: OracleReport,
  outcomes: readonly FatalOutcome[],
  paint: Painter,
): readonly string[] {
  const rows = outcomes.flatMap(({ row }) => (row ? [row] : []))
  const others = outcomes.length - rows.length
  return [
    ...headLines(report, paint),
    '',
    ...(rows.length > 0 ? tableOf(COLUMNS, rows.map(cellsOf)) : ['no episode that failed was searched']),
    '',
    ...(others > 0 ? [`${whole(others)} other episodes did not fail, or were not searched`] : []),
    `kept in ${report.out}`,
  ]
}

const cellsOf = ({ trajectoryId, index, judged, ...row }: FatalRow): readonly string[] => [
  trajectoryId,
  index === null ? '–' : `${index}`,
  howFound(row),
  judged.map((each) => `${each.index} ${each.verdict} (${each.forks})`).join(', '),
]

function howFound({ reason, lastAlive, firstLost }: Pick<FatalRow, 'reason' | 'lastAlive' | 'firstLost'>): string {
  if (reason === 'found') return 'alive before, lost after'
  if (reason === 'lost-from-the-start') return 'lost from the start'
  return `${reason}: a step from ${lastAlive ?? 'the start'} to ${firstLost - 1}`
}
