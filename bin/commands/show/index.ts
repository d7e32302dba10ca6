import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Run, readRun } from '../../../records/index.ts'
import type { Shaping } from '../../../rewards/credit/index.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT, POSITION, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { chosenRecipe } from '../../find.ts'
import { FLAGS, readFlag, separated } from '../../flags.ts'
import { lineWidthOf, widthOf } from '../../terminal/fit.ts'
import { painterOf } from '../../terminal/paint.ts'
import { type CreditFlags, creditColumns } from './credit.ts'
import { viewOfEpisode } from './episode.ts'
import { passRates } from './pass.ts'
import { printedEpisode } from './print-episode.ts'
import { printedRun } from './print-run.ts'
import { factsOf, viewOfRun } from './run.ts'
import { knownValues } from './values.ts'

interface ShowFlags extends CreditFlags {
  readonly recipe?: string
  readonly values?: string
  readonly group?: string
  readonly offset?: number
  readonly limit?: number
  readonly full?: boolean
  readonly json?: boolean
}

const DEFAULT_LIMIT = 40

export function addShow(program: Command, { cli }: CommandHost): void {
  program
    .command('show')
    .argument('<run>', 'folder of the run')
    .argument('[episode]', 'id of one episode: its steps, rewards, advantages and values')
    .option('--estimator <names>', 'advantages of the steps by these estimators, comma separated', separated)
    .addOption(FLAGS.options())
    .addOption(FLAGS.recipe())
    .addOption(readFlag('--values <file>', 'values of the steps (default: those that eval values left there)', TEXT))
    .option('--full', 'whole observations and actions, not cut to fit')
    .addOption(readFlag('--group <id>', 'episodes of one group only', TEXT))
    .addOption(readFlag('--offset <n>', 'episodes to pass over (default: 0)', POSITION))
    .addOption(readFlag('--limit <n>', `episodes and groups to list (default: ${DEFAULT_LIMIT})`, COUNT))
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf('stepgym show runs/a', 'stepgym show runs/a 0.1 --estimator grpo,gigpo', 'stepgym show runs/a --json'),
    )
    .action(async (folder: string, episode: string | undefined, flags: ShowFlags) => {
      const run = readRun(resolve(cli.folder, folder))
      if (episode === undefined) showRun(run, folder, flags)
      else await showEpisode(run, folder, episode, flags)
    })

  function showRun(run: Run, folder: string, { group, offset = 0, limit = DEFAULT_LIMIT, json }: ShowFlags): void {
    const all = viewOfRun(run)
    const isChosen = (id: string | null): boolean => group === undefined || id === group
    const groups = all.groups.filter(({ id }) => isChosen(id))
    const chosen = all.episodes.filter((each) => isChosen(each.group))
    const episodes = chosen.slice(offset, offset + limit)
    const { tornBytes } = run
    const shown = { run: folder, ...factsOf(run.manifest), tornBytes, total: chosen.length, offset, limit }
    const view = { ...shown, groups, passAtK: passRates(chosen), episodes }
    if (json) printJson(cli.out, view)
    else printLines(cli.out, printedRun(view, lineWidthOf(cli.out), painterOf(cli.out, cli.variables)))
  }

  async function showEpisode(run: Run, folder: string, id: string, flags: ShowFlags): Promise<void> {
    const values = knownValues(cli.folder, folder, flags.values, run.manifest.id)
    const credit = await creditColumns(cli.folder, folder, flags, await shapingOf(flags))
    const episode = viewOfEpisode(run, id, credit, values)
    const { environment } = run.manifest
    const valuesFrom = values && { path: values.path, agent: values.agent, forks: values.forks }
    const shown = { run: folder, environment: environment.id, valuesFrom, ...episode }
    if (flags.json) return void printJson(cli.out, shown)
    const frame = flags.full ? null : { width: widthOf(cli.out), rows: OBSERVATION_ROWS }
    printLines(cli.out, printedEpisode(shown, frame, painterOf(cli.out, cli.variables)))
  }

  async function shapingOf({ recipe }: ShowFlags): Promise<Shaping | null> {
    return recipe === undefined ? null : { recipe: (await chosenRecipe(cli.folder, recipe)).recipe }
  }
}

/** Lines of an observation that are shown. */
const OBSERVATION_ROWS = 4
