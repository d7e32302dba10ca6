import { parseJson } from '../../core/data/json.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { DEVICES, type Device } from '../../models/runtime/messages.ts'

/** How the value of a setting is read: from a text (flag, environment variable) or from a configuration file. */
export interface Reader<T> {
  /** Ends "give ...". */
  readonly expects: string
  /** A text as the value that a configuration file would hold; undefined where it cannot be one. */
  ofText(text: string): unknown
  /** Undefined for an invalid value. */
  ofValue(value: unknown): T | undefined
}

/** A thing chosen by name or path, with options of its own. */
export interface Chosen {
  readonly reference: string
  readonly options: JsonObject
}

export const TEXT: Reader<string> = {
  expects: 'a text that is not empty',
  ofText: (text) => text,
  ofValue: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
}

/** The longest that lists and timers take. */
const MOST = 2 ** 31 - 1

export const COUNT: Reader<number> = {
  expects: `a whole number from 1 to ${MOST}`,
  ofText: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  ofValue: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST ? value : undefined,
}

export const POSITION: Reader<number> = {
  expects: `a whole number from 0 to ${MOST}`,
  ofText: COUNT.ofText,
  ofValue: (value) => (value === 0 ? 0 : COUNT.ofValue(value)),
}

/** An action as an agent would give it: text, unless it is the JSON of an object or a list. */
export const ACTION: Reader<Json> = {
  expects: 'an action: a text, or the JSON of an object or a list',
  ofText: (text) => (/^\s*[[{]/.test(text) ? (jsonOf(text) ?? text) : text),
  ofValue: (value) => (isJson(value) ? value : undefined),
}

export const SHARE: Reader<number> = {
  expects: 'a number from 0 to 1',
  ofText: (text) => (/^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined),
  ofValue: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined),
}

export const NUMBER: Reader<number> = {
  expects: 'a number',
  ofText: (text) => (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined),
  ofValue: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
}

export const NUMBERS: Reader<readonly number[]> = {
  expects: 'numbers, comma separated',
  ofText: (text) => text.split(',').map((part) => NUMBER.ofText(part)),
  ofValue: (value) =>
    Array.isArray(value) && value.every((each) => NUMBER.ofValue(each) !== undefined) ? value.map(Number) : undefined,
}

/** Numbers by name. */
export const WEIGHTS: Reader<Readonly<Record<string, number>>> = {
  expects: 'weights, as success=1,format=0.2',
  ofText: (text) => assigned(splitPairs(text)),
  ofValue(value) {
    if (!isPlainObject(value)) return undefined
    const pairs = Object.entries(value).flatMap(([name, weight]) => {
      const number = NUMBER.ofValue(weight)
      return number === undefined ? [] : [[name, number] as const]
    })
    return pairs.length === Object.keys(value).length && pairs.length > 0 ? Object.fromEntries(pairs) : undefined
  },
}

export const DEVICE: Reader<Device | 'auto'> = {
  expects: 'auto, cuda, webgpu or cpu',
  ofText: (text) => text,
  ofValue: (value) => (['auto', ...DEVICES] as const).find((device) => device === value),
}

export const FLAG: Reader<boolean> = {
  expects: 'true or false',
  ofText: (text) => (['true', '1'].includes(text) ? true : ['false', '0'].includes(text) ? false : undefined),
  ofValue: (value) => (typeof value === 'boolean' ? value : undefined),
}

export const SEED: Reader<Seed> = {
  expects: 'an integer from 0 to 2^64 - 1, as text if it is above 2^53 - 1',
  ofText: (text) => text,
  ofValue(value) {
    try {
      return parseSeed(value)
    } catch {
      return undefined
    }
  },
}

export const OBJECT: Reader<JsonObject> = {
  expects: 'a JSON object',
  ofText: jsonOf,
  ofValue: (value) => (isPlainObject(value) ? value : undefined),
}

export const MCP_SERVERS: Reader<JsonObject | string> = {
  expects: 'a JSON object of MCP servers by name, or a JSON file that has them',
  ofText: (text) => (/^\s*\{/.test(text) ? jsonOf(text) : text),
  ofValue: (value) => (isPlainObject(value) ? value : TEXT.ofValue(value)),
}

export const ENVIRONMENT_SERVERS: Reader<JsonObject | string> = {
  expects: 'a JSON object of environments elsewhere by name, or a JSON file that has them',
  ofText: MCP_SERVERS.ofText,
  ofValue: MCP_SERVERS.ofValue,
}

export const CHOSEN: Reader<Chosen> = {
  expects: 'a name or path, as name:key=value,key=value with options',
  ofText: (text) => text,
  ofValue(value) {
    if (typeof value === 'string') return chosenOfText(value)
    if (!isPlainObject(value)) return undefined
    const { name, options = {}, ...rest } = value
    const isSound = typeof name === 'string' && name !== '' && isPlainObject(options) && Object.keys(rest).length === 0
    return isSound ? { reference: name, options } : undefined
  },
}

/** What is chosen, as a flag would say it; a text that would be read as something else is JSON. */
export function chosenText({ reference, options }: Chosen): string {
  const pairs = pairsOf(options)
  return pairs.length === 0 ? reference : `${reference}:${pairs.join(',')}`
}

/** `key=value` for each option. */
export const pairsOf = (options: JsonObject): readonly string[] =>
  Object.entries(options).map(([key, value]) => `${key}=${optionText(value)}`)

const optionText = (value: Json): string =>
  typeof value === 'string' && optionOf(value) === value ? value : JSON.stringify(value)

const MOST_ITEMS = 10_000

/** In a text, items are separated by spaces. */
export const listOf = <T>(item: Reader<T>, expects: string): Reader<readonly T[]> => ({
  expects,
  ofText: (text) => text.split(/\s+/).filter((part) => part !== ''),
  ofValue(value) {
    if (!Array.isArray(value) || value.length > MOST_ITEMS) return undefined
    const items = value.map((each: unknown) => item.ofValue(each))
    const read = items.filter((each) => each !== undefined)
    return read.length === items.length ? read : undefined
  },
})

/** `name:key=value,key=value`; what comes before the options may be a path with a colon of its own. */
function chosenOfText(text: string): Chosen | undefined {
  const [, reference = '', pairs] = /^(.+?)(?::([A-Za-z][\w.-]*=.*))?$/s.exec(text) ?? []
  if (reference === '') return undefined
  const options = pairs === undefined ? {} : assigned(splitPairs(pairs))
  return options && { reference, options }
}

/** At commas that are followed by another `key=`, so that lists keep theirs. */
export const splitPairs = (pairs: string): readonly string[] => pairs.split(/,(?=[A-Za-z][\w.-]*=)/)

/**
 * Assignments as an object: `catalogue.limit=5` is `{ catalogue: { limit: 5 } }`. A value is JSON where it can be read
 * as such, else text.
 * @returns Undefined where one is not an assignment.
 */
export function assigned(pairs: readonly string[]): JsonObject | undefined {
  let whole: JsonObject = {}
  for (const pair of pairs) {
    const [, path = '', text = ''] = /^([A-Za-z][\w.-]*)=(.*)$/s.exec(pair) ?? []
    if (path === '') return undefined
    whole = withValue(whole, path.split('.'), optionOf(text))
  }
  return whole
}

function withValue(whole: JsonObject, [key = '', ...rest]: readonly string[], value: Json): JsonObject {
  const inner = Object.hasOwn(whole, key) ? whole[key] : undefined
  const next = rest.length === 0 ? value : withValue(isPlainObject(inner) ? inner : {}, rest, value)
  return { ...whole, [key]: next }
}

/** An integer that would lose digits as a number stays text. */
function optionOf(text: string): Json {
  const isTooLong = /^-?[1-9]\d*$/.test(text) && String(Number(text)) !== text
  const value = isTooLong ? undefined : jsonOf(text)
  return value === undefined ? text : value
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Whether a value is JSON that `ofText` can return. */
const isJson = (value: unknown): value is Json =>
  typeof value === 'string' || (typeof value === 'object' && value !== null)

const isPlainObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
