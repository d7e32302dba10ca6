import { shown } from '../core/data/shown.ts'
import type { Json, JsonObject } from '../core/data/types.ts'

/** Parsed JSON, or a field that is not there. */
export type Field = Json | undefined

/** What is wrong with a line or the order of lines, before anyone has said where it stands. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** An object that has no fields but these: a field that is not read would be lost silently. */
export function fieldsOf(value: Field, what: string, known: readonly string[]): JsonObject {
  const fields = objectOf(value, what)
  for (const name of Object.keys(fields))
    if (!known.includes(name)) throw new Malformed(`${what} has the unknown field ${shown(name, 80)}`)
  return fields
}

export function objectOf(value: Field, what: string): JsonObject {
  return isObject(value) ? value : refuse(value, what, 'an object')
}

export function listOf<T>(value: Field, what: string, item: (value: Json, what: string) => T): readonly T[] {
  if (!isList(value)) return refuse(value, what, 'a list')
  return value.map((entry) => item(entry, `an item of ${what}`))
}

export function textOf(value: Field, what: string): string {
  return typeof value === 'string' ? value : refuse(value, what, 'text')
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** A name, which addresses are made of: they have no place for halves of characters. */
export function nameOf(value: Field, what: string): string {
  const name = textOf(value, what)
  return LONE_SURROGATE.test(name) ? refuse(name, what, 'text without halves of characters') : name
}

export function textOrNullOf(value: Field, what: string): string | null {
  return value === null || typeof value === 'string' ? value : refuse(value, what, 'text or null')
}

export function jsonOf(value: Field, what: string): Json {
  return value !== undefined ? value : refuse(value, what, 'there')
}

/** A count or position: a whole number from 0. */
export function countOf(value: Field, what: string): number {
  return isCount(value) ? value : refuse(value, what, 'a whole number from 0')
}

export function finiteOf(value: Field, what: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(value, what, 'a finite number')
}

export function flagOf(value: Field, what: string): boolean {
  return typeof value === 'boolean' ? value : refuse(value, what, 'true or false')
}

export function oneOf<T extends string>(value: Field, what: string, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? refuse(value, what, choices.join(' or '))
}

/** A field that is left out where it has its default. */
export function defaulted<T>(value: Field, what: string, fallback: T, read: (value: Field, what: string) => T): T {
  return value === undefined ? fallback : read(value, what)
}

const isCount = (value: Field): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isList = (value: Field): value is readonly Json[] => Array.isArray(value)

const isObject = (value: Field): value is JsonObject => typeof value === 'object' && value !== null && !isList(value)

function refuse(value: Field, what: string, expected: string): never {
  const found = value === undefined ? 'it is missing' : `it is ${shown(value, 80)}`
  throw new Malformed(`${what} should be ${expected}: ${found}`)
}
