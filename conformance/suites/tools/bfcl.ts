import { parseOwnJson } from '../../../core/data/json.ts'
import type { Attributes } from '../../../envs/tools/bfcl/api.ts'
import { apiNamed } from '../../../envs/tools/bfcl/apis/index.ts'
import { checkTurn, digestOf, goldTurns, type TurnProblem } from '../../../envs/tools/bfcl/check.ts'
import { publicState } from '../../../envs/tools/bfcl/compare.ts'
import { type BfclCall, executeAll } from '../../../envs/tools/bfcl/execute.ts'
import type { Filler } from '../../../envs/tools/bfcl/long-context/index.ts'
import { parseCalls } from '../../../envs/tools/bfcl/python/call-text.ts'
import { fromStorage } from '../../../envs/tools/bfcl/python/storage.ts'
import { PyDict } from '../../../envs/tools/bfcl/python/value.ts'
import { type BfclWorld, loadWorld } from '../../../envs/tools/bfcl/world.ts'
import type { Changes } from '../../../envs/tools/engine/database.ts'
import { readPythonJson, type Value } from '../../../envs/tools/engine/python-number.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { recordedFiller } from './bfcl-filler.ts'
import { recordedForm } from './bfcl-state.ts'

interface EntryRecord {
  readonly id: string
  readonly involved_classes: readonly string[]
  readonly turns: readonly { readonly calls: readonly string[]; readonly results: readonly string[] }[]
  readonly final_state: { readonly [api: string]: object } | null
  readonly gt_valid: boolean
  readonly drop_last_call_of_turn: DroppedVerdict
}

interface DroppedVerdict {
  readonly turn: number
  readonly valid: boolean
  readonly error_type?: string
}

const FIELDS = [
  'id',
  'involved_classes',
  'initial_config',
  'turns',
  'final_state',
  'gt_valid',
  'drop_last_call_of_turn',
]

/** Entries of BFCL's multi-turn categories: results, final state, and the verdicts on the gold calls with and without one. */
export const bfclHandler: VerifyHandler = {
  name: 'BFCL multi-turn entries',
  pattern: /^bfcl_multi_turn_[\w.-]+\.jsonl$/,
  *cases({ text, dataFolder }) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    let filler: Filler | undefined
    const fillerOnce = (): Filler => {
      filler ??= recordedFiller(dataFolder, lines.flatMap(resultsOf))
      return filler
    }
    for (const { index } of recordsOf(text))
      yield { id: `entry ${index}`, check: () => checkEntry(lines[index] ?? '', fillerOnce) }
  },
}

/** Recorded results; none of a line that cannot be read, which its own case reports. */
function resultsOf(line: string): readonly string[] {
  try {
    return parseOwnJson<EntryRecord>(line).turns.flatMap(({ results }) => results)
  } catch {
    return []
  }
}

function checkEntry(line: string, filler: () => Filler): void {
  const record = parseOwnJson<EntryRecord>(line)
  expectOnlyFields('', record, FIELDS)
  const world = worldOf(record, line, filler)
  const turns = record.turns.map(({ calls }) => calls.flatMap(callOf))
  const gold = goldTurns(world, turns)
  for (const [at, turn] of record.turns.entries()) {
    expectOnlyFields(`turns[${at}]`, turn, ['calls', 'results'])
    expectEqual(`turns[${at}].results`, turn.results, gold[at]?.results)
  }
  if (record.final_state !== null) checkState(world, gold.at(-1)?.changes ?? {}, line)
  expectEqual('gt_valid', record.gt_valid, firstProblem(world, turns, turns) === null)
  expectEqual('drop_last_call_of_turn', record.drop_last_call_of_turn, droppedVerdict(world, turns))
}

function worldOf({ id, involved_classes }: EntryRecord, line: string, filler: () => Filler): BfclWorld {
  const apis = involved_classes.map((name) => {
    const api = apiNamed(name)
    if (!api) throw new Error(`there is no class ${name}`)
    return api
  })
  const { initial_config } = pythonRecord(line)
  const scenarios = fromStorage(initial_config ?? null)
  const isLong = id.includes('long_context')
  return loadWorld(apis, scenarios instanceof PyDict ? scenarios : new PyDict(), isLong ? filler() : null)
}

/** The record as Python reads it, with the types of numbers. */
const pythonRecord = (line: string): { readonly [field: string]: Value } =>
  readPythonJson(line) as { readonly [field: string]: Value }

function callOf(text: string): readonly BfclCall[] {
  const calls = parseCalls(text)
  if (!calls) throw new Error(`no call: ${text}`)
  return calls
}

function checkState(world: BfclWorld, changes: Changes, line: string): void {
  const { final_state } = pythonRecord(line)
  expectEqual('final_state', recordedForm(fromStorage(final_state ?? null)), ourState(world, changes))
}

/** Classes without attributes are recorded as well. */
function ourState(world: BfclWorld, changes: Changes): object {
  const state = publicState(world, changes)
  const formOf = (attributes: Attributes): object =>
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, recordedForm(value)]))
  return Object.fromEntries(world.apis.map(({ name }) => [name, formOf(state[name] ?? {})]))
}

/** The first problem of an agent that makes these calls, a turn at a time. */
function firstProblem(
  world: BfclWorld,
  gold: readonly (readonly BfclCall[])[],
  played: readonly (readonly BfclCall[])[],
): TurnProblem | null {
  let [changes, digests] = [{} as Changes, [] as readonly string[]]
  for (const [at, turn] of goldTurns(world, gold).entries()) {
    const calls = played[at] ?? []
    const done = executeAll(world, changes, calls)
    changes = done.changes
    digests = [...digests, ...done.results.map(({ text }) => digestOf(text))]
    const { problem } = checkTurn(world, turn, { hasCalled: calls.length > 0, digests, changes })
    if (problem !== null) return problem
  }
  return null
}

function droppedVerdict(world: BfclWorld, turns: readonly (readonly BfclCall[])[]): DroppedVerdict {
  const turn = turns.findIndex((calls) => calls.length > 0)
  const played = turns.map((calls, at) => (at === turn ? calls.slice(0, -1) : calls))
  const problem = firstProblem(world, turns, played)
  return { turn, valid: problem === null, ...(problem !== null && { error_type: `multi_turn:${problem}` }) }
}
