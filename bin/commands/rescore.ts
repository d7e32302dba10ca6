import { resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../core/errors.ts'
import type { Group, Trajectory } from '../../core/types.ts'
import { rescoreRun } from '../../server/record/index.ts'
import { type CommandHost, printJson, printLines } from '../cli.ts'
import { readSettings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { chosenHooks, chosenRecipe } from '../find.ts'
import { FLAGS, type SettingFlags, settingsOfFlags } from '../flags.ts'
import { openRecorded } from '../recorded.ts'
import { recipeLine, signalTable, whole } from '../rollout/print.ts'
import { type Summary, Tally } from '../rollout/tally.ts'
import { progressBar } from '../terminal/progress.ts'

interface RescoreFlags extends Pick<SettingFlags, 'env' | 'hook' | 'recipe'> {
  readonly out: string
  readonly json?: boolean
}

interface RescoreReport {
  readonly run: string
  readonly out: string
  readonly environment: string
  readonly summary: Summary
}

export function addRescore(program: Command, { cli }: CommandHost): void {
  program
    .command('rescore')
    .description("judge a recorded run by other reward hooks, into a run of its own; the environment's rewards stay")
    .argument('<run>', 'folder of the run')
    .addOption(FLAGS.hook())
    .addOption(FLAGS.recipe())
    .addOption(FLAGS.out().makeOptionMandatory())
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym rescore runs/a --hook step-cost:cost=0.05 --hook success --out runs/b'))
    .action(async (folder: string, { json = false, ...flags }: RescoreFlags) => {
      const report = await rescore(folder, flags)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  async function rescore(folder: string, { out, env, ...flags }: RescoreFlags): Promise<RescoreReport> {
    const settings = await readSettings(cli, settingsOfFlags(flags))
    const { run, world } = await openRecorded(cli, folder, env === undefined ? {} : { env })
    if (settings.hooks === undefined)
      throw new GymError('CONFIG_INVALID', 'say by which hooks: --hook NAME, repeatable')
    const hooks = await chosenHooks(cli.folder, settings.hooks)
    const recipe = settings.recipe === undefined ? null : await chosenRecipe(cli.folder, settings.recipe)
    const tally = new Tally(recipe?.recipe)
    const bar = progressBar(cli.err)
    const total = [...run.entries()].filter(({ type }) => type === 'episode').length
    const options = { out: resolve(cli.folder, out), ...(recipe && { recipe: recipe.json }) }
    let episodes = 0
    try {
      for await (const judged of rescoreRun(world, run, hooks, options)) {
        const group = judged.kind === 'group' ? judged.group : loneGroup(judged.trajectory)
        tally.add(group)
        episodes += group.trajectories.length + group.aborted.length
        bar.update('episodes', episodes, total)
      }
    } finally {
      bar.clear()
    }
    return { run: folder, out, environment: world.environment.id, summary: tally.summary() }
  }
}

/** A trajectory of no group, as the tally takes it. */
const loneGroup = (trajectory: Trajectory): Pick<Group, 'trajectories' | 'aborted'> =>
  trajectory.ending === 'aborted'
    ? { trajectories: [], aborted: [trajectory] }
    : { trajectories: [trajectory], aborted: [] }

const linesOf = ({ environment, run, out, summary }: RescoreReport): readonly string[] => [
  `${environment}: ${whole(summary.episodes)} episodes of ${run}, ${whole(summary.steps)} steps`,
  '',
  ...signalTable(summary.signals),
  ...(summary.recipe ? ['', recipeLine(summary.recipe)] : []),
  '',
  `recorded in ${out}`,
]
