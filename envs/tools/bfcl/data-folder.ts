import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { readPythonJson, type Value } from '../engine/python-number.ts'
import type { Api } from './api.ts'
import { apiNamed } from './apis/index.ts'
import type { BfclCall } from './execute.ts'
import { type FunctionDocument, parametersJson } from './function-document.ts'
import { parseCalls } from './python/call-text.ts'
import { type BfclTask, CATEGORIES, type Category, type Documents, type UserTurn } from './task.ts'

const ANSWERS = 'possible_answer'
const DOCUMENTS = 'multi_turn_func_doc'

/** What the user says when a function arrives, where the data leave the turn empty. */
const ARRIVAL = 'More functions are available to you now. Please try again.'

const invalid = (file: string, what: string): GymError => new GymError('CONFIG_INVALID', `${file}: ${what}`)

/** A line of `BFCL_v4_multi_turn_CATEGORY.json`. */
interface Entry {
  readonly id: string
  readonly question: readonly (readonly { readonly role: string; readonly content: string }[])[]
  readonly involved_classes: readonly string[]
  readonly excluded_function?: readonly string[]
  readonly missed_function?: { readonly [turn: string]: readonly string[] }
}

/** A line of the file of the same name in `possible_answer/`. */
interface Answer {
  readonly id: string
  readonly ground_truth: readonly (readonly string[])[]
}

/**
 * Tasks of a folder in BFCL's layout, by category: `BFCL_v4_multi_turn_base.json` and so on, their answers in
 * `possible_answer/`. Categories without a file are left out.
 * @throws GymError CONFIG_INVALID where a file is missing or cannot be read, with its line
 */
export function readTasks(folder: string): ReadonlyMap<Category, readonly BfclTask[]> {
  if (!existsSync(folder)) throw invalid(folder, 'there is no such folder')
  const found = CATEGORIES.flatMap((category) => {
    const file = fileOf(folder, category)
    return file === undefined ? [] : [[category, tasksOf(folder, file, category)] as const]
  })
  if (found.length === 0) throw invalid(folder, 'there is no file BFCL_v4_multi_turn_base.json or of another category')
  return new Map(found)
}

const fileOf = (folder: string, category: Category): string | undefined =>
  readdirSync(folder).findLast((file) => new RegExp(`^BFCL_v\\d+_multi_turn_${category}\\.json$`).test(file))

function tasksOf(folder: string, file: string, category: Category): readonly BfclTask[] {
  const answers = new Map(
    linesOf(folder, join(ANSWERS, file)).map(({ parsed }) => [parsed.id, parsed as unknown as Answer]),
  )
  return linesOf(folder, file).map(({ parsed, text, at }) => {
    const place = `${join(folder, file)} line ${at + 1}`
    const entry = parsed as unknown as Entry
    const answer = answers.get(entry.id)
    if (!answer) throw invalid(place, `there is no answer to ${String(entry.id)} in ${ANSWERS}/${file}`)
    return taskOf(place, entry, answer, text, category)
  })
}

function linesOf(folder: string, file: string) {
  const path = join(folder, file)
  const lines = textOf(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return lines.map((text, at) => ({ text, at, parsed: objectOf(`${path} line ${at + 1}`, text) }))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw invalid(path, `the file cannot be read: ${messageOf(error)}`)
  }
}

function objectOf(place: string, text: string): JsonObject {
  try {
    const parsed = parseJson(text)
    if (isObject(parsed)) return parsed
  } catch (error) {
    throw invalid(place, `no valid JSON: ${messageOf(error)}`)
  }
  throw invalid(place, 'not an object')
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function taskOf(place: string, entry: Entry, answer: Answer, text: string, category: Category): BfclTask {
  expectEntry(place, entry, answer)
  return {
    id: entry.id,
    category,
    apis: entry.involved_classes.map((name) => apiAt(place, name)),
    scenarios: (readPythonJson(text) as { readonly initial_config?: Value }).initial_config ?? {},
    isLong: category === 'long_context',
    excluded: entry.excluded_function ?? [],
    turns: entry.question.map((messages, at) => turnOf(place, entry, messages, answer.ground_truth[at] ?? [], at)),
  }
}

function expectEntry(place: string, { id, question, involved_classes }: Entry, { ground_truth }: Answer): void {
  if (typeof id !== 'string') throw invalid(place, 'id is not a text')
  if (!Array.isArray(question) || !question.every((turn) => Array.isArray(turn)))
    throw invalid(place, 'question is not a list of turns, each a list of messages')
  if (!Array.isArray(involved_classes)) throw invalid(place, 'involved_classes is not a list')
  if (!Array.isArray(ground_truth) || ground_truth.length !== question.length)
    throw invalid(place, `ground_truth has not one list of calls for each of ${question.length} turns`)
}

function apiAt(place: string, name: string): Api {
  const api = apiNamed(name)
  if (api) return api
  throw invalid(place, `there is no class ${JSON.stringify(name)}`)
}

function turnOf(
  place: string,
  { missed_function }: Entry,
  messages: Entry['question'][number],
  calls: readonly string[],
  at: number,
): UserTurn {
  const arrives = missed_function?.[String(at)] ?? []
  const said = messages.map(({ content }) => content).join('\n')
  return {
    says: said === '' && arrives.length > 0 ? ARRIVAL : said,
    calls: calls.flatMap((call) => callAt(place, call)),
    arrives,
  }
}

function callAt(place: string, text: string): readonly BfclCall[] {
  const calls = parseCalls(text)
  if (calls) return calls
  throw invalid(place, `not a call with literal arguments: ${text.slice(0, 80)}`)
}

/** BFCL's own function documents, where the folder has them. @throws GymError CONFIG_INVALID */
export function readDocuments(folder: string): Documents {
  const inside = join(folder, DOCUMENTS)
  if (!existsSync(inside)) return new Map()
  const files = readdirSync(inside).filter((file) => file.endsWith('.json'))
  const documents = files.flatMap((file) =>
    linesOf(inside, file).map(({ parsed }) => parsed as unknown as FunctionDocument),
  )
  return new Map(
    documents.map(({ name, description, parameters }) => [
      name,
      { type: 'function', function: { name, description, parameters: parametersJson(parameters) } },
    ]),
  )
}
