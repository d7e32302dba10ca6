import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import { readDataFile } from './data-file.ts'
import type { Database, Row } from './database.ts'
import { isDict } from './python-error.ts'
import { isList, isOrderedDict, itemsOf, readPythonJson, type Value } from './python-number.ts'

/**
 * Tables of a folder in tau-bench's layout: one JSON file a table, an object of rows by key.
 * @throws GymError CONFIG_INVALID where a file is missing or is not such an object
 */
export function readDatabase(folder: string, tables: readonly string[]): Database {
  return { tables: new Map(tables.map((name) => [name, rowsOf(folder, `${name}.json`)])) }
}

function rowsOf(folder: string, file: string): ReadonlyMap<string, Row> {
  const data = readJson(folder, file)
  if (!isDict(data)) throw invalid(folder, file, 'is not an object of rows by key')
  return new Map(
    itemsOf(data).map(([key, row]) => {
      if (isDict(row) && !isOrderedDict(row)) return [key, row]
      throw invalid(folder, file, `has a row ${shown(key, 60)} that is not an object`)
    }),
  )
}

/** A task of tau-bench: what the user wants, and the calls that do it. */
export interface RecordedTask {
  readonly userId: string
  readonly instruction: string
  readonly actions: readonly { readonly name: string; readonly args: { readonly [name: string]: Value } }[]
  readonly outputs: readonly string[]
}

/** Tasks of one split, from `tasks_{split}.json`; none where there is no such file. @throws GymError CONFIG_INVALID */
export function readTasks(folder: string, split: string): readonly RecordedTask[] {
  const file = `tasks_${split}.json`
  if (!existsSync(join(folder, file))) return []
  const data = readJson(folder, file)
  if (!isList(data)) throw invalid(folder, file, 'is not a list of tasks')
  return data.map((task, index) => taskOf(task) ?? fail(folder, file, index))
}

function taskOf(task: Value): RecordedTask | null {
  if (!isDict(task) || isOrderedDict(task)) return null
  const { user_id, instruction, actions, outputs = [] } = task
  if (typeof user_id !== 'string' || typeof instruction !== 'string') return null
  if (!isList(actions ?? null) || !isList(outputs)) return null
  const calls = isList(actions ?? null) ? (actions as readonly Value[]).flatMap(callOf) : []
  return { userId: user_id, instruction, actions: calls, outputs: outputs.map(String) }
}

function callOf(action: Value): RecordedTask['actions'] {
  if (!isDict(action) || isOrderedDict(action)) return []
  const { name, kwargs = {} } = action
  return typeof name === 'string' && isDict(kwargs) && !isOrderedDict(kwargs) ? [{ name, args: kwargs }] : []
}

/** A text file of the folder. @throws GymError CONFIG_INVALID */
export function readText(folder: string, file: string): string {
  try {
    return readDataFile(join(folder, file))
  } catch (cause) {
    throw invalid(folder, file, `cannot be read: ${messageOf(cause)}`)
  }
}

function readJson(folder: string, file: string): Value {
  const text = readText(folder, file)
  try {
    return readPythonJson(text)
  } catch (cause) {
    throw invalid(folder, file, `is not JSON: ${messageOf(cause)}`)
  }
}

const fail = (folder: string, file: string, index: number): never => {
  throw invalid(folder, file, `has a task ${index} without user_id, instruction, actions or outputs`)
}

const invalid = (folder: string, file: string, what: string): GymError =>
  new GymError('CONFIG_INVALID', `${join(folder, file)} ${what}: give a folder in tau-bench's layout`)
