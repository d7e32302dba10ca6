import type { Command } from 'commander'
import { type CommandHost, printJson, printLines } from '../cli.ts'
import { readSettings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { FLAGS, type SettingFlags, settingsOfFlags } from '../flags.ts'
import { prepareRollout } from '../rollout/prepare.ts'
import { printedReport } from '../rollout/print.ts'
import { recordRollout } from '../rollout/record.ts'
import { painterOf } from '../terminal/paint.ts'

interface RolloutFlags extends SettingFlags {
  readonly json?: boolean
}

export function addRollout(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('rollout')
    .description('let an agent act in groups of episodes, with reward hooks attached, and record the run')
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(FLAGS.agent())
    .addOption(FLAGS.groups())
    .addOption(FLAGS.groupSize())
    .addOption(FLAGS.split())
    .addOption(FLAGS.seed())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.recipe())
    .addOption(FLAGS.maxSteps())
    .addOption(FLAGS.concurrency())
    .addOption(FLAGS.out())
    .addOption(FLAGS.fsync())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym rollout --env webshop --agent expert --groups 16 --group-size 8 --out runs/a',
        'stepgym rollout --env guess-number --agent random --hook step-cost:cost=0.1 --hook success',
      ),
    )
    .action(async ({ json = false, ...flags }: RolloutFlags) => {
      const prepared = await prepareRollout(cli, await readSettings(cli, settingsOfFlags(flags)))
      const report = await cli.interruptible((signal) => recordRollout(prepared, cli, signal))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedReport(report, painterOf(cli.out, cli.variables)))
      exit(report.isInterrupted ? 130 : 0)
    })
}
