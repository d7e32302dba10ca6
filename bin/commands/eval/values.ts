import type { Command } from 'commander'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { painterOf } from '../../terminal/paint.ts'
import { countsOf, estimateValues } from './estimate-values.ts'
import { type OracleFlags, outOf, prepareOracle, withOracleFlags } from './oracle.ts'
import { oracleReport } from './oracle-report.ts'
import { printedValues } from './print-values.ts'

interface ValuesFlags extends OracleFlags {
  readonly json?: boolean
}

const DEFAULT_FORKS = 64

export function addEvalValues(program: Command, { cli, exit }: CommandHost): void {
  withOracleFlags(program.command('values'), DEFAULT_FORKS)
    .description('estimate what every step of a recorded run was worth, by playing forks of it to their end')
    .addHelpText(
      'after',
      exampleOf('stepgym eval values runs/a --forks 32 --budget 1000000', 'stepgym eval values runs/a --agent expert'),
    )
    .action(async (folder: string, { json = false, ...flags }: ValuesFlags) => {
      const prepared = await prepareOracle(cli, folder, flags, DEFAULT_FORKS)
      const out = outOf(cli, folder, flags, 'values')
      const began = performance.now()
      const rows = await cli.interruptible((signal) => estimateValues(cli, prepared, out, signal))
      const report = oracleReport(prepared, out, rows.isInterrupted, began)
      const values = { ...report, ...countsOf(rows) }
      if (json) printJson(cli.out, values)
      else printLines(cli.out, printedValues(values, rows.rows, painterOf(cli.out, cli.variables)))
      exit(rows.isInterrupted ? 130 : 0)
    })
}
