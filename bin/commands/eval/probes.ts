import { type Command, InvalidArgumentError } from 'commander'
import type { Json } from '../../../core/data/types.ts'
import { BUDGET_UNITS } from '../../../evaluation/probing/prefixes.ts'
import { type CommandHost, lateReporter, printJson, printLines } from '../../cli.ts'
import { ACTION, COUNT, NUMBER, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, flagOneOf, readFlag, readText } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { printedProbes } from './print-probes.ts'
import { type ProbesFlags, probed } from './probed.ts'

interface PrintedFlags extends ProbesFlags {
  readonly json?: boolean
}

export function addEvalProbes(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('probes')
    .description('force an answer after prefixes of recorded episodes: accuracy, confidence and entropy by budget')
    .argument('<run>', 'folder of the run')
    .addOption(FLAGS.agent())
    .addOption(readFlag('--say <text>', 'added to what the agent reads, such as: Answer now.', TEXT))
    .option('--take <action>', 'action in the agent’s place, where it is admissible; repeatable', actions)
    .addOption(readFlag('--within <n>', 'steps for an answer (default: 1)', COUNT))
    .addOption(readFlag('--k <n>', 'answers at each prefix (default: 4)', COUNT))
    .option(
      '--budgets <list>',
      'rising numbers, such as 0,2,4,8 (default: 0 and quarters of the longest episode)',
      numbers,
    )
    .addOption(flagOneOf('--unit <name>', 'what budgets count (default: steps)', BUDGET_UNITS))
    .addOption(readFlag('--success <score>', 'an answer is right from this score on (default: 1)', NUMBER))
    .addOption(readFlag('--trajectory <id>', 'one trajectory only', TEXT))
    .addOption(readFlag('--plot <file>', 'picture of the curves, as SVG', TEXT))
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        "stepgym eval probes runs/a --take 'click[buy now]' --budgets 0,2,4,8,12",
        "stepgym eval probes runs/b --agent chat:model=NAME,evidence=true --say 'Answer now.' --unit tokens --plot probes.svg",
      ),
    )
    .action(async (folder: string, { json = false, ...flags }: PrintedFlags) => {
      const report = await cli.guarded({ report: lateReporter(cli) }, () =>
        cli.interruptible((signal) => probed(cli, folder, flags, signal)),
      )
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedProbes(report, painterOf(cli.out, cli.variables)))
      exit(report.isInterrupted ? 130 : 0)
    })
}

const actions = (text: string, before: readonly Json[] = []): readonly Json[] => [...before, readText(ACTION, text)]

/** Whole numbers that rise. */
function numbers(text: string): readonly number[] {
  const read = text.split(',').map((each) => (/^\d{1,9}$/.test(each.trim()) ? Number(each) : Number.NaN))
  if (read.every((each, at) => each > (read[at - 1] ?? -1))) return read
  throw new InvalidArgumentError('Give whole numbers from 0 that rise, with commas between: 0,2,4,8.')
}
