import type { Command } from 'commander'
import { type Certainty, certaintyOf } from '../../../evaluation/oracle/certainty.ts'
import { readStepRow, type StepRow } from '../../../evaluation/oracle/rows.ts'
import { runValues } from '../../../evaluation/oracle/run-values.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { painterOf } from '../../terminal/paint.ts'
import { progressBar } from '../../terminal/progress.ts'
import { type OracleFlags, outOf, type Prepared, prepareOracle, resultsIn, withOracleFlags } from './oracle.ts'
import { type OracleReport, oracleReport, type ValuesReport } from './oracle-report.ts'
import { printedValues } from './print-values.ts'

interface ValuesFlags extends OracleFlags {
  readonly json?: boolean
}

const DEFAULT_FORKS = 64

export function addEvalValues(program: Command, { cli, exit }: CommandHost): void {
  withOracleFlags(program.command('values'), DEFAULT_FORKS)
    .description('estimates what every step of a recorded run was worth, by playing forks of it to their end')
    .addHelpText(
      'after',
      exampleOf('stepgym eval values runs/a --forks 32 --budget 1000000', 'stepgym eval values runs/a --agent expert'),
    )
    .action(async (folder: string, { json = false, ...flags }: ValuesFlags) => {
      const prepared = await prepareOracle(cli, folder, flags, DEFAULT_FORKS)
      const out = outOf(folder, flags, 'values')
      const began = performance.now()
      const rows = await cli.interruptible((signal) => estimated(prepared, out, signal))
      const report = oracleReport(prepared, out, rows.isInterrupted, began)
      const values = { ...report, ...countsOf(rows) }
      if (json) printJson(cli.out, values)
      else printLines(cli.out, printedValues(values, rows.rows, painterOf(cli.out, cli.variables)))
      exit(rows.isInterrupted ? 130 : 0)
    })

  async function estimated(prepared: Prepared, out: string, signal: AbortSignal): Promise<Estimated> {
    const { world, settings, trajectories, described } = prepared
    const file = resultsIn(cli, out, described, readStepRow)
    const total = [...trajectories()].reduce((sum, { trajectory }) => sum + trajectory.steps.length, 0)
    const bar = progressBar(cli.err)
    const rows: StepRow[] = []
    const onPlayOut = (): void => bar.update(`steps, ${settings.budget.spent.forks} play-outs`, rows.length, total)
    try {
      for await (const row of runValues(world, trajectories(), { ...settings, signal, onPlayOut }, file)) rows.push(row)
    } finally {
      bar.clear()
    }
    return { rows, total, isInterrupted: signal.aborted }
  }
}

interface Estimated {
  readonly rows: readonly StepRow[]
  /** Steps of the run. */
  readonly total: number
  readonly isInterrupted: boolean
}

const countsOf = ({ rows, total }: Estimated): Omit<ValuesReport, keyof OracleReport> => ({
  steps: total,
  estimated: rows.length,
  cut: rows.filter(({ isCut }) => isCut).length,
  harmful: countOf(rows, 'harmful'),
  helpful: countOf(rows, 'helpful'),
  undecided: countOf(rows, 'undecided'),
})

const countOf = (rows: readonly StepRow[], kind: Certainty): number =>
  rows.filter((row) => certaintyOf(row) === kind).length
