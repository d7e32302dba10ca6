import type { Command } from 'commander'
import { thresholdOf, type Unsearched } from '../../../evaluation/oracle/fatal-step.ts'
import { type FatalRow, readFatalRow } from '../../../evaluation/oracle/rows.ts'
import { type FatalOutcome, runFatal } from '../../../evaluation/oracle/run-fatal.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import type { Reader } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { readFlag } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { progressBar } from '../../terminal/progress.ts'
import { type OracleFlags, outOf, type Prepared, prepareOracle, resultsIn, withOracleFlags } from './oracle.ts'
import { oracleReport } from './oracle-report.ts'
import { type ActionAt, printedFatal } from './print-fatal.ts'

interface FatalFlags extends OracleFlags {
  readonly threshold?: number
  readonly json?: boolean
}

const DEFAULT_FORKS = 256

const NUMBER: Reader<number> = {
  expects: 'a number',
  ofText: (text) => (text.trim() === '' ? undefined : Number(text)),
  ofValue: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
}

export function addEvalFatal(program: Command, { cli, exit }: CommandHost): void {
  withOracleFlags(program.command('fatal'), DEFAULT_FORKS)
    .description('find the first step after which each failed episode was lost, by binary search over its forks')
    .addOption(readFlag('--threshold <value>', 'a state not worth more is lost (default: range / 20)', NUMBER))
    .addHelpText('after', exampleOf('stepgym eval fatal runs/a --agent expert', 'stepgym eval fatal runs/a --json'))
    .action(async (folder: string, { json = false, ...flags }: FatalFlags) => {
      const { threshold: given, ...rest } = flags
      const prepared = await prepareOracle(cli, folder, rest, DEFAULT_FORKS)
      const threshold = thresholdOf({ ...prepared.settings, ...(given !== undefined && { threshold: given }) })
      const out = outOf(cli, folder, flags, 'fatal')
      const began = performance.now()
      const found = await cli.interruptible((signal) => search({ ...prepared, threshold }, out, signal))
      const report = oracleReport(prepared, out, found.isInterrupted, began)
      const { outcomes } = found
      if (json) printJson(cli.out, { ...report, threshold, trajectories: outcomes.map(plainOf) })
      else printLines(cli.out, printedFatal(report, outcomes, actionsOf(prepared), painterOf(cli.out, cli.variables)))
      exit(found.isInterrupted ? 130 : 0)
    })

  async function search(
    prepared: Prepared & { readonly threshold: number },
    out: string,
    signal: AbortSignal,
  ): Promise<{ readonly outcomes: readonly FatalOutcome[]; readonly isInterrupted: boolean }> {
    const { world, settings, trajectories, described, threshold } = prepared
    const file = resultsIn(cli, out, { ...described, threshold }, readFatalRow)
    const total = [...trajectories()].length
    const bar = progressBar(cli.err)
    const outcomes: FatalOutcome[] = []
    const label = (): string => `trajectories, ${settings.budget.spent.forks} play-outs`
    const onPlayOut = (): void => bar.update(label(), outcomes.length, total)
    try {
      const given = { ...settings, threshold, signal, onPlayOut }
      for await (const outcome of runFatal(world, trajectories(), given, file)) outcomes.push(outcome)
    } finally {
      bar.clear()
    }
    return { outcomes, isInterrupted: signal.aborted }
  }
}

function actionsOf({ trajectories }: Prepared): ActionAt {
  const byId = new Map([...trajectories()].map(({ trajectory: { id, steps } }) => [id, steps]))
  return (trajectoryId, index) => byId.get(trajectoryId)?.find((step) => step.index === index)?.action
}

type Plain = Omit<FatalRow, 'judged'> | ({ readonly trajectoryId: string; readonly index: null } & Unsearched)

/** For machines, what was judged is in the file. */
function plainOf(outcome: FatalOutcome): Plain {
  if (outcome.row === null) {
    const { trajectoryId, why, reason } = outcome
    return { trajectoryId, index: null, why, reason }
  }
  const { judged: _, ...row } = outcome.row
  return row
}
