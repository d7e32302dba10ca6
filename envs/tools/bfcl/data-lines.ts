import { join } from 'node:path'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { readDataFile } from '../engine/data-file.ts'

/** One line of a file: an object in JSON, and where it is, for errors. */
export interface DataLine {
  /** `FOLDER/FILE line 3`, counted from 1. */
  readonly place: string
  readonly text: string
  readonly fields: JsonObject
}

/** An error in what the operator gave. @param place file, with its line if there is one */
export const invalid = (place: string, what: string): GymError => new GymError('CONFIG_INVALID', `${place}: ${what}`)

/** Lines of a file of JSON objects, without empty ones. @throws GymError CONFIG_INVALID */
export function linesOf(folder: string, file: string): readonly DataLine[] {
  const path = join(folder, file)
  return textOf(path)
    .split('\n')
    .map((text, at) => ({ text, place: `${path} line ${at + 1}` }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, place }) => ({ place, text, fields: objectIn(place, text) }))
}

function textOf(path: string): string {
  try {
    return readDataFile(path)
  } catch (error) {
    throw invalid(path, `the file cannot be read: ${messageOf(error)}`)
  }
}

function objectIn(place: string, text: string): JsonObject {
  try {
    const parsed = parseJson(text)
    if (isObject(parsed)) return parsed
  } catch (error) {
    throw invalid(place, `no valid JSON: ${messageOf(error)}`)
  }
  throw invalid(place, 'not an object')
}

/** Reads a field. @param path of the field: `question[0][1].content` @throws GymError CONFIG_INVALID */
export type ReadField<T> = (place: string, path: string, value: Json | undefined) => T

export const asText: ReadField<string> = (place, path, value) => {
  if (typeof value === 'string') return value
  throw invalid(place, `${path} is not a text`)
}

export const asObject: ReadField<JsonObject> = (place, path, value) => {
  if (isObject(value)) return value
  throw invalid(place, `${path} is not an object`)
}

/** A list, each item of which is read. */
export const asListOf =
  <T>(read: ReadField<T>): ReadField<readonly T[]> =>
  (place, path, value) => {
    if (Array.isArray(value)) return value.map((item: Json, at) => read(place, `${path}[${at}]`, item))
    throw invalid(place, `${path} is not a list`)
  }

/** An object, each field of which is read. */
export const asMapOf =
  <T>(read: ReadField<T>): ReadField<ReadonlyMap<string, T>> =>
  (place, path, value) =>
    new Map(
      Object.entries(asObject(place, path, value)).map(([name, item]) => [name, read(place, `${path}.${name}`, item)]),
    )

/** The value that a field has which is left out, or null. */
export const orElse =
  <T>(otherwise: T, read: ReadField<T>): ReadField<T> =>
  (place, path, value) =>
    value === undefined || value === null ? otherwise : read(place, path, value)

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
