import { join } from 'node:path'
import { parseOwnJson } from '../../../core/data/json.ts'
import { TABLES as AIRLINE_TABLES } from '../../../envs/tools/airline/schema.ts'
import { AIRLINE_TOOLS } from '../../../envs/tools/airline/tools/index.ts'
import { readDatabase } from '../../../envs/tools/engine/data-folder.ts'
import type { Changes, Database } from '../../../envs/tools/engine/database.ts'
import { NO_CHANGES } from '../../../envs/tools/engine/database.ts'
import { changesAfter, execute, type ToolCall, type ToolSet } from '../../../envs/tools/engine/execute.ts'
import { judge } from '../../../envs/tools/engine/judge.ts'
import { DatabaseHasher } from '../../../envs/tools/engine/python-hash.ts'
import { isList, readPythonJson, type Value } from '../../../envs/tools/engine/python-number.ts'
import { TABLES as RETAIL_TABLES } from '../../../envs/tools/retail/schema.ts'
import { RETAIL_TOOLS } from '../../../envs/tools/retail/tools/index.ts'
import { expectEqual, expectOnlyFields, type VerifyHandler, VerifyMismatch } from '../../handler.ts'

interface Domain extends ToolSet {
  readonly hasher: DatabaseHasher
}

const TOOLS = {
  retail: { tools: RETAIL_TOOLS, tables: RETAIL_TABLES },
  airline: { tools: AIRLINE_TOOLS, tables: AIRLINE_TABLES },
} as const

/** Opened once for each data folder: both domains hold megabytes. */
const opened = new Map<string, Domain>()

function domainOf(dataFolder: string, name: 'retail' | 'airline'): Domain {
  const folder = join(dataFolder, 'tau_bench', name)
  const known = opened.get(folder)
  if (known) return known
  const { tools, tables } = TOOLS[name]
  const database: Database = readDatabase(folder, tables)
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  const domain = { tools: byName, database, isStrict: false, hasher: new DatabaseHasher(database) }
  opened.set(folder, domain)
  return domain
}

type Dict = { readonly [name: string]: Value }

interface TaskRecord {
  readonly domain: 'retail' | 'airline'
  readonly outputs: readonly string[]
  readonly initial_hash: string
  readonly final_hash: string
  readonly steps: readonly RecordedStep[]
  readonly rewards?: { readonly [script: string]: { readonly reward: number; readonly info: object } }
}

interface RecordedStep {
  readonly name: string
  readonly kwargs: Dict
  readonly observation: string
  readonly data_hash?: string
  readonly terminate?: boolean
}

const TASK_FIELDS = ['domain', 'split', 'task_id', 'user_id', 'outputs', 'instruction', 'initial_hash', 'final_hash']
/** Steps of calls that end the episode are listed and were not executed. */
const STEP_FIELDS = ['name', 'kwargs', 'observation', 'data_hash', 'terminate']

