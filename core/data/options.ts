import { GymError } from './errors.ts'
import { isJsonObject } from './json.ts'
import { nearAnd } from './near.ts'
import { seal } from './plain.ts'
import { shown } from './shown.ts'
import type { Json, JsonObject } from './types.ts'

/**
 * The least and the greatest value of numeric options, by name; one within an object by its path, `user.maxTokens`.
 * Options of a record come from anyone: what one of them multiplies (tasks, products, forks) is bounded by its range.
 */
export type OptionRanges = Readonly<Record<string, readonly [least: number, greatest: number]>>

/** Range of a seed; a number that lost digits is refused as a seed. */
export const SEED_RANGE = [0, 2 ** 64] as const
/** Range of a number of generated tasks. A record may come from anyone, and its tasks are generated again. */
export const TASKS_RANGE = [1, 100_000] as const
/** Range of a share or probability. */
export const SHARE_RANGE = [0, 1] as const
/** Range of a limit of steps. */
export const STEPS_RANGE = [1, Number.MAX_SAFE_INTEGER] as const
/** Range of a reward, penalty or weight. */
export const AMOUNT_RANGE = [-1e6, 1e6] as const
/** Range of a time in milliseconds: to a day, as timers end at 24 days. */
export const TIME_RANGE = [1, 86_400_000] as const

/**
 * Defaults with what was chosen over them. An option stays of the kind of its default (number, string, boolean, list,
 * object); one whose default is null takes any.
 * @param owner who has the options, for messages: `agent random`.
 * @param ranges numbers outside them are refused before anything is made from them.
 * @throws GymError CONFIG_INVALID for an option it does not have, of another kind, or out of its range.
 */
export function chosenOptions(
  owner: string,
  defaults: JsonObject,
  chosen: JsonObject,
  ranges: OptionRanges = {},
): JsonObject {
  const known = Object.keys(defaults)
  for (const [name, value] of Object.entries(chosen)) {
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (standard === undefined)
      throw invalid(
        `${owner} has no option ${name}: ${nearAnd(name, known, known.length > 0 ? `it has ${known.join(', ')}` : 'it has none')}`,
      )
    if (standard !== null && kindOf(value) !== kindOf(standard))
      throw invalid(`option ${name} of ${owner} is ${kindOf(standard)}, not ${shown(value)}`)
  }
  const options = { ...defaults, ...chosen }
  for (const [path, [least, greatest]] of Object.entries(ranges)) {
    const value = valueAt(options, path.split('.'))
    if (typeof value === 'number' && !(value >= least && value <= greatest))
      throw invalid(`option ${path} of ${owner} is from ${least} to ${greatest}, not ${value}`)
  }
  return seal(options, { name: `options of ${owner}`, code: 'CONFIG_INVALID', hasMinusZero: true })
}

/** Paths of options whose default is a number, or null and so may be one, that have no range. */
export function withoutRange(defaults: JsonObject, ranges: OptionRanges = {}): readonly string[] {
  return numericPaths(defaults, '').filter((path) => !Object.hasOwn(ranges, path))
}

function numericPaths(options: JsonObject, before: string): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === null || typeof value === 'number') return [`${before}${name}`]
    return isJsonObject(value) ? numericPaths(value, `${before}${name}.`) : []
  })
}

function valueAt(options: Json, [name, ...rest]: readonly string[]): Json | undefined {
  if (name === undefined) return options
  return isJsonObject(options) && Object.hasOwn(options, name) ? valueAt(options[name] ?? null, rest) : undefined
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
