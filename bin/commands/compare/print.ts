import { counted } from '../../../core/data/shown.ts'
import type { Comparison } from '../../../evaluation/comparison/compare.ts'
import { expectationsOf } from '../../../evaluation/comparison/expectations.ts'
import { countText, intervalText } from '../../../evaluation/comparison/report/markdown.ts'
import { type MethodSummary, summaryOf } from '../../../evaluation/comparison/summary.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'method' },
  ...['rate', 'area', 'final', 'held out', 'to 50 %', 'to 80 %', 'mixed groups'].map(
    (heading): Column => ({ heading, align: 'right' }),
  ),
]

/** The methods, what they should show and do, and where the rest is. */
export function printedComparison(comparison: Comparison, report: string, paint: Painter): readonly string[] {
  const { plan, reported } = comparison
  const methods = summaryOf(plan, reported)
  return [
    paint(
      'bold',
      `${plan.environment}, ${counted(plan.budget, 'environment step')}, ${counted(plan.seeds.length, 'paired seed')}`,
    ),
    ...tableOf(COLUMNS, methods.map(cellsOf)),
    '',
    ...expectationsOf(methods).map(({ says, isMet, found }) => {
      const mark = isMet ? paint('green', 'met    ') : paint('red', 'not met')
      return `${mark}  ${says}: ${found}`
    }),
    ...edgeLines(methods).map((each) => paint('yellow', each)),
    `paired differences, rates, curves: ${report}`,
  ]
}

const cellsOf = (method: MethodSummary): readonly string[] => [
  method.label,
  `${method.rate}`,
  intervalText(method.area),
  method.final.toFixed(2),
  intervalText(method.heldOut),
  countText(method.stepsTo50),
  countText(method.stepsTo80),
  method.mixedGroups.toFixed(2),
]

function edgeLines(methods: readonly MethodSummary[]): readonly string[] {
  const labels = methods.filter(({ isAtEdge }) => isAtEdge).map(({ label }) => label)
  if (labels.length === 0) return []
  return [`the best rate is the least or greatest of those tried: ${labels.join(', ')}; other rates may be better`]
}
