import { GymError } from '../../../core/data/errors.ts'
import { type BenchEntry, entriesOf } from '../../../evaluation/creditbench/entries.ts'
import { type Agreement, agreementsWith } from '../../../evaluation/oracle/agreement.ts'
import { estimators } from '../../../registry/index.ts'
import { type CommandHost, type ExitCode, printJson, printLines } from '../../cli.ts'
import { painterOf } from '../../terminal/paint.ts'
import { sourceOfRun } from '../credit/source.ts'
import { countsOf, estimateValues } from './estimate-values.ts'
import { type OracleFlags, outOf, prepareOracle } from './oracle.ts'
import { type AgreementReport, oracleReport } from './oracle-report.ts'
import { printedAgreement } from './print-agreement.ts'

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
