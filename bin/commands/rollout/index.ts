import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { fullMessageOf, onFailure, withoutReference } from '../../../core/data/user-code.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { type Cli, type CommandHost, type ExitCode, lateReporter, printJson, printLines } from '../../cli.ts'
import { ACTION, CHOSEN, COUNT, POSITION, TEXT } from '../../config/readers.ts'
import { readSettings, type Settings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import type { LinkedFlags } from '../../linked.ts'
import { painterOf } from '../../terminal/paint.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import type { DynamicFlags } from './dynamic.ts'
import { INTERVENE, type InterventionFlags } from './intervention.ts'
import { prepareRollout } from './prepare.ts'
import { printedReport } from './print.ts'
import { type RolloutReport, recordRollout } from './record.ts'
import { prepareRemote, rollOutRemotely } from './remote.ts'
import { isSampled } from './sampling.ts'

interface RolloutFlags extends SettingFlags, InterventionFlags, DynamicFlags, LinkedFlags {
  readonly json?: boolean
}

export function addRollout(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('rollout')
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(FLAGS.mcpServers())
    .addOption(FLAGS.environmentServers())
    .addOption(FLAGS.agent())
    .addOption(FLAGS.sampling())
    .addOption(FLAGS.k())
    .addOption(FLAGS.budget())
    .addOption(readFlag('--from <run>', 'folder of the run that --sampling intervene takes a trajectory of', TEXT))
    .addOption(readFlag('--trajectory <id>', 'the trajectory that it takes', TEXT))
    .addOption(readFlag('--step <n>', 'the step of it whose action is replaced, counted from 0', POSITION))
    .addOption(readFlag('--action <action>', 'the action in its place: a text, or a JSON object or list', ACTION))
    .addOption(FLAGS.groups())
    .addOption(FLAGS.groupSize())
    .addOption(readFlag('--keep <filter>', KEEP, CHOSEN))
    .addOption(readFlag('--most-groups <n>', 'groups that --keep samples at most (default: 10 for each)', COUNT))
    .addOption(FLAGS.linked())
    .addOption(FLAGS.split())
    .addOption(FLAGS.seed())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
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
        'stepgym rollout --env webshop --agent shop-novice --groups 16 --group-size 8 --out runs/a',
        'stepgym rollout --env guess-number --agent random --hook step-cost:cost=0.1 --hook success',
        'stepgym rollout --env webshop --sampling prefix --k 4 --out runs/b',
        'stepgym rollout --env webshop --sampling rerank:value=grade:progress --budget 200',
        "stepgym rollout --sampling intervene --from runs/b --trajectory 0.0 --step 1 --action 'click[back to search]'",
        'stepgym rollout --server http://127.0.0.1:8000 --env webshop --agent expert',
      ),
    )
    .action(async ({ json = false, ...flags }: RolloutFlags) => {
      const report = await guardedRollout(flags, cli)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedReport(report, painterOf(cli.out, cli.variables)))
      exit(exitCodeOf(report))
    })
}

const KEEP =
  'groups that count: spread, those whose outcomes differ, with options as spread:outcome=success,least=0.2,most=0.8; others are sampled until there are --groups'

/** Ten minutes: an environment or an agent of one's own may work long without a pause. */
const WATCHDOG_MS = 600_000

/** Causes that are printed; a broken environment may have one of its own for every step. */
const MOST_CAUSES = 20

/** What user code throws is printed with its cause, once each: the record has the references. */
async function guardedRollout(
  flags: SettingFlags & InterventionFlags & DynamicFlags & LinkedFlags,
  cli: Cli,
): Promise<RolloutReport> {
  const log = (line: string): unknown => cli.err.write(`${onOneLine(line)}\n`)
  const seen = new Set<string>()
  const unlisten = onFailure((error) => {
    const line = `${error.code}: ${fullMessageOf(error)}`
    if (seen.size < MOST_CAUSES && !seen.has(withoutReference(line))) log(line)
    seen.add(withoutReference(line))
  })
  try {
    return await cli.guarded({ watchdogMs: WATCHDOG_MS, report: lateReporter(cli) }, () => rolledOut(flags, cli))
  } finally {
    unlisten()
  }
}

/** A rollout fails where none of its episodes ended by itself. */
function exitCodeOf({ isInterrupted, summary: { endings } }: RolloutReport): ExitCode {
  if (isInterrupted) return 130
  return endings.terminated + endings.truncated > 0 ? 0 : 1
}

async function rolledOut(
  flags: SettingFlags & InterventionFlags & DynamicFlags & LinkedFlags,
  cli: Cli,
): Promise<RolloutReport> {
  const settings = await readSettings(cli, settingsOfFlags(flags))
  expectNoMembers(flags, settings)
  expectMembers(flags, settings)
  if (settings.server === undefined) {
    const prepared = await prepareRollout(cli, settings, flags)
    try {
      return await cli.interruptible((signal) => recordRollout(prepared, cli, signal))
    } finally {
      await closeHooks(prepared.plan.hooks)
    }
  }
  expectOurs(flags)
  const plan = await prepareRemote(cli, settings.server, settings, flags)
  return cli.interruptible((signal) => rollOutRemotely(plan, cli, signal))
}

/** @throws GymError CONFIG_INVALID for trees, whose branches share steps, and for two rules of which groups are played */
function expectMembers({ keep, linked }: DynamicFlags & LinkedFlags, settings: Settings): void {
  if (linked !== undefined && (keep !== undefined || isSampled(settings)))
    throw new GymError(
      'CONFIG_INVALID',
      '--linked plays every group of independent members: leave --keep and --sampling out',
    )
  if (keep !== undefined && isSampled(settings))
    throw new GymError('CONFIG_INVALID', '--keep compares independent members: leave --sampling out')
}

/** What the recorded trajectory decides. */
const RECORDED = ['set', 'groups', 'groupSize', 'split', 'seed', 'maxSteps', 'concurrency'] as const

/** @throws GymError CONFIG_INVALID for a flag that a mode of sampling has no use for. */
function expectNoMembers(flags: SettingFlags, settings: Settings): void {
  const idle = RECORDED.find((name) => flags[name] !== undefined)
  if (settings.sampling?.reference === INTERVENE && idle !== undefined)
    throw new GymError(
      'CONFIG_INVALID',
      `--${dashed(idle)} is as the record has it: leave it out of --sampling intervene`,
    )
  if (flags.groupSize === undefined || !isSampled(settings)) return
  throw new GymError(
    'CONFIG_INVALID',
    'how many branches a sampled group has is for its mode to say: leave --group-size out',
  )
}

const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Flags by name, and how `stepgym serve` calls them. */
const THEIRS = {
  ...{ rewardModel: 'reward-model', device: 'device' },
  set: 'set',
  hook: 'hook',
  out: 'record',
  fsync: 'fsync',
} as const

/** @throws GymError CONFIG_INVALID for a flag that says what only the server can decide. */
function expectOurs(flags: SettingFlags & LinkedFlags): void {
  if (flags.linked !== undefined)
    throw new GymError('CONFIG_INVALID', '--linked is for rollouts here: a server judges each group by itself')
  for (const [name, theirs] of Object.entries(THEIRS))
    if (Object.hasOwn(flags, name))
      throw new GymError(
        'CONFIG_INVALID',
        `--${dashed(name)} is for the server to decide: give --${theirs} to stepgym serve`,
      )
}
