import { parseExactJson } from '../../core/data/json.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Message } from '../dialogue.ts'
import { chatTranscript } from './chat.ts'
import { isObject, listField, objectField, textField } from './fields.ts'
import { type NotKept, RowProblem, type Transcript } from './transcript.ts'

/** Roles of ShareGPT, under the names that its writers use. */
const ROLES: ReadonlyMap<Json, string> = new Map([
  ['system', 'system'],
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['function_call', 'call'],
  ['observation', 'tool'],
  ['function_response', 'tool'],
  ['tool', 'tool'],
])

const ENTRY = ['from', 'value', 'loss']

/**
 * A row of ShareGPT: `conversations` of `{from, value}`, perhaps with `system` and `tools`, and with what
 * `stepgym export` wrote beside them. It becomes a conversation of OpenAI's chat format.
 * @throws RowProblem
 */
export function shareGptTranscript(row: JsonObject, notKept: NotKept): Transcript {
  notKept.others(row, ['id', 'conversations', 'system', 'tools', 'stepgym'])
  if (row.conversations === undefined && row.messages !== undefined)
    throw new RowProblem('there are messages in place of conversations: import the file with --format chat')
  const { last = [], ...metadata } = row.stepgym === undefined ? {} : objectField(row.stepgym, 'stepgym')
  const entries = [...listField(row.conversations, 'conversations'), ...listField(last, 'stepgym.last')]
  for (const entry of entries) if (isObject(entry)) notKept.others(entry, ENTRY, 'conversations.')
  const system = row.system === undefined || row.system === null || row.system === '' ? null : row.system
  const opening = system === null ? [] : [{ role: 'system', content: textField(system, 'system') }]
  const named = typeof row.id === 'string' && row.id !== '' ? { trajectory: row.id } : {}
  return chatTranscript(
    { messages: [...opening, ...messagesIn(entries)], tools: toolsIn(row.tools), stepgym: { ...named, ...metadata } },
    notKept,
  )
}

/** The messages of a conversation; calls are given ids. @throws RowProblem */
export function messagesIn(entries: readonly Json[]): readonly Message[] {
  let [calls, open] = [0, null as string | null]
  return entries.map((value, at) => {
    const { from = null, value: text = null, loss = null } = objectField(value, `conversations[${at}]`)
    const role = ROLES.get(from)
    if (role === undefined)
      throw new RowProblem(`from of conversations[${at}] should be ${FROM}: it is ${shown(from, 80)}`)
    if (typeof text !== 'string') throw new RowProblem(`value of conversations[${at}] should be a text`)
    const weight = loss === false && (role === 'assistant' || role === 'call') ? { weight: 0 } : {}
    if (role === 'tool') return open === null ? { role: 'user', content: text } : answer(open, text)
    open = null
    if (role !== 'call') return { role, content: text, ...weight }
    const made = callsIn(text, at).map((call) => ({ id: `call_${calls++}`, type: 'function', function: call }))
    open = made[0]?.id ?? null
    return { role: 'assistant', content: null, tool_calls: made, ...weight }
  })
}

const FROM = [...ROLES.keys()].join(', ')

const answer = (id: string, content: string): Message => ({ role: 'tool', tool_call_id: id, content })

/** One call or a list of them, as JSON. @throws RowProblem */
function callsIn(text: string, at: number): readonly JsonObject[] {
  const what = `value of conversations[${at}]`
  const value = parsed(text, what)
  const calls = Array.isArray(value) ? value : [value]
  if (calls.length === 0) throw new RowProblem(`${what} should have a call`)
  return calls.map((call: Json) => {
    const { name, arguments: args = {} } = objectField(call, what)
    return {
      name: textField(name, `the name of a call in ${what}`),
      arguments: typeof args === 'string' ? args : JSON.stringify(args),
    }
  })
}

/** Tools as JSON text or as a list, each as OpenAI has it or its function alone. @throws RowProblem */
function toolsIn(value: Json | undefined): readonly JsonObject[] {
  if (value === undefined || value === null || value === '') return []
  const tools = listField(typeof value === 'string' ? parsed(value, 'tools') : value, 'tools')
  return tools.map((each, at) => {
    const tool = objectField(each, `tools[${at}]`)
    return isObject(tool.function) ? tool : { type: 'function', function: tool }
  })
}

/** @throws RowProblem */
function parsed(text: string, what: string): Json {
  try {
    return parseExactJson(text)
  } catch {
    throw new RowProblem(`${what} should be JSON: it is ${shown(text, 80)}`)
  }
}
