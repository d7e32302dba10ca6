import { resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
import type { Group } from '../../core/data/types.ts'
import { closeHooks } from '../../core/reward/open-hooks.ts'
import type { TaskLinks } from '../../core/rollout/linked.ts'
import { type Rescored, type Run, rescoreRun } from '../../records/index.ts'
import { type CommandHost, lateReporter, printJson, printLines } from '../cli.ts'
import { readSettings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { chosenHooks, chosenRecipe } from '../find.ts'
import { FLAGS, type SettingFlags, settingsOfFlags } from '../flags.ts'
import { expectLinked, type LinkedFlags, linkedTasks, recordedLinks } from '../linked.ts'
import { openRecorded, type RunLosses, runProgress } from '../recorded.ts'
import { type Painter, painterOf } from '../terminal/paint.ts'
import { nullLines, recipeLine, signalTable } from './rollout/print.ts'
import { type Summary, Tally } from './rollout/tally.ts'

interface RescoreFlags extends Pick<SettingFlags, 'env' | 'hook' | 'recipe' | 'rewardModel' | 'device'>, LinkedFlags {
  readonly out: string
  readonly json?: boolean
}

interface RescoreReport {
  readonly run: string
  readonly out: string
  readonly environment: string
  readonly losses: RunLosses
  readonly summary: Summary
}

export function addRescore(program: Command, { cli }: CommandHost): void {
  program
    .command('rescore')
    .argument('<run>', 'folder of the run')
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(FLAGS.recipe())
    .addOption(FLAGS.linked())
    .addOption(FLAGS.out().makeOptionMandatory())
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym rescore runs/a --hook step-cost:cost=0.05 --hook success --out runs/b'))
    .action(async (folder: string, { json = false, ...flags }: RescoreFlags) => {
      const report = await cli.guarded({ report: lateReporter(cli) }, () => rescore(folder, flags))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report, painterOf(cli.out, cli.variables)))
    })

  function linksIn(run: Run, linked: string): TaskLinks {
    const links = linkedTasks(cli.folder, linked)
    expectLinked(taskIdsIn(run), links)
    return links
  }

  async function rescore(folder: string, { out, env, linked, ...flags }: RescoreFlags): Promise<RescoreReport> {
    const settings = await readSettings(cli, settingsOfFlags(flags))
    if (settings.hooks === undefined && settings.rewardModel === undefined)
      throw new GymError('CONFIG_INVALID', NO_HOOKS)
    const { run, world, losses } = await openRecorded(cli, folder, env === undefined ? {} : { env })
    const recipe = settings.recipe === undefined ? null : await chosenRecipe(cli.folder, settings.recipe)
    const hooks = await chosenHooks(cli.folder, settings)
    const links = linked === undefined ? recordedLinks(run.manifest.limits) : linksIn(run, linked)
    const options = {
      out: resolve(cli.folder, out),
      ...(recipe && { recipe: recipe.json }),
      ...(links && { linked: links }),
    }
    const tally = new Tally(recipe?.recipe)
    const progress = runProgress(run, cli.err)
    try {
      for await (const judged of rescoreRun(world, run, hooks, options)) progress.add(tally.add(groupOf(judged)))
    } finally {
      progress.clear()
      await closeHooks(hooks)
    }
    return { run: folder, out, environment: world.environment.id, losses, summary: tally.summary() }
  }
}

const taskIdsIn = (run: Run): readonly string[] =>
  Array.from(run.entries()).flatMap((entry) => (entry.type === 'group' ? [entry.group.taskId] : []))

const NO_HOOKS = 'say by which hooks: --hook NAME, repeatable, or --reward-model FILE'

/** A trajectory of no group counts as one of its own. */
function groupOf(judged: Rescored): Pick<Group, 'trajectories' | 'aborted'> {
  if (judged.kind === 'group') return judged.group
  const { trajectory } = judged
  const isAborted = trajectory.ending === 'aborted'
  return { trajectories: isAborted ? [] : [trajectory], aborted: isAborted ? [trajectory] : [] }
}

const linesOf = ({ environment, run, out, summary }: RescoreReport, paint: Painter): readonly string[] => [
  `${environment}: ${counted(summary.episodes, 'episode')} of ${run}, ${counted(summary.steps, 'step')}`,
  '',
  ...signalTable(summary.signals),
  ...nullLines(summary.signals, paint),
  ...(summary.recipe ? ['', recipeLine(summary.recipe)] : []),
  '',
  `recorded in ${out}`,
]
