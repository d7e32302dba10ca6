import { estimated } from '../../../evaluation/creditbench/report/cells.ts'
import type { Agreement } from '../../../evaluation/oracle/agreement.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { whole } from '../rollout/print.ts'
import type { AgreementReport } from './oracle-report.ts'
import { headLines } from './print-oracle.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'estimator' },
  ...['steps', 'correlation', 'rank correlation', 'same sign', 'error'].map((heading): Column => {
    return { heading, align: 'right' }
  }),
]

/** The estimators that agree best first; those without advantages are named with the reason. */
export function printedAgreement(report: AgreementReport, paint: Painter): readonly string[] {
  const { estimators, harmful, helpful, estimated: known, steps, out, forks } = report
  const measured = estimators.filter(({ reason }) => reason === null)
  const others = estimators.filter(({ reason }) => reason !== null)
  return [
    ...headLines(report, paint),
    '',
    ...tableOf(COLUMNS, measured.map(cellsOf)),
    '',
    `same sign: of the ${whole(harmful + helpful)} steps whose forked advantage surely is not 0; error: 1 is no better than 0 everywhere`,
    `intervals are over groups (trajectories of a single group); the noise of ${whole(forks)} forks a step lowers all agreement alike`,
    ...others.map(({ label, reason }) => `${label}: ${paint('yellow', reason?.code ?? '')} ${reason?.message ?? ''}`),
    `values of ${whole(known)} of ${whole(steps)} steps: ${out}`,
  ]
}

const cellsOf = ({ label, steps, correlation, rankCorrelation, sign, error }: Agreement): readonly string[] => [
  label,
  whole(steps),
  ...[correlation, rankCorrelation].map(estimated),
  sign === null ? '-' : `${sign.value.toFixed(2)} (${sign.low.toFixed(2)} to ${sign.high.toFixed(2)})`,
  estimated(error),
]
