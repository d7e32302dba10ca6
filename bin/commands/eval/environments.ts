import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { type ErrorCode, GymError, messageOf } from '../../../core/data/errors.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { measureEnvironment } from '../../../evaluation/environments/measure.ts'
import type { PlaySettings } from '../../../evaluation/environments/play.ts'
import {
  type Compared,
  environmentsPage,
  environmentTable,
  estimatorTable,
  type Table,
} from '../../../evaluation/environments/report.ts'
import { estimators } from '../../../registry/index.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { CHOSEN, COUNT, POSITION, TEXT } from '../../config/readers.ts'
import { type Chosen, readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenAgent, environmentCatalog } from '../../find.ts'
import { FLAGS, readFlag, separated } from '../../flags.ts'
import { progressBar } from '../../terminal/progress.ts'
import { tableOf } from '../../terminal/table.ts'

interface EnvironmentsFlags extends Partial<PlaySettings> {
  readonly agent?: Chosen
  readonly estimator?: readonly string[]
  readonly out?: string
  readonly json?: boolean
}

const EXPERT: Chosen = { reference: 'expert', options: {} }
/** Enough for a share of 128 episodes: 9 points of a percent at most, at 95 %. */
const GROUPS = 16
const GROUP_SIZE = 8
/** The first one is what the others are held against. */
const ESTIMATORS = ['rloo', 'grpo', 'gigpo', 'hgpo', 'crbc', 'evidence-closure-3']

export function addEvalEnvironments(program: Command, { cli }: CommandHost): void {
  program
    .command('environments')
    .description('play environments by their experts and at random, and compare what they are like')
    .argument('[names...]', 'names or paths of environments (default: all that need no server and no browser)')
    .addOption(
      readFlag('--agent <name>', 'agent that is played in place of the expert, such as shop-novice in webshop', CHOSEN),
    )
    .addOption(readFlag('--groups <n>', `groups of each agent, one task each (default: ${GROUPS})`, COUNT))
    .addOption(readFlag('--group-size <n>', `episodes of a group, from one start (default: ${GROUP_SIZE})`, COUNT))
    .addOption(readFlag('--seed <n>', 'of the groups (default: 0)', POSITION))
    .option(
      '--estimator <names>',
      `estimators, comma separated, each held against the first (default: ${ESTIMATORS.join(',')})`,
      separated,
    )
    .addOption(readFlag('--out <file>', 'Markdown page that is written, such as environments.md', TEXT))
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf('stepgym eval environments grid webshop', 'stepgym eval environments --out environments.md'),
    )
    .action(async (names: readonly string[], { json = false, ...flags }: EnvironmentsFlags) => {
      const { all, frame } = await compared(cli, names, flags)
      if (flags.out !== undefined) written(resolve(cli.folder, flags.out), environmentsPage(all, frame))
      if (json) printJson(cli.out, all)
      else printLines(cli.out, linesOf(all, frame.estimators))
    })
}

function written(path: string, page: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, page)
}

/** They play what runs elsewhere, or in a browser. */
const ELSEWHERE = new Set(['browser', 'gymnasium', 'imported', 'openenv', 'tools-mcp', 'webshop-browser'])

async function compared(cli: Cli, given: readonly string[], flags: EnvironmentsFlags) {
  const { agent = EXPERT, groups = GROUPS, groupSize = GROUP_SIZE, seed = 0, estimator: chosen = ESTIMATORS } = flags
  const settings = await readSettings(cli)
  const catalog = environmentCatalog(cli.folder, settings)
  const names = given.length > 0 ? given : catalog.names().filter((name) => !ELSEWHERE.has(name))
  const credited = await loadEstimators(cli.folder, chosen)
  const bar = progressBar(cli.err)
  const all: Compared[] = []
  for (const [done, name] of names.entries()) {
    bar.update(name, done, names.length)
    const environment = await catalog.load(name)
    all.push(
      await attempted(name, async () => {
        const world = await openWorld(environment)
        const [expert, random] = await agentsFor(cli.folder, world, agent)
        return measureEnvironment(world, { groups, groupSize, seed, expert, random, estimators: credited })
      }),
    )
  }
  bar.clear()
  const labels = credited.map(({ name }) => name)
  return { all, frame: { groups, groupSize, seed, estimators: labels, command: commandOf(given, flags) } }
}

/** The command that makes the same comparison again. */
function commandOf(names: readonly string[], given: EnvironmentsFlags): string {
  const { agent, groups, groupSize, seed, estimator, out } = given
  const flags = Object.entries({
    agent: agent?.reference,
    groups,
    'group-size': groupSize,
    seed,
    estimator: estimator?.join(','),
    out,
  })
  const named = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${value}`]))
  return ['npx stepgym eval environments', ...names, ...named].join(' ')
}

/** @throws GymError ESTIMATOR_UNKNOWN, ESTIMATOR_INVALID; CONFIG_INVALID where one is named twice */
async function loadEstimators(folder: string, names: readonly string[]): Promise<readonly Estimator[]> {
  const catalog = estimators({ userFolder: folder })
  const loaded = await Promise.all(names.map((name) => catalog.load(name)))
  const twice = loaded.find(({ name }, at) => loaded.findIndex((each) => each.name === name) !== at)
  if (twice) throw new GymError('CONFIG_INVALID', `the estimator ${twice.name} is asked for twice`)
  return loaded
}

async function agentsFor(
  folder: string,
  { environment }: World,
  chosen: Chosen,
): Promise<readonly [expert: Agent | null, random: Agent]> {
  const opened = async (one: Chosen): Promise<Agent> =>
    (await chosenAgent(folder, one, environment, environment.maxSteps)).agent
  const expert = chosen === EXPERT ? opened(chosen).catch(noExpert) : opened(chosen)
  return [await expert, await opened({ reference: 'random', options: {} })]
}

function noExpert(thrown: unknown): null {
  if (thrown instanceof GymError && thrown.code === 'AGENT_UNKNOWN') return null
  throw thrown
}

const IDLE = 'it has no expert, and lists no actions for the random agent to choose from'

/** What is wrong with the agent is so in every environment. */
const OF_AGENT: readonly ErrorCode[] = ['AGENT_UNKNOWN', 'AGENT_INVALID']

/** What cannot be played here is listed with the reason. */
async function attempted(name: string, measure: () => ReturnType<typeof measureEnvironment>): Promise<Compared> {
  try {
    const facts = await measure()
    return facts.expert || facts.random ? { name, facts, problem: null } : { name, facts: null, problem: IDLE }
  } catch (thrown) {
    if (!(thrown instanceof GymError) || OF_AGENT.includes(thrown.code)) throw thrown
    return { name, facts: null, problem: messageOf(thrown) }
  }
}

function linesOf(all: readonly Compared[], names: readonly string[]): readonly string[] {
  const absent = all.flatMap(({ name, problem }) => (problem === null ? [] : [`${name} was not measured: ${problem}`]))
  return [
    ...printed(environmentTable(all)),
    '',
    `correlation of advantages with those of ${names[0] ?? ''}:`,
    ...printed(estimatorTable(all, names)),
    ...(absent.length === 0 ? [] : ['', ...absent]),
  ]
}

const printed = ({ headings, rows }: Table): readonly string[] =>
  tableOf(
    headings.map((heading, at) => ({ heading, align: at === 0 ? 'left' : 'right' }) as const),
    rows,
  )
