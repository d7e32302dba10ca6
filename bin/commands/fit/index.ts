import type { Command } from 'commander'
import { counted } from '../../../core/data/shown.ts'
import type { ErrorOfSums } from '../../../rewards/contribution/error-of-sums.ts'
import { CONTRIBUTION_DEFAULTS, type ContributionOptions } from '../../../rewards/contribution/options.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT, NUMBER, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag } from '../../flags.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { type FitFlags, type FitReport, fitted } from './fitted.ts'

interface PrintedFlags extends FitFlags {
  readonly json?: boolean
}

export function addFit(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('fit')
    .argument('<run>', 'folder of the run')
    .addOption(readFlag('--out <file>', 'file of the model: a new one', TEXT).makeOptionMandatory())
    .addOption(
      readFlag('--outcome <signal>', 'what contributions sum to: a signal of episodes (default: their return)', TEXT),
    )
    .addOption(FLAGS.seed())
    .addOption(number('--epochs <n>', 'passes over the episodes', 'epochs', COUNT))
    .addOption(number('--batch <n>', 'episodes of one step of AdamW', 'batch', COUNT))
    .addOption(number('--learning-rate <x>', 'step size of AdamW', 'learningRate', NUMBER))
    .addOption(number('--hold-out <share>', 'share of the groups to measure the model on', 'holdOut', NUMBER))
    .addOption(number('--features <n>', 'hashed features of a step', 'features', COUNT))
    .addOption(number('--hidden <n>', 'width of the hidden layer', 'hidden', COUNT))
    .addOption(FLAGS.device())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym fit runs/a --out contribution.safetensors',
        'stepgym rescore runs/a --reward-model contribution.safetensors --out runs/b',
      ),
    )
    .action(async (folder: string, { json = false, ...flags }: PrintedFlags) => {
      const report = await cli.interruptible((signal) => fitted(cli, folder, flags, signal))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
      exit(report.isInterrupted ? 130 : 0)
    })
}

const number = (
  flag: string,
  meaning: string,
  option: keyof ContributionOptions,
  reader: typeof COUNT | typeof NUMBER,
) => readFlag(flag, `${meaning} (default: ${CONTRIBUTION_DEFAULTS[option]})`, reader)

const COLUMNS: readonly Column[] = [
  { heading: 'episodes' },
  ...['number', 'mean error', 'squared error', 'spread', 'explained'].map(
    (heading) => ({ heading, align: 'right' }) as const,
  ),
]

function linesOf({ run, out, outcome, unknown, trained, heldOut, ...report }: FitReport): readonly string[] {
  return [
    `${run}: contributions of steps that sum to ${outcome}, after ${counted(report.epochs, 'pass', 'passes')}${report.isInterrupted ? ' (interrupted)' : ''}`,
    ...(unknown > 0 ? [`left out, as their ${outcome} is not known: ${counted(unknown, 'episode')}`] : []),
    '',
    ...tableOf(COLUMNS, [rowOf('learnt from', trained), ...(heldOut ? [rowOf('held out', heldOut)] : [])]),
    '',
    ...(heldOut ? [] : ['nothing was held out, so that the table does not say how the model judges other episodes']),
    'mean error: |sum - outcome|; squared error: its square; spread: the squared error of the mean outcome; explained:',
    'the share of the spread that is left out of the squared error. A model that explains nothing held out is of no use.',
    `model ${report.version} in ${out}: attach it with --reward-model ${out}`,
  ]
}

const rowOf = (name: string, { episodes, meanError, squaredError, spread }: ErrorOfSums): readonly string[] => [
  name,
  `${episodes}`,
  ...[meanError, squaredError, spread].map((each) => each.toFixed(4)),
  spread === 0 ? '–' : (1 - squaredError / spread).toFixed(3),
]
