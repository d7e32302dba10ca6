import type { MeasureName } from '../../../evaluation/creditbench/measures/catalog.ts'
import type { Scores } from '../../../evaluation/creditbench/measures/evaluate.ts'
import { leastLines, marked } from '../../../evaluation/creditbench/report/markdown.ts'
import { inOrder, type Overall, overallOf } from '../../../evaluation/creditbench/report/order.ts'
import type { ConditionResult } from '../../../evaluation/creditbench/run.ts'
import type { Estimated } from '../../../evaluation/statistics/interval.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'

const SHOWN: readonly (readonly [MeasureName, string])[] = [
  ['correlation', 'one batch'],
  ['centredCorrelation', 'averaged, centred'],
  ['cosine', 'gradient'],
  ['averagedCosine', 'averaged gradient'],
  ['bias', 'bias'],
  ['mistakeAuc', 'mistakes'],
]

const COLUMNS: readonly Column[] = [
  { heading: 'estimator' },
  ...SHOWN.map(([, heading]): Column => ({ heading, align: 'right' })),
  { heading: 'ms per 1,000 steps', align: 'right' },
]

/**
 * The worlds as they are, in the order of the report; what is varied is there.
 * @param rows Steps a condition that were asked for.
 */
export function printedBench(
  results: readonly ConditionResult[],
  report: string,
  rows: number,
  paint: Painter,
): readonly string[] {
  const worlds = results.filter(({ study }) => study === 'worlds')
  const order = overallOf(results)
  const varied = results.length - worlds.length
  return [
    ...worlds.flatMap((result) => worldLines(result, order, paint)),
    ...leastLines(results, rows).map((each) => paint('yellow', each)),
    '* was given signals that only a bench has: a noisy truth, or exact values',
    `${varied} more conditions (group size, knobs of the worlds, reward noise), intervals and pictures: ${report}`,
  ]
}

function worldLines(
  { world, facts, scores }: ConditionResult,
  order: readonly Overall[],
  paint: Painter,
): readonly string[] {
  const { states, value, rows, batches } = facts
  const about = `${states} states a task at most, policy earns ${value.toFixed(2)}, ${rows} steps in ${batches} batches`
  const ranked = inOrder(scores, order)
  const measured = ranked.filter(({ reason }) => reason === null)
  const others = ranked.flatMap(({ label, reason }) => (reason === null ? [] : [`${label}: ${reason.message}`]))
  return [
    paint('bold', `${world}: ${about}`),
    ...tableOf(COLUMNS, measured.map(cellsOf)),
    ...others.map((each) => paint('yellow', each)),
    '',
  ]
}

const cellsOf = ({ label, given, measures, msPer1000 }: Scores): readonly string[] => [
  marked({ label, given }),
  ...SHOWN.map(([name]) => figure(measures[name])),
  msPer1000.toFixed(2),
]

const figure = (estimate: Estimated | null): string => (estimate === null ? '-' : estimate.value.toFixed(2))
