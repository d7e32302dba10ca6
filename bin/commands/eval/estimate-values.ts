import { type Certainty, certaintyOf } from '../../../evaluation/oracle/certainty.ts'
import { readStepRow, type StepRow } from '../../../evaluation/oracle/rows.ts'
import { runValues } from '../../../evaluation/oracle/run-values.ts'
import type { Cli } from '../../cli.ts'
import { progressBar } from '../../terminal/progress.ts'
import { type Prepared, resultsIn } from './oracle.ts'
import type { OracleReport, ValuesReport } from './oracle-report.ts'

export interface EstimatedValues {
  readonly rows: readonly StepRow[]
  /** Steps of the run. */
  readonly total: number
  readonly isInterrupted: boolean
}

/** Values of every step, kept in a file as they come, with a bar that shows how far it is. */
export async function estimateValues(
  cli: Cli,
  prepared: Prepared,
  out: string,
  signal: AbortSignal,
): Promise<EstimatedValues> {
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

export const countsOf = ({ rows, total }: EstimatedValues): Omit<ValuesReport, keyof OracleReport> => ({
  steps: total,
  estimated: rows.length,
  cut: rows.filter(({ isCut }) => isCut).length,
  harmful: countOf(rows, 'harmful'),
  helpful: countOf(rows, 'helpful'),
  undecided: countOf(rows, 'undecided'),
})

const countOf = (rows: readonly StepRow[], kind: Certainty): number =>
  rows.filter((row) => certaintyOf(row) === kind).length
