import type { Command } from 'commander'
import { GymError } from '../../core/errors.ts'
import { type Cli, type CommandHost, type ExitCode, printJson, printLines } from '../cli.ts'
import { readSettings, type Settings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { FLAGS, type SettingFlags, settingsOfFlags } from '../flags.ts'
import { prepareRollout } from '../rollout/prepare.ts'
import { printedReport } from '../rollout/print.ts'
import { type RolloutReport, recordRollout } from '../rollout/record.ts'
import { prepareRemote, rollOutRemotely } from '../rollout/remote.ts'
import { chosenSampling } from '../rollout/sampling.ts'
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
    .addOption(FLAGS.sampling())
    .addOption(FLAGS.k())
    .addOption(FLAGS.budget())
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
    .addOption(FLAGS.server())
    .addOption(FLAGS.token())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym rollout --env webshop --agent expert --groups 16 --group-size 8 --out runs/a',
        'stepgym rollout --env guess-number --agent random --hook step-cost:cost=0.1 --hook success',
        'stepgym rollout --env webshop --sampling prefix --k 4 --out runs/b',
        'stepgym rollout --env webshop --sampling rerank:value=grade:progress --budget 200',
        'stepgym rollout --server http://127.0.0.1:8000 --env webshop --agent expert',
      ),
    )
    .action(async ({ json = false, ...flags }: RolloutFlags) => {
      const report = await rolledOut(flags, cli)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedReport(report, painterOf(cli.out, cli.variables)))
      exit(exitCodeOf(report))
    })
}

/** A rollout of which no episode came to its end has failed. */
function exitCodeOf({ isInterrupted, summary: { endings } }: RolloutReport): ExitCode {
  if (isInterrupted) return 130
  return endings.terminated + endings.truncated > 0 ? 0 : 1
}

async function rolledOut(flags: SettingFlags, cli: Cli): Promise<RolloutReport> {
  const settings = await readSettings(cli, settingsOfFlags(flags))
  expectNoMembers(flags, settings)
  if (settings.server === undefined) {
    const prepared = await prepareRollout(cli, settings)
    return cli.interruptible((signal) => recordRollout(prepared, cli, signal))
  }
  expectOurs(flags)
  if (chosenSampling(settings) !== null)
    throw new GymError(
      'CONFIG_INVALID',
      'groups are sampled as trees in this process only: leave --server or --sampling out',
    )
  const plan = await prepareRemote(cli, settings.server, settings)
  return cli.interruptible((signal) => rollOutRemotely(plan, cli, signal))
}

/** @throws GymError CONFIG_INVALID */
function expectNoMembers({ groupSize }: SettingFlags, settings: Settings): void {
  if (groupSize === undefined || chosenSampling(settings) === null) return
  throw new GymError(
    'CONFIG_INVALID',
    'how many branches a sampled group has is for its mode to say: leave --group-size out',
  )
}

const THEIRS = ['set', 'hook', 'out', 'fsync'] as const

/** @throws GymError CONFIG_INVALID for a flag that says what only the server can decide. */
function expectOurs(flags: SettingFlags): void {
  const theirs = THEIRS.find((name) => flags[name] !== undefined)
  if (theirs === undefined) return
  throw new GymError('CONFIG_INVALID', `--${theirs} is for the server to decide: give it to stepgym serve`)
}
