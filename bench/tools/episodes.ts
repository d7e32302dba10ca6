import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type World } from '../../core/episode/world.ts'
import { type Episode, expectSync, startEpisode } from '../../core/index.ts'
import airline from '../../envs/tools/airline/index.ts'
import type { ToolsEpisode, ToolsResources } from '../../envs/tools/engine/environment.ts'
import { changesAfter } from '../../envs/tools/engine/execute.ts'
import { judge } from '../../envs/tools/engine/judge.ts'
import { DatabaseHasher } from '../../envs/tools/engine/python-hash.ts'
import retail from '../../envs/tools/retail/index.ts'
import { printRates, rates, retainedBytes, rounded } from '../measure.ts'
import type { Rate } from '../results.ts'
import { pythonRates, RECORDED } from './kit/tau.ts'

/*
 * What an episode of tool calls costs: a call, a reset, the verdict at its end, and apart from that the reference's hash
 * of the whole database. With STEPGYM_REFERENCE on tau-bench's own data, which its recorded figures are about; else on
 * generated data, which is smaller.
 */
const DOMAINS = { retail, airline }
const EPISODES = 10_000
/** A look-up by key, the most frequent kind of call. */
const READS = {
  retail: { table: 'orders', tool: 'get_order_details', argument: 'order_id' },
  airline: { table: 'reservations', tool: 'get_reservation_details', argument: 'reservation_id' },
}

function readOf({ database }: ToolsResources, name: keyof typeof READS) {
  const { table, tool, argument } = READS[name]
  const [key = ''] = [...(database.tables.get(table)?.keys() ?? [])]
  return { name: tool, arguments: { [argument]: key } }
}

const NOTHING = { goal: { changes: {}, outputs: [] }, changes: {} }
const isWrite = ({ set }: ToolsResources, name: string): boolean => set.tools.get(name)?.effect === 'write'

const folder = process.env.STEPGYM_REFERENCE

for (const name of ['retail', 'airline'] as const) {
  const data = folder === undefined ? '' : join(folder, 'data', 'tau_bench', name)
  const isReference = existsSync(data)
  const world = await openWorld(DOMAINS[name], isReference ? { data } : {})
  const measured = await rates(entriesOf(world, name))
  printRates(`${name}, ${isReference ? "tau-bench's data" : 'generated data'}`, 'times', measured)
  if (isReference) compare(name, measured, data)
  printMemory(name, world)
}

function entriesOf(world: World, name: keyof typeof READS) {
  const resources = world.resources as ToolsResources
  const hasher = new DatabaseHasher(resources.database)
  const ends = diverged(resources)
  const first = (number: number) => ends[number % ends.length] ?? ends[0]
  hasher.hash({})
  return [
    { name: 'tool step', count: 4000, run: (count: number) => steps(world, readOf(resources, name), count) },
    { name: 'reset', count: 4000, run: (count: number) => times(count, (number) => started(world, number)) },
    {
      name: 'verdict at the end',
      count: 4000,
      run: (count: number) =>
        times(count, (number) => {
          const { goal, changes } = first(number) ?? NOTHING
          return judge(resources.database, goal, changes, ['all is done'])
        }),
    },
    {
      name: "reference's hash",
      count: 20,
      run: (count: number) => times(count, (number) => hasher.hash((first(number) ?? NOTHING).changes)),
    },
  ]
}

/** Ends of episodes: the gold calls of one task, judged by the goal of the same and of the next. */
function diverged(resources: ToolsResources) {
  const tasks = resources.tasks
    .filter(({ actions }) => actions.some(({ name }) => isWrite(resources, name)))
    .slice(0, 50)
  return tasks.flatMap((task, at) => {
    const changes = changesAfter(
      resources.set,
      task.actions.filter(({ name }) => isWrite(resources, name)),
    )
    return [task, tasks[at + 1] ?? task].map((other) => ({ goal: resources.goalOf(other), changes }))
  })
}

function times(count: number, work: (number: number) => unknown): void {
  for (let number = 0; number < count; number++) work(number)
}

function started(world: World, number: number): Episode {
  const split = world.tasks.splits[0] ?? ''
  const task = world.tasks.at(split, number % world.tasks.size(split))
  return expectSync(startEpisode(world, { task, seed: number, maxSteps: 1_000_000 }))
}

/** A fresh episode now and then, for its record grows. */
function steps(world: World, action: object, count: number): void {
  let episode = started(world, 0)
  for (let step = 0; step < count; step++) {
    if (episode.index >= 30) episode = started(world, step)
    expectSync(episode.step(action))
    episode.text()
  }
}

/** Beside the rival's figures of another day, and its two largest costs in Python here and now. */
function compare(name: keyof typeof DOMAINS, measured: readonly Rate[], data: string): void {
  const python = pythonRates(data)
  const rows = RECORDED[name].map(({ what, ms }) => {
    const own = 1000 / (measured.find((rate) => rate.name === what)?.perSecond ?? Number.NaN)
    const here = python?.[what] ?? null
    return [
      what,
      {
        'ours, ms': own.toPrecision(3),
        'tau-bench, ms (recorded)': ms,
        'times faster': rounded(ms / own),
        'Python here, ms': here === null ? '–' : here.toPrecision(3),
        'times faster than it': here === null ? '–' : rounded(here / own),
      },
    ] as const
  })
  console.table(Object.fromEntries(rows))
}

/** All at once in one process, each diverged by the writes of its task. */
function printMemory(name: string, world: World): void {
  const bytes = retainedBytes(() => Array.from({ length: EPISODES }, (_, number) => divergedEpisode(world, number)))
  console.log(
    `${name}: ${EPISODES.toLocaleString('en-US')} diverged episodes at once, ${rounded(bytes / EPISODES)} bytes each`,
  )
}

function divergedEpisode(world: World, number: number): Episode {
  const resources = world.resources as ToolsResources
  const episode = started(world, number)
  const { actions } = resources.tasks[(episode.state as ToolsEpisode).task] ?? { actions: [] }
  const write = actions.find((action) => isWrite(resources, action.name))
  if (write) expectSync(episode.step({ name: write.name, arguments: write.args }))
  return episode
}
