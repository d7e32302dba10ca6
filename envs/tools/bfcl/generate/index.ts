import { deriveKey, keyOfSeed, Rng } from '../../../../core/data/rng.ts'
import type { Value } from '../../engine/python-number.ts'
import { apiNamed } from '../apis/index.ts'
import { executeAll } from '../execute.ts'
import { toStorage } from '../python/storage.ts'
import { dict, PyDict } from '../python/value.ts'
import type { BfclTask, Category, UserTurn } from '../task.ts'
import { loadWorld } from '../world.ts'
import { FILES } from './files.ts'
import { ARITHMETIC, MESSAGES, POSTING, TICKETS } from './office.ts'
import { type Arguments, type Request, situationAt, type Topic } from './request.ts'
import { TRADING } from './trading.ts'
import { TRAVEL } from './travel.ts'
import { VEHICLE } from './vehicle.ts'

/** What generated tasks are like. A type, so that it is JSON to the compiler. */
export type GeneratedOptions = {
  /** Seed of generated tasks. @default 0 */
  readonly dataSeed: number
  /** Generated tasks, over all splits. @default 300 */
  readonly tasks: number
  /** Requests of a generated task, from 1 to 10: its horizon. @default 3 */
  readonly turns: number
  /** Share of generated tasks in which a function arrives a turn late, from 0 to 1. @default 0.2 */
  readonly missingFunctions: number
  /** Share of generated tasks in which a detail arrives a turn late, from 0 to 1. @default 0.2 */
  readonly missingDetails: number
  /** Share of generated tasks whose answers are filled up to be long, from 0 to 1. @default 0 */
  readonly longContext: number
}

const TASK_STREAM = 5
const SPLITS = [
  { name: 'train', share: 0.6 },
  { name: 'validation', share: 0.2 },
  { name: 'test', share: 0.2 },
] as const
const MAIN = [FILES, TRADING, TRAVEL, VEHICLE] as const
const BESIDE = [MESSAGES, POSTING, TICKETS, ARITHMETIC] as const
const DRAWS_A_TURN = 20

/** Tasks by split: no two tell the same story, so that splits share none. A function of the options. */
export function generateTasks(options: GeneratedOptions): ReadonlyMap<string, readonly BfclTask[]> {
  const stories = new Set<string>()
  return new Map(
    SPLITS.map(({ name, share }, stream) => {
      const count = Math.max(1, Math.round(options.tasks * share))
      return [name, tasksOf(name, count, stream, options, stories)] as const
    }),
  )
}

function tasksOf(
  split: string,
  count: number,
  stream: number,
  options: GeneratedOptions,
  stories: Set<string>,
): readonly BfclTask[] {
  const key = deriveKey(keyOfSeed(options.dataSeed), TASK_STREAM, stream)
  const tasks: BfclTask[] = []
  for (let draw = 0; tasks.length < count; draw++) {
    const task = taskOf(`${split}-${tasks.length}`, new Rng(key, draw), options)
    const story = JSON.stringify(task.turns.map(({ says }) => says))
    if (stories.has(story)) continue
    stories.add(story)
    tasks.push(task)
  }
  return tasks
}

interface Setting {
  readonly topics: readonly { readonly topic: Topic; readonly scenario: Arguments }[]
  readonly task: Omit<BfclTask, 'turns' | 'category'>
}

function taskOf(id: string, rng: Rng, options: GeneratedOptions): BfclTask {
  const setting = settingOf(id, rng, options)
  const requests = requestsOf(rng, setting, options.turns)
  const openings = setting.topics.flatMap(({ topic, scenario }) => topic.opening?.(scenario) ?? [])
  const turns = requests.map(({ says, calls }): UserTurn => ({ says, calls, arrives: [] }))
  const [category, varied] = variantOf(rng, requests, turns, options)
  const [first, ...rest] = varied
  const opened = first ? [{ ...first, says: [...openings, first.says].join(' ') }, ...rest] : []
  return { ...setting.task, category: setting.task.isLong ? 'long_context' : category, turns: opened }
}

function settingOf(id: string, rng: Rng, { longContext }: GeneratedOptions): Setting {
  const chosen = rng.chance(0.6) ? [rng.choice(MAIN), rng.choice(BESIDE)] : [rng.choice(MAIN)]
  const topics = chosen.map((topic) => ({ topic, scenario: topic.scenario(rng) }))
  const scenarios = new PyDict(topics.map(({ topic, scenario }) => [topic.api, dict(scenario)] as const))
  const apis = chosen.flatMap(({ api }) => apiNamed(api) ?? [])
  const isLong = rng.chance(longContext)
  return { topics, task: { id, apis, scenarios: toStorage(scenarios) as Value, isLong, excluded: [] } }
}

/** Requests one after the other: each is made up in the world that the ones before it have left. */
function requestsOf(rng: Rng, { topics, task }: Setting, count: number): readonly Request[] {
  const scenarios = new PyDict(topics.map(({ topic, scenario }) => [topic.api, dict(scenario)] as const))
  const world = loadWorld(task.apis, scenarios, null)
  const requests: Request[] = []
  let changes = {}
  for (let draw = 0; requests.length < count && draw < count * DRAWS_A_TURN; draw++) {
    const { topic, scenario } = rng.choice(topics)
    const request = rng.choice(topic.kinds)(situationAt(rng, scenario, world, changes))
    const done = request && executeAll(world, changes, request.calls)
    if (!request || !done?.results.every(({ isOk, text }) => isOk && !text.includes('"error"'))) continue
    changes = done.changes
    requests.push(request)
  }
  return requests
}

/** The turns as they are, or with a function or a detail that arrives a turn late. */
function variantOf(
  rng: Rng,
  requests: readonly Request[],
  turns: readonly UserTurn[],
  { missingFunctions, missingDetails }: GeneratedOptions,
): readonly [Category, readonly UserTurn[]] {
  const draw = rng.float()
  if (draw < missingFunctions) return heldBack(rng, turns) ?? ['base', turns]
  if (draw < missingFunctions + missingDetails) return leftOut(rng, requests, turns) ?? ['base', turns]
  return ['base', turns]
}

const ARRIVAL = 'You have more functions now. Please do what I asked for.'

/** A function is held back until the turn after the first that needs it. */
function heldBack(rng: Rng, turns: readonly UserTurn[]): readonly [Category, readonly UserTurn[]] | null {
  const at = rng.int(0, turns.length - 1)
  const earlier = new Set(turns.slice(0, at).flatMap(({ calls }) => calls.map(({ name }) => name)))
  const fresh = [...new Set(turns[at]?.calls.map(({ name }) => name))].filter((name) => !earlier.has(name))
  const turn = turns[at]
  if (!turn || fresh.length === 0) return null
  const late: UserTurn = { says: ARRIVAL, calls: turn.calls, arrives: [rng.choice(fresh)] }
  return ['miss_func', turns.toSpliced(at, 1, { ...turn, calls: [] }, late)]
}

/** A detail is left out of a request, and given when the agent has had its turn. */
function leftOut(
  rng: Rng,
  requests: readonly Request[],
  turns: readonly UserTurn[],
): readonly [Category, readonly UserTurn[]] | null {
  const vague = requests.flatMap((request, at) => (request.vague ? [{ at, ...request.vague }] : []))
  if (vague.length === 0) return null
  const { at, says, detail } = rng.choice(vague)
  const calls = turns[at]?.calls ?? []
  return ['miss_param', turns.toSpliced(at, 1, { says, calls: [], arrives: [] }, { says: detail, calls, arrives: [] })]
}