/** Whole tasks of tau-bench: each gold call's observation, the hashes of the database, the rewards of five scripts. */
export const tauTasksHandler: VerifyHandler = {
  name: 'tau-bench tasks',
  pattern: /^tau_(retail|airline)_(?!edge)[\w.-]+\.jsonl$/,
  *cases({ text, dataFolder }) {
    for (const [index, line] of linesOf(text).entries())
      yield { id: `task ${index}`, check: () => checkTask(dataFolder, taskRecord(line)) }
  },
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')

/** Arguments are read as Python reads them; everything else is compared as plain JSON. */
function taskRecord(line: string): TaskRecord {
  const record = parseOwnJson<TaskRecord>(line)
  const { steps = null } = dictOf('task', readPythonJson(line))
  const kwargs = isList(steps) ? steps.map((step, at) => kwargsOf(`steps[${at}]`, step)) : []
  return { ...record, steps: record.steps.map((step, at) => ({ ...step, kwargs: kwargs[at] ?? {} })) }
}

const kwargsOf = (path: string, record: Value): Dict => dictOf(`${path}.kwargs`, dictOf(path, record).kwargs)

function dictOf(path: string, value: Value | undefined): Dict {
  if (typeof value === 'object' && value !== null && !isList(value)) return value
  throw new VerifyMismatch(path, 'an object', value)
}

function checkTask(dataFolder: string, record: TaskRecord): void {
  expectOnlyFields('', record, [...TASK_FIELDS, 'steps', 'rewards'])
  const domain = domainOf(dataFolder, record.domain)
  expectEqual('initial_hash', record.initial_hash, domain.hasher.hash(NO_CHANGES))
  const changes = checkSteps(domain, record)
  expectEqual('final_hash', record.final_hash, domain.hasher.hash(changes))
  for (const [name, expected] of Object.entries(record.rewards ?? {}))
    expectEqual(`rewards.${name}`, expected, rewardOf(domain, record, name))
}

function checkSteps(domain: Domain, { steps }: TaskRecord): Changes {
  let changes = NO_CHANGES
  for (const [at, step] of steps.entries()) {
    expectOnlyFields(`steps[${at}]`, step, STEP_FIELDS)
    if (domain.tools.get(step.name)?.isFinal) continue
    const result = execute(domain, changes, callOf(step))
    changes = result.changes
    expectEqual(`steps[${at}].observation`, step.observation, result.observation)
    if (step.data_hash !== undefined) expectEqual(`steps[${at}].data_hash`, step.data_hash, domain.hasher.hash(changes))
  }
  return changes
}

const callOf = ({ name, kwargs }: { readonly name: string; readonly kwargs: Dict }): ToolCall => ({
  name,
  args: kwargs,
})

/** What each script calls and says; the gold calls in every one are those that do not end the episode. */
const SCRIPTS: Readonly<Record<string, (gold: readonly ToolCall[], outputs: readonly string[]) => Script>> = {
  gt_with_outputs: (gold, outputs) => ({ calls: gold, said: outputs }),
  gt_no_outputs: (gold) => ({ calls: gold, said: [] }),
  nothing: () => ({ calls: [], said: [] }),
  drop_last: (gold, outputs) => ({ calls: gold.slice(0, -1), said: outputs }),
  double_first_reversed: (gold, outputs) => ({ calls: [...gold.slice(0, 1), ...gold.toReversed()], said: outputs }),
}

interface Script {
  readonly calls: readonly ToolCall[]
  readonly said: readonly string[]
}

function rewardOf(domain: Domain, { steps, outputs, final_hash }: TaskRecord, name: string): object {
  const gold = steps.map(callOf).filter((call) => !domain.tools.get(call.name)?.isFinal)
  const script = SCRIPTS[name]
  if (!script) throw new Error(`no script is called ${name}`)
  const { calls, said } = script(gold, outputs)
  const goal = { changes: changesAfter(domain, gold), outputs }
  const verdict = judge(domain.database, goal, changesAfter(domain, calls), said)
  const allSaid = Object.values(verdict.outputs).every(Boolean)
  const info =
    outputs.length > 0
      ? { r_outputs: Number(allSaid), outputs: verdict.outputs }
      : { r_actions: Number(verdict.isDatabaseRight), gt_data_hash: final_hash }
  return { reward: verdict.reward, info }
}

interface EdgeRecord {
  readonly domain: 'retail' | 'airline'
  readonly name: string
  readonly kwargs: Dict
  readonly observation: string
}

function edgeRecord(line: string): EdgeRecord {
  return { ...parseOwnJson<EdgeRecord>(line), kwargs: kwargsOf('call', readPythonJson(line)) }
}

const EDGE_FIELDS = ['domain', 'name', 'kwargs', 'observation', 'reward', 'done', 'source']

/** Single calls with odd arguments; none changes the database. */
export const tauEdgeHandler: VerifyHandler = {
  name: 'tau-bench calls',
  pattern: /^tau_tool_[\w.-]+\.jsonl$/,
  *cases({ text, dataFolder }) {
    for (const [index, line] of linesOf(text).entries())
      yield { id: `call ${index}`, check: () => checkCall(dataFolder, edgeRecord(line)) }
  },
}

function checkCall(dataFolder: string, record: EdgeRecord): void {
  expectOnlyFields('', record, EDGE_FIELDS)
  const { domain, name, kwargs, observation } = record
  const { observation: got } =
    name === 'respond'
      ? { observation: 'ok' }
      : execute(domainOf(dataFolder, domain), NO_CHANGES, { name, args: kwargs })
  expectEqual('observation', observation, got)
  expectEqual('source', record, { ...record, source: name === 'respond' ? 'user' : name, reward: 0, done: false })
}
