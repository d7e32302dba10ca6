import { type Command, Option } from 'commander'
import { type CommandHost, lateReporter, printJson, printLines } from '../../cli.ts'
import { CHOSEN, type Chosen, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag, readText, type SettingFlags } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { printedSearch } from './print.ts'
import { searched } from './run.ts'

interface SearchFlags extends SettingFlags {
  readonly method?: readonly Chosen[]
  readonly value?: string
  readonly json?: boolean
}

export function addSearch(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('search')
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(FLAGS.agent())
    .addOption(method())
    .addOption(readFlag('--value <name>', VALUE, TEXT))
    .addOption(FLAGS.k())
    .addOption(FLAGS.budget())
    .addOption(FLAGS.groups())
    .addOption(FLAGS.split())
    .addOption(FLAGS.seed())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.maxSteps())
    .addOption(FLAGS.concurrency())
    .addOption(FLAGS.out())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym search --env webshop --method mcts --budget 2000',
        'stepgym search --env grid --method mcts:exploration=0.5 --method beam:width=8 --value optimal',
        'stepgym search --env webshop --method best-first --value grade:progress --agent shop-novice --json',
      ),
    )
    .action(async ({ json = false, ...flags }: SearchFlags) => {
      const report = await cli.guarded({ report: lateReporter(cli) }, () => searched(flags, cli))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedSearch(report, painterOf(cli.out, cli.variables)))
      exit(report.isInterrupted ? 130 : 0)
    })
}

const method = (): Option =>
  new Option(
    '--method <name>',
    'mcts, best-first, beam, or any other sampling mode, with options as name:key=value,...; repeatable (default: mcts)',
  ).argParser((text: string, before: readonly Chosen[] = []) => [...before, readText(CHOSEN, text)])

const VALUE =
  'value of a state: play-outs, return, grade:NAME, signal:HOOK, or optimal in worlds that can be solved (default: play-outs)'
