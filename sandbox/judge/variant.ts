import { parseJson } from '../../core/data/json.ts'
import type { Rng } from '../../core/data/rng.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/**
 * A call like another, with one argument changed: as JSON text, in the form of the judges' plain values. Null where it
 * has no argument that can be changed.
 */
export function variantOf(call: string, rng: Rng): string | null {
  const read = readCall(call)
  if (read === null) return null
  const { name, args, named } = read
  const open = args.flatMap((arg, at) => (isChangeable(arg) ? [at] : []))
  if (open.length === 0) return null
  const chosen = rng.choice(open)
  const changed = args.map((arg, at) => (at === chosen ? changedValue(arg, rng) : arg))
  return pythonJson([name, changed, named])
}

function readCall(call: string) {
  try {
    const value = parseJson(call)
    if (!Array.isArray(value)) return null
    const [name, args, named] = value as readonly Json[]
    return typeof name === 'string' && Array.isArray(args)
      ? { name, args: args as readonly Json[], named: named ?? {} }
      : null
  } catch {
    return null
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !isList(value)
/** Types of values that hold other values. */
const CONTAINERS = ['t', 'd', 's', 'z']

const isChangeable = (value: Json): boolean =>
  typeof value === 'number' ||
  typeof value === 'string' ||
  isList(value) ||
  (isObject(value) && CONTAINERS.some((tag) => tag in value))

function changedValue(value: Json, rng: Rng): Json {
  if (typeof value === 'number') return value + rng.choice([-3, -2, -1, 1, 2, 3, 5, 7])
  if (typeof value === 'string') return changedText(value, rng)
  if (isList(value)) return changedList(value, rng)
  if (!isObject(value)) return value
  const [tag = '', parts = null] = Object.entries(value)[0] ?? []
  return isList(parts) ? { [tag]: tag === 'd' ? changedPairs(parts, rng) : changedList(parts, rng) } : value
}

/** A digit is replaced, or characters change places, one is doubled, or one is left out. */
function changedText(text: string, rng: Rng): string {
  if (text === '') return rng.choice(['a', 'b 1', '('])
  const at = rng.int(0, text.length - 1)
  if (/\d/.test(text)) return text.replace(/\d/, () => String(rng.int(1, 9)))
  if (rng.chance(0.4)) return rng.shuffle([...text]).join('')
  return rng.chance(0.5) ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at + 1) + text.slice(at)
}

function changedList(items: readonly Json[], rng: Rng): readonly Json[] {
  if (items.length === 0) return items
  const open = items.flatMap((item, at) => (isChangeable(item) ? [at] : []))
  if (open.length > 0 && rng.chance(0.6)) {
    const chosen = rng.choice(open)
    return items.map((item, at) => (at === chosen ? changedValue(item, rng) : item))
  }
  return rng.chance(0.5) ? rng.shuffle(items) : [...items, rng.choice(items)]
}

/** Another value for one key. */
function changedPairs(pairs: readonly Json[], rng: Rng): readonly Json[] {
  if (pairs.length === 0) return pairs
  const chosen = rng.int(0, pairs.length - 1)
  return pairs.map((pair, at) =>
    at === chosen && isList(pair) ? [pair[0] ?? null, changedValue(pair[1] ?? null, rng)] : pair,
  )
}

/** JSON as Python's `json.dumps` writes it, so that equal calls are equal texts. */
function pythonJson(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped)
  if (isList(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, item]: [string, Json]) => `${pythonJson(name)}: ${pythonJson(item)}`)
  return `{${fields.join(', ')}}`
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
