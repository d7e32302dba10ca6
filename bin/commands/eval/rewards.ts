import type { Command } from 'commander'
import type { Trajectory } from '../../../core/data/types.ts'
import { type HookSet, hookSet } from '../../../core/reward/hook.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { FIRST_ERROR } from '../../../exchange/import/processbench.ts'
import { type Run, rescoreRun } from '../../../records/index.ts'
import { hooks as hookCatalog } from '../../../registry/index.ts'
import { type CommandHost, lateReporter, printJson, printLines } from '../../cli.ts'
import { TEXT } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks } from '../../find.ts'
import { FLAGS, readFlag, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { openRecorded, runProgress } from '../../recorded.ts'
import { type RewardsReport, recordedOutcomes, Signals } from './judged-signals.ts'
import { printedRewards } from './print-rewards.ts'

interface EvalRewardsFlags extends Pick<SettingFlags, 'env' | 'hook' | 'rewardModel' | 'device'> {
  readonly success?: string
  readonly label?: string
  readonly other?: string
  readonly json?: boolean
}

const SUCCESS = 'success'

export function addEvalRewards(program: Command, { cli }: CommandHost): void {
  program
    .command('rewards')
    .description(
      'measure how well the rewards of steps tell successes from failures: pairs of a group, best of n, where the least reward is',
    )
    .argument('<run>', 'folder of the run')
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(readFlag('--success <signal>', `trajectories above 0 succeeded (default: ${SUCCESS})`, TEXT))
    .addOption(
      readFlag(
        '--label <signal>',
        `outcome with the position of the first wrong step, -1 for none (default: ${FIRST_ERROR})`,
        TEXT,
      ),
    )
    .addOption(readFlag('--other <run>', 'another run to measure the same signals on, out of distribution', TEXT))
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym eval rewards runs/a',
        'stepgym eval rewards runs/a --hook progress --hook step-cost',
        'stepgym eval rewards runs/a --reward-model phi.safetensors --other runs/b',
      ),
    )
    .action(async (folder: string, { json = false, ...flags }: EvalRewardsFlags) => {
      const report = await cli.guarded({ report: lateReporter(cli) }, () => measuredOn(folder, flags))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedRewards(report))
    })

  async function measuredOn(folder: string, { other, ...flags }: EvalRewardsFlags): Promise<RewardsReport> {
    const report = await measured(folder, flags)
    return other === undefined ? report : { ...report, other: await measured(other, flags) }
  }

  async function measured(
    folder: string,
    { env, success = SUCCESS, label = FIRST_ERROR, ...flags }: EvalRewardsFlags,
  ): Promise<RewardsReport> {
    const settings = await readSettings(cli, settingsOfFlags(flags))
    const { run, world, losses } = await openRecorded(cli, folder, env === undefined ? {} : { env })
    const isJudgedAgain = settings.hooks !== undefined || settings.rewardModel !== undefined
    const known = { successes: recordedOutcomes(run, success), labels: recordedOutcomes(run, label) }
    const signals = new Signals(success, known)
    if (!isJudgedAgain) for (const group of recordedGroups(run)) signals.add(group)
    else {
      const chosen = await chosenHooks(cli.folder, settings)
      const judges = known.successes.size > 0 ? chosen : await withSuccess(chosen, success)
      const progress = runProgress(run, cli.err)
      try {
        for await (const judged of rescoreRun(world, run, judges)) {
          const group = judged.kind === 'group' ? judged.group.trajectories : [judged.trajectory]
          progress.add(group.length)
          signals.add(group)
        }
      } finally {
        progress.clear()
        await closeHooks(judges)
      }
    }
    return { run: folder, losses, success, label, other: null, ...signals.scores() }
  }

  /** The default outcome is judged, too, if neither the record nor the hooks have it. */
  async function withSuccess(chosen: HookSet, success: string): Promise<HookSet> {
    const { turn, outcome, process, group } = chosen
    const all = [...turn, ...outcome, ...process, ...group]
    if (success !== SUCCESS || all.some(({ name }) => name === SUCCESS)) return chosen
    return hookSet([...all, await hookCatalog({ userFolder: cli.folder }).load(SUCCESS)])
  }
}

/** Closed groups, then each trajectory that is in none. */
function* recordedGroups(run: Run): Generator<readonly Trajectory[]> {
  const grouped = new Set<string>()
  for (const { group } of run.groups()) {
    for (const { id } of [...group.trajectories, ...group.aborted]) grouped.add(id)
    yield group.trajectories
  }
  for (const { trajectory } of run.trajectories()) if (!grouped.has(trajectory.id)) yield [trajectory]
}
