import { GymError } from '../../../core/data/errors.ts'
import { counted } from '../../../core/data/shown.ts'
import { type BenchEntry, entriesOf } from '../../../evaluation/creditbench/entries.ts'
import { estimated } from '../../../evaluation/creditbench/report/cells.ts'
import { type Agreement, agreementsWith } from '../../../evaluation/oracle/agreement.ts'
import { estimators } from '../../../registry/index.ts'
import { type CommandHost, type ExitCode, printJson, printLines } from '../../cli.ts'
import { type Painter, painterOf } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { sourceOfRun } from '../credit/source.ts'
import { whole } from '../rollout/print.ts'
import { countsOf, estimateValues } from './estimate-values.ts'
import { type OracleFlags, outOf, prepareOracle } from './oracle.ts'
import { type AgreementReport, oracleReport } from './oracle-report.ts'
import { headLines } from './print-oracle.ts'

export interface CreditRunFlags extends Omit<OracleFlags, 'trajectory' | 'out'> {
  readonly estimator?: readonly string[]
  readonly values?: string
  readonly json?: boolean
}

const DEFAULT_FORKS = 64

/** Estimators against forked values of the steps of a run; values that are there already are not estimated again. */
export async function evalCreditOfRun({ cli }: CommandHost, run: string, flags: CreditRunFlags): Promise<ExitCode> {
  const { estimator = [], values, json = false, ...given } = flags
  const entries = await entriesFor(cli.folder, estimator)
  const prepared = await prepareOracle(cli, run, given, DEFAULT_FORKS)
  const { batch } = sourceOfRun(cli.folder, run)
  const out = values ?? outOf(cli, run, {}, 'values')
  const began = performance.now()
  const estimated = await cli.interruptible((signal) => estimateValues(cli, prepared, out, signal))
  const agreements = agreementsWith(batch, estimated.rows, entries).toSorted(bestFirst)
  const report: AgreementReport = {
    ...oracleReport(prepared, out, estimated.isInterrupted, began),
    ...countsOf(estimated),
    estimators: agreements,
  }
  if (json) printJson(cli.out, report)
  else printLines(cli.out, printedAgreement(report, painterOf(cli.out, cli.variables)))
  if (estimated.isInterrupted) return 130
  return agreements.some(({ reason }) => reason === null) ? 0 : 1
}

/** @throws GymError ESTIMATOR_UNKNOWN, ESTIMATOR_INVALID; CONFIG_INVALID where one is named twice */
async function entriesFor(folder: string, names: readonly string[]): Promise<readonly BenchEntry[]> {
  const catalog = estimators({ userFolder: folder })
  const loaded = await Promise.all((names.length > 0 ? names : catalog.names()).map((name) => catalog.load(name)))
  const twice = loaded.find(({ name }, at) => loaded.findIndex((each) => each.name === name) !== at)
  if (twice) throw new GymError('CONFIG_INVALID', `the estimator ${twice.name} is asked for twice`)
  return loaded.flatMap(entriesOf)
}

const rankOf = ({ correlation, reason }: Agreement): number =>
  reason === null ? (correlation?.value ?? -2) : Number.NEGATIVE_INFINITY

const bestFirst = (a: Agreement, b: Agreement): number => rankOf(b) - rankOf(a) || 0

const COLUMNS: readonly Column[] = [
  { heading: 'estimator' },
  ...['steps', 'correlation', 'rank correlation', 'same sign', 'error'].map((heading): Column => {
    return { heading, align: 'right' }
  }),
]

/** The estimators that agree best first; those without advantages are named with the reason. */
function printedAgreement(report: AgreementReport, paint: Painter): readonly string[] {
  const { estimators, harmful, helpful, estimated: known, steps, out, forks } = report
  const measured = estimators.filter(({ reason }) => reason === null)
  const others = estimators.filter(({ reason }) => reason !== null)
  return [
    ...headLines(report, paint),
    '',
    ...tableOf(COLUMNS, measured.map(cellsOf)),
    '',
    `same sign: of the ${whole(harmful + helpful)} steps whose forked advantage surely is not 0; error: 1 is no better than 0 everywhere`,
    ...(measured.some(({ correlation }) => correlation === null) ? [UNDEFINED] : []),
    `intervals are over groups (trajectories of a single group); the noise of ${counted(forks, 'fork')} a step lowers all agreement alike`,
    ...others.map(({ label, reason }) => `${label}: ${paint('yellow', reason?.code ?? '')} ${reason?.message ?? ''}`),
    `values of ${whole(known)} of ${counted(steps, 'step')}: ${out}`,
  ]
}

const UNDEFINED = '-: not defined, because all advantages or all forked ones are equal, or too few steps have both'

const cellsOf = ({ label, steps, correlation, rankCorrelation, sign, error }: Agreement): readonly string[] => [
  label,
  whole(steps),
  ...[correlation, rankCorrelation].map(estimated),
  sign === null ? '-' : `${sign.value.toFixed(2)} (${sign.low.toFixed(2)} to ${sign.high.toFixed(2)})`,
  estimated(error),
]
