import { type Command, InvalidArgumentError } from 'commander'
import { MONITOR_NAMES } from '../../../rewards/monitors/training-monitors.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { printedMonitors } from './print.ts'
import { DEFAULT_WINDOW, type MonitorFlags, monitored } from './report.ts'

interface PrintedFlags extends MonitorFlags {
  readonly json?: boolean
}

export function addMonitor(program: Command, { cli }: CommandHost): void {
  program
    .command('monitor')
    .argument('<run>', 'folder of the run')
    .addOption(readFlag('--window <n>', `groups that count, the latest (default: ${DEFAULT_WINDOW})`, COUNT))
    .addOption(
      readFlag('--threshold <monitor=n>', `threshold in place of a monitor's own; repeatable`, COUNT).argParser(
        (text: string, before: Readonly<Record<string, number>> = {}) => ({ ...before, ...thresholdOf(text) }),
      ),
    )
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf('stepgym monitor runs/a', 'stepgym monitor runs/a --window 16 --threshold degenerate-groups=0.3'),
    )
    .action((folder: string, { json = false, ...flags }: PrintedFlags) => {
      const report = monitored(cli, folder, flags)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedMonitors(report, painterOf(cli.out, cli.variables)))
    })
}

function thresholdOf(text: string): Readonly<Record<string, number>> {
  const [, name = '', number = ''] = /^([a-z-]+)=(-?\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (MONITOR_NAMES.includes(name)) return { [name]: Number(number) }
  throw new InvalidArgumentError(`Give MONITOR=NUMBER, with one of ${MONITOR_NAMES.join(', ')}.`)
}
