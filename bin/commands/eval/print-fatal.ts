import type { Json } from '../../../core/data/types.ts'
import type { Estimate } from '../../../evaluation/oracle/estimate.ts'
import type { Unsearched } from '../../../evaluation/oracle/fatal-step.ts'
import type { FatalRow } from '../../../evaluation/oracle/rows.ts'
import type { FatalOutcome } from '../../../evaluation/oracle/run-fatal.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { whole } from '../rollout/print.ts'
import type { OracleReport } from './oracle-report.ts'
import { boundsOf, excerpt, headLines, meanOf } from './print-oracle.ts'

/** The action of a step of a recorded trajectory; undefined where the record has none. */
export type ActionAt = (trajectoryId: string, index: number) => Json | undefined

const COLUMNS: readonly Column[] = [
  { heading: 'trajectory' },
  { heading: 'fatal step', align: 'right' },
  { heading: 'action' },
  { heading: 'V before', align: 'right' },
  { heading: 'lies in' },
  { heading: 'V after', align: 'right' },
  { heading: 'lies in' },
]

/** Fatal steps that were found, those that surely lost most first; all others are counted, a line for each reason. */
export function printedFatal(
  report: OracleReport,
  outcomes: readonly FatalOutcome[],
  actionAt: ActionAt,
  paint: Painter,
): readonly string[] {
  const rows = outcomes.flatMap(({ row }) => (row ? [row] : []))
  const found = rows.filter(({ reason }) => reason === 'found').toSorted((a, b) => lossOf(b) - lossOf(a))
  return [
    ...headLines(report, paint),
    '',
    ...(found.length > 0
      ? tableOf(
          COLUMNS,
          found.map((row) => cellsOf(row, actionAt)),
        )
      : [noneFound(rows)]),
    '',
    ...countLines(outcomes),
    ...(outcomes.length === 1 ? rows.flatMap(searchLines) : []),
    `kept in ${report.out}`,
  ]
}

const noneFound = (rows: readonly FatalRow[]): string =>
  rows.length === 0 ? 'no episode that failed was searched' : 'no fatal step was found'

const valueAt = ({ judged }: FatalRow, index: number | null): Estimate | null =>
  judged.findLast((each) => each.index === index)?.value ?? null

/** What the step surely lost: between the bounds of its states that are nearest to each other. */
function lossOf(row: FatalRow): number {
  const [before, after] = [valueAt(row, row.lastAlive), valueAt(row, row.firstLost)]
  return (before?.low ?? 0) - (after?.high ?? 0)
}

function cellsOf(row: FatalRow, actionAt: ActionAt): readonly string[] {
  const { trajectoryId, index, lastAlive, firstLost } = row
  const action = index === null ? undefined : actionAt(trajectoryId, index)
  const worth = [valueAt(row, lastAlive), valueAt(row, firstLost)]
  return [
    trajectoryId,
    index === null ? '–' : `${index}`,
    action === undefined ? '–' : excerpt(action),
    ...worth.flatMap((value) => (value === null ? ['–', 'the end'] : [meanOf(value), boundsOf(value)])),
  ]
}

const REASONS: Readonly<Record<Exclude<FatalRow['reason'], 'found'>, string>> = {
  'lost-from-the-start': 'lost from the start',
  undecided: 'undecided (more forks may decide)',
  budget: 'stopped when the budget was used up',
  interrupted: 'interrupted',
}

const UNSEARCHED: Readonly<Record<Unsearched['why'], string>> = {
  'not-failed': 'did not fail',
  'not-ended': 'not searched, because aborted or unfinished',
  'without-steps': 'not searched, because without a step',
  budget: 'not searched, because the budget was used up before',
  interrupted: 'not searched, because interrupted before',
}

function countLines(outcomes: readonly FatalOutcome[]): readonly string[] {
  const counts = new Map<string, number>()
  const add = (what: string): unknown => counts.set(what, (counts.get(what) ?? 0) + 1)
  for (const outcome of outcomes) {
    if (outcome.row === null) add(UNSEARCHED[outcome.why])
    else if (outcome.row.reason !== 'found') add(REASONS[outcome.row.reason])
  }
  return [...counts].map(([what, count]) => `${whole(count)} ${count === 1 ? 'episode' : 'episodes'}: ${what}`)
}

/** How far the search for one step came. */
function searchLines({ reason, lastAlive, firstLost, judged }: FatalRow): readonly string[] {
  const bracket =
    reason === 'found' ? [] : [`the step is one from ${lastAlive ?? 'the start'} to ${Math.max(0, firstLost - 1)}`]
  return [
    ...bracket,
    `states judged: ${judged.map((each) => `${each.index} ${each.verdict} (${each.forks} play-outs)`).join(', ')}`,
  ]
}
