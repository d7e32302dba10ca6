import { counted } from '../../../core/data/shown.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal, whole } from '../rollout/print.ts'
import type { CreditReport, EstimatorReport, LeftOutCounts } from './report.ts'

/** The report for a reader. */
export function printedCredit(report: CreditReport, paint: Painter): readonly string[] {
  const { source, recipe, leftOut, recordedRecipe, estimators, agreement, readAs, out } = report
  return [
    paint('bold', `${source}: ${sizeOf(report)}`),
    ...(recipe === null ? [] : [`under the recipe ${recipe}`]),
    ...(leftOut === null ? [] : [leftOutLine(leftOut)]),
    ...(recordedRecipe === null ? [] : [`recorded with the recipe ${recordedRecipe}: --recipe NAME applies one`]),
    ...readAs.map((note) => paint('yellow', note)),
    '',
    ...tableOf(SPREAD, estimators.map(spreadCells)),
    ...(agreement.length > 0 ? ['', ...tableOf(AGREEMENT, agreement.map(agreementCells))] : []),
    ...estimators.flatMap((estimator) => ['', ...notesOf(estimator, paint)]),
    '',
    out === null ? paint('yellow', 'nothing to write') : `a line a step in ${out}`,
  ]
}

const leftOutLine = ({ trajectories, steps }: LeftOutCounts): string =>
  `left out by filters: ${counted(trajectories, 'trajectory', 'trajectories')}; by the mask: ${counted(steps, 'step')}`

const sizeOf = ({ steps, trajectories, groups }: CreditReport): string =>
  `${counted(steps, 'step')} of ${counted(trajectories, 'trajectory', 'trajectories')} in ${counted(groups, 'group')}`

const right = (heading: string): Column => ({ heading, align: 'right' })

const SPREAD: readonly Column[] = [
  { heading: 'estimator' },
  ...['with advantage', 'not 0', 'mean', 'spread', 'least', 'most', 'warnings'].map(right),
]

function spreadCells({ name, spread, ...rest }: EstimatorReport): readonly string[] {
  if (spread === null) return [name, ...SPREAD.slice(1).map(() => decimal(null))]
  const { share, nonZero, mean, deviation, least, most } = spread
  const warnings = rest.diagnostics?.warnings.length ?? 0
  return [name, percent(share), percent(nonZero), ...[mean, deviation, least, most].map(figure), `${warnings}`]
}

/** What rounding leaves of a mean that is 0 has no sign. */
const figure = (value: number | null): string => decimal(value).replace(/^-(0\.0+)$/, '$1')

const AGREEMENT: readonly Column[] = [
  { heading: 'pair' },
  ...['steps of both', 'same sign', 'rank correlation'].map(right),
]

const agreementCells = ({ estimators, steps, sameSign, rankCorrelation }: CreditReport['agreement'][number]) => [
  estimators.join(', '),
  whole(steps),
  percent(sameSign),
  figure(rankCorrelation),
]

const percent = (share: number | null): string => (share === null ? decimal(null) : `${(100 * share).toFixed(1)} %`)

function notesOf(estimator: EstimatorReport, paint: Painter): readonly string[] {
  const heading = paint('bold', estimator.name)
  if (estimator.reason !== null) {
    const { code, message } = estimator.reason
    return [heading, `  ${paint('red', `none: ${code}:`)} ${message}`]
  }
  const warnings = estimator.diagnostics.warnings.map((warning) => `  ${paint('yellow', 'warning:')} ${warning}`)
  return [heading, ...estimator.notes.map((note) => `  ${note}`), ...warnings]
}
