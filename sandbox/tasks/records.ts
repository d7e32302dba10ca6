import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { tasksInvalid } from './task.ts'

/** A task of a record, and the split that it belongs to. */
export interface SplitTask<Task> {
  readonly split: string
  readonly task: Task
}

/**
 * Tasks of a folder by split, in their order: of every `*.json` and `*.jsonl` file, also compressed with gzip.
 * @param id Field that identifies a record, for messages.
 * @param readRecord Reads a record; `where` names its file and its place, for messages.
 * @throws GymError CONFIG_INVALID with the file, the record and what is wrong
 */
export function tasksOfFolder<Task extends { readonly id: string }>(
  folder: string,
  id: string,
  readRecord: (where: string, record: JsonObject) => SplitTask<Task>,
): Readonly<Record<string, readonly Task[]>> {
  const splits = new Map<string, Task[]>()
  const ids = new Set<string>()
  for (const file of filesOf(folder))
    for (const [at, record] of recordsOfFile(join(folder, file)).entries()) {
      const where = `${file}, record ${at}`
      const { split, task } = readRecord(where, record)
      if (ids.has(task.id)) throw tasksInvalid(where, `${id} ${shown(task.id)} appears twice`)
      ids.add(task.id)
      splits.set(split, [...(splits.get(split) ?? []), task])
    }
  if (splits.size === 0) throw tasksInvalid(folder, 'there is no task')
  return Object.fromEntries(splits)
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.jsonl?(\.gz)?$/.test(file))
      .sort()
  } catch (thrown) {
    throw tasksInvalid(folder, `the folder cannot be read: ${messageOf(thrown)}`)
  }
}

/**
 * Records of a file: JSON Lines or a JSON list, also compressed with gzip.
 * @throws GymError CONFIG_INVALID
 */
export function recordsOfFile(path: string): readonly JsonObject[] {
  const text = textOfFile(path).trim()
  const values = text.startsWith('[') ? listOf(path, read(path, text)) : linesOf(path, text)
  return values.map((value, at) => {
    if (isObject(value)) return value
    throw tasksInvalid(path, `record ${at} must be an object`)
  })
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function textOfFile(path: string): string {
  try {
    const bytes = readFileSync(path)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (thrown) {
    throw tasksInvalid(path, `the file cannot be read: ${messageOf(thrown)}`)
  }
}

const linesOf = (path: string, text: string): readonly Json[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => read(`${path}, line ${at + 1}`, line))

function listOf(path: string, value: Json): readonly Json[] {
  if (Array.isArray(value)) return value
  throw tasksInvalid(path, 'no list of records')
}

function read(where: string, text: string): Json {
  try {
    return parseJson(text)
  } catch (thrown) {
    throw tasksInvalid(where, messageOf(thrown))
  }
}

/** Fields of a record, each of its kind. @throws GymError CONFIG_INVALID */
export class RecordReader {
  readonly #where: string
  readonly #record: JsonObject

  constructor(where: string, record: JsonObject) {
    this.#where = where
    this.#record = record
  }

  text(name: string, otherwise?: string): string {
    const value = this.#record[name] ?? otherwise
    if (typeof value === 'string') return value
    throw tasksInvalid(this.#where, `${name} is a text`)
  }

  texts(name: string): readonly string[] {
    const value = this.#record[name] ?? []
    if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value
    throw tasksInvalid(this.#where, `${name} is a list of texts`)
  }

  whole(name: string, otherwise: number): number {
    const value = this.#record[name] ?? otherwise
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw tasksInvalid(this.#where, `${name} is a whole number from 0`)
  }

  /** Positive and finite. */
  number(name: string, otherwise: number): number {
    const value = this.#record[name] ?? otherwise
    if (typeof value === 'number' && value > 0) return value
    throw tasksInvalid(this.#where, `${name} is a number above 0`)
  }

  /** Texts by name, such as files by path. */
  textsByName(name: string): Readonly<Record<string, string>> {
    const value = this.#record[name] ?? {}
    const isTexts = isObject(value) && Object.values(value).every((each) => typeof each === 'string')
    if (isTexts) return value as Readonly<Record<string, string>>
    throw tasksInvalid(this.#where, `${name} is an object of texts`)
  }

  objects(name: string): readonly JsonObject[] {
    const value = this.#record[name] ?? []
    if (Array.isArray(value) && value.every(isObject)) return value
    throw tasksInvalid(this.#where, `${name} is a list of objects`)
  }

  /** An identifier, which some files write as a number. */
  id(name: string): string {
    const value = this.#record[name]
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    throw tasksInvalid(this.#where, `${name} is a text or a number`)
  }
}
