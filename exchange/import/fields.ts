import { isObject } from '../../agents/chat/form.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { RowProblem } from './transcript.ts'

export { isObject }

/** @throws RowProblem */
export function textField(value: Json | undefined, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new RowProblem(`${name} should be a text: it is ${shown(value ?? null, 80)}`)
}

/** A name, which addresses are made of: they have no place for halves of characters. @throws RowProblem */
export function nameField(value: Json | undefined, name: string): string {
  const text = textField(value, name)
  if (!/\p{Surrogate}/u.test(text)) return text
  throw new RowProblem(`${name} should be a text without halves of characters: it is ${shown(text, 80)}`)
}

/** @throws RowProblem */
export function listField(value: Json | undefined, name: string): readonly Json[] {
  if (Array.isArray(value)) return value
  throw new RowProblem(`${name} should be a list: it is ${shown(value ?? null, 80)}`)
}

/** @throws RowProblem */
export function objectField(value: Json | undefined, name: string): JsonObject {
  if (isObject(value)) return value
  throw new RowProblem(`${name} should be an object: it is ${shown(value ?? null, 80)}`)
}

/** @throws RowProblem */
export function rewardField(value: Json | undefined, name: string): number | null {
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value
  if (typeof value === 'boolean') return Number(value)
  throw new RowProblem(`${name} should be a number, or null for none: it is ${shown(value ?? null, 80)}`)
}

/** Signals by name: names as hooks have them. @throws RowProblem */
export function signalsField(value: Json | undefined, name: string): Readonly<Record<string, number | null>> {
  if (value === undefined) return {}
  const entries = Object.entries(objectField(value, name))
  return Object.fromEntries(
    entries.map(([signal, reward]) => {
      if (!SIGNAL.test(signal)) throw new RowProblem(`${name} has ${shown(signal, 80)}: ${NAMES}`)
      return [signal, rewardField(reward, `${name}.${signal}`)]
    }),
  )
}

const SIGNAL = /^[a-z0-9][a-z0-9-]{0,99}$/
const NAMES = 'the name of a signal has lower case letters, digits and dashes'

/** @throws RowProblem */
export function seedField(value: Json | undefined): Seed {
  if (value === undefined) return 0
  try {
    return parseSeed(value)
  } catch {
    throw new RowProblem(`seed should be an integer from 0 to 2^64 - 1: it is ${shown(value, 80)}`)
  }
}

/** @throws RowProblem for an episode that was aborted, too: it has no part in credit. */
export function endingField(value: Json | undefined): 'terminated' | 'truncated' {
  if (value === undefined) return 'terminated'
  if (value === 'terminated' || value === 'truncated') return value
  throw new RowProblem(`ending should be terminated or truncated: it is ${shown(value, 80)}`)
}

/** A value within objects, by names that dots separate; undefined where there is none. */
export function valueAt(row: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = row
  for (const name of path.split('.')) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}
