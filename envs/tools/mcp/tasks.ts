import { GymError } from '../../../core/data/errors.ts'
import { canonicalJson } from '../../../core/data/hash.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { Call } from './action.ts'
import { DEMO } from './servers.ts'

/** A call that must succeed at some time in an episode. */
export interface ExpectedCall {
  readonly tool: string
  /** Arguments that the call must have, among others. */
  readonly arguments: JsonObject
  /** Text that the result must contain. */
  readonly result: string
}

/** How a task should end. */
export interface Expectation {
  readonly calls: readonly ExpectedCall[]
  /** Texts that the final answer must contain, regardless of case. */
  readonly answer: readonly string[]
}

export interface McpTask {
  readonly id: string
  readonly split: string
  readonly instruction: string
  /** Null for a task whose end is not judged. */
  readonly expect: Expectation | null
}

/**
 * Reads the option `tasks`: `{ instruction, id, split, expect: { calls: [{ tool, arguments, result }], answer } }`, all but
 * the instruction optional. Without tasks the built-in server has its own, and another server one that is not judged.
 * @throws GymError CONFIG_INVALID
 */
export function readTasks(server: string, tasks: readonly Json[]): readonly McpTask[] {
  if (tasks.length === 0) return server === DEMO ? readTasks(server, DEMO_TASKS) : [FREE]
  const read = tasks.map((task, at) => readTask(task, at))
  const twice = read.find(({ id }, at) => read.findIndex((other) => other.id === id) < at)
  if (twice) throw invalid('tasks', `of different ids: ${JSON.stringify(twice.id)} stands twice`)
  return read
}

/** Whether a call that succeeded is the expected one. */
export function isMet({ tool, arguments: wanted, result }: ExpectedCall, call: Call, text: string): boolean {
  const hasArguments = Object.entries(wanted).every(
    ([name, value]) =>
      Object.hasOwn(call.arguments, name) && canonicalJson(call.arguments[name] ?? null) === canonicalJson(value),
  )
  return tool === call.name && hasArguments && text.includes(result)
}

/** Which of the expected texts an answer contains. */
export const saidIn = ({ answer }: Expectation, text: string): readonly boolean[] =>
  answer.map((each) => text.toLowerCase().includes(each.toLowerCase()))

function readTask(value: Json, at: number): McpTask {
  const where = `tasks[${at}]`
  const task = objectOf(where, value, ['id', 'split', 'instruction', 'expect'])
  const { id = `task-${at}`, split = 'train', instruction, expect = null } = task
  return {
    id: textOf(`${where}.id`, id),
    split: textOf(`${where}.split`, split),
    instruction: textOf(`${where}.instruction`, instruction),
    expect: expect === null ? null : readExpectation(`${where}.expect`, expect),
  }
}

function readExpectation(where: string, value: Json): Expectation {
  const { calls = [], answer = [] } = objectOf(where, value, ['calls', 'answer'])
  const texts = typeof answer === 'string' ? [answer] : answer
  if (!Array.isArray(calls) || !Array.isArray(texts)) throw invalid(where, 'lists of calls and of answers')
  return {
    calls: calls.map((call: Json, at) => readExpectedCall(`${where}.calls[${at}]`, call)),
    answer: texts.map((text: Json, at) => textOf(`${where}.answer[${at}]`, text)),
  }
}

function readExpectedCall(where: string, value: Json): ExpectedCall {
  const { tool, arguments: args = {}, result = '' } = objectOf(where, value, ['tool', 'arguments', 'result'])
  if (typeof result !== 'string') throw invalid(`${where}.result`, 'a text')
  return { tool: textOf(`${where}.tool`, tool), arguments: objectOf(`${where}.arguments`, args, null), result }
}

/** @param known names that it may have; null for any */
function objectOf(where: string, value: Json, known: readonly string[] | null): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'an object')
  const object = value as JsonObject
  const stranger = Object.keys(object).find((name) => known !== null && !known.includes(name))
  if (stranger === undefined) return object
  throw invalid(where, `without ${JSON.stringify(stranger)}: it has ${known?.join(', ')}`)
}

function textOf(where: string, value: Json | undefined): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalid(where, 'a text')
}

const invalid = (where: string, expected: string): GymError =>
  new GymError('CONFIG_INVALID', `${where} must be ${expected}`)

const FREE: McpTask = {
  id: 'free',
  split: 'train',
  instruction: 'Try the tools. Say so when you are done.',
  expect: null,
}

const DEMO_TASKS: readonly Json[] = [
  {
    id: 'read',
    instruction: 'When and where is the meeting? Look it up in the notes.',
    expect: { calls: [{ tool: 'read_note', arguments: { title: 'meeting' } }], answer: ['10:30', 'room 4'] },
  },
  {
    id: 'copy',
    instruction: 'Copy the note "groceries" into a new note "shopping", then say what is in it.',
    expect: {
      calls: [{ tool: 'write_note', arguments: { title: 'shopping', text: 'rice, beans, coffee' } }],
      answer: ['coffee'],
    },
  },
  {
    id: 'count',
    split: 'dev',
    instruction: 'How many notes are there? Answer with the number.',
    expect: { calls: [{ tool: 'list_notes' }], answer: ['2'] },
  },
]
