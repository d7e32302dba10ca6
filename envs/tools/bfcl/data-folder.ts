import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDict } from '../engine/python-error.ts'
import { isOrderedDict, readPythonJson, type Value } from '../engine/python-number.ts'
import type { Api } from './api.ts'
import { apiNamed } from './apis/index.ts'
import {
  asListOf,
  asMapOf,
  asObject,
  asText,
  type DataLine,
  invalid,
  linesOf,
  orElse,
  type ReadField,
} from './data-lines.ts'
import type { BfclCall } from './execute.ts'
import { parametersJson } from './function-document.ts'
import type { Documents } from './functions.ts'
import { parseCalls } from './python/call-text.ts'
import { type BfclTask, CATEGORIES, type Category, type UserTurn } from './task.ts'

const ANSWERS = 'possible_answer'
const DOCUMENTS = 'multi_turn_func_doc'

/** What the user says when a function arrives, where the data leave the turn empty. */
const ARRIVAL = 'More functions are available to you now. Please try again.'

/**
 * Tasks of a folder in BFCL's layout, by category: `BFCL_v4_multi_turn_base.json` and so on, their answers in
 * `possible_answer/`. Categories without a file are left out.
 * @throws GymError CONFIG_INVALID where a file is missing or cannot be read, with its line
 */
export function readTasks(folder: string): ReadonlyMap<Category, readonly BfclTask[]> {
  if (!existsSync(folder)) throw invalid(folder, 'there is no such folder')
  const files = filesOf(folder)
  const found = CATEGORIES.flatMap((category) => {
    const file = files.findLast((each) => new RegExp(`^BFCL_v\\d+_multi_turn_${category}\\.json$`).test(each))
    return file === undefined ? [] : [[category, tasksOf(folder, file, category)] as const]
  })
  if (found.length === 0) throw invalid(folder, 'there is no file BFCL_v4_multi_turn_base.json or of another category')
  return new Map(found)
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    throw invalid(folder, 'this is not a folder that can be read')
  }
}

function tasksOf(folder: string, file: string, category: Category): readonly BfclTask[] {
  const answers = new Map(linesOf(folder, join(ANSWERS, file)).map((line) => [idOf(line), line]))
  return linesOf(folder, file).map((line) => {
    const id = idOf(line)
    const answer = answers.get(id)
    if (!answer) throw invalid(line.place, `there is no answer to ${id} in ${ANSWERS}/${file}`)
    return { id, category, isLong: category === 'long_context', ...taskOf(line, answer) }
  })
}

const idOf = ({ place, fields }: DataLine): string => asText(place, 'id', fields.id)

const asTexts = asListOf(asText)
const NO_ARRIVALS: ReadonlyMap<string, readonly string[]> = new Map()

/** What a message says; who says it is the user. */
const asSaid: ReadField<string> = (place, path, value) =>
  asText(place, `${path}.content`, asObject(place, path, value).content)

function taskOf({ place, fields, text }: DataLine, answer: DataLine): Omit<BfclTask, 'id' | 'category' | 'isLong'> {
  const said = asListOf(asListOf(asSaid))(place, 'question', fields.question)
  if (said.length === 0) throw invalid(place, 'question has no turn')
  const arrivals = orElse(NO_ARRIVALS, asMapOf(asTexts))(place, 'missed_function', fields.missed_function)
  const calls = callsOf(answer, said.length)
  return {
    apis: asListOf(asApi)(place, 'involved_classes', fields.involved_classes),
    scenarios: scenariosIn(place, text),
    excluded: orElse([], asTexts)(place, 'excluded_function', fields.excluded_function),
    turns: said.map((messages, at) => turnOf(messages, calls[at] ?? [], arrivals.get(String(at)) ?? [])),
  }
}

const asApi: ReadField<Api> = (place, path, value) => {
  const name = asText(place, path, value)
  const api = apiNamed(name)
  if (api) return api
  throw invalid(place, `there is no class ${JSON.stringify(name)}`)
}

/** Scenarios by class, with the types of numbers that they have in Python. */
function scenariosIn(place: string, text: string): Value {
  const line = readPythonJson(text)
  const scenarios = (isDict(line) && !isOrderedDict(line) && line.initial_config) || {}
  if (!isDict(scenarios) || isOrderedDict(scenarios)) throw invalid(place, 'initial_config is not an object')
  const stranger = Object.keys(scenarios).find((name) => !isDict(scenarios[name] ?? null))
  if (stranger !== undefined) throw invalid(place, `initial_config.${stranger} is not an object`)
  return scenarios
}

function callsOf({ place, fields }: DataLine, turns: number): readonly (readonly BfclCall[])[] {
  const given = asListOf(asListOf(asCalls))(place, 'ground_truth', fields.ground_truth)
  if (given.length === turns) return given.map((calls) => calls.flat())
  throw invalid(place, `ground_truth has not one list of calls for each of ${turns} turns`)
}

const asCalls: ReadField<readonly BfclCall[]> = (place, path, value) => {
  const text = asText(place, path, value)
  const calls = parseCalls(text)
  if (calls) return calls
  throw invalid(place, `${path} is not a call with literal arguments: ${text.slice(0, 80)}`)
}

function turnOf(messages: readonly string[], calls: readonly BfclCall[], arrives: readonly string[]): UserTurn {
  const said = messages.join('\n')
  return { says: said === '' && arrives.length > 0 ? ARRIVAL : said, calls, arrives }
}

/** BFCL's own function documents, where the folder has them. @throws GymError CONFIG_INVALID */
export function readDocuments(folder: string): Documents {
  const inside = join(folder, DOCUMENTS)
  if (!existsSync(inside)) return new Map()
  const files = filesOf(inside).filter((file) => file.endsWith('.json'))
  return new Map(files.flatMap((file) => linesOf(inside, file).map(documentOf)))
}

function documentOf({ place, fields }: DataLine) {
  const name = asText(place, 'name', fields.name)
  const description = asText(place, 'description', fields.description)
  const parameters = parametersJson(asObject(place, 'parameters', fields.parameters))
  return [name, { type: 'function', function: { name, description, parameters } }] as const
}
