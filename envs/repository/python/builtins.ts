import { binary } from './operations.ts'
import { Unsupported } from './syntax.ts'
import { Callable, compare, isTrue, itemsOf, keyOf, pythonText, Raised, Tuple, type Value, whole } from './values.ts'

type Args = readonly Value[]
const NONE: ReadonlyMap<string, Value> = new Map()

const numbers = (args: Args): readonly number[] =>
  args.map((each) => {
    if (typeof each === 'number') return each
    if (typeof each === 'boolean') throw new Unsupported('a boolean as a number')
    throw new Raised('TypeError')
  })

/** Other numbers of arguments may be right in Python. */
function exactly(args: Args, least: number, most = least): void {
  if (args.length < least || args.length > most) throw new Unsupported(`${args.length} arguments`)
}

const arg = (args: Args, at: number): Value => args[at] ?? null

function range(args: Args): Value[] {
  exactly(args, 1, 2)
  const given = numbers(args)
  const [from, to] = given.length === 1 ? [0, given[0] ?? 0] : [given[0] ?? 0, given[1] ?? 0]
  if (to - from > MOST_ITEMS) throw new Unsupported('a long range')
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at)
}

const MOST_ITEMS = 10_000

function sorted(args: Args, named: ReadonlyMap<string, Value>): Value[] {
  exactly(args, 1)
  if ([...named.keys()].some((name) => name !== 'key' && name !== 'reverse')) throw new Raised('TypeError')
  const key = named.get('key') ?? null
  const keyed = itemsOf(arg(args, 0)).map((item) => ({ item, key: key === null ? item : called(key, [item]) }))
  const sign = isTrue(named.get('reverse') ?? false) ? -1 : 1
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item)
}

export function called(value: Value, args: Args, named = NONE): Value {
  if (value instanceof Callable) return value.call(args, named)
  throw new Raised('TypeError')
}

function extreme(args: Args, sign: number): Value {
  const items = args.length === 1 ? itemsOf(arg(args, 0)) : args
  const [first] = items
  if (first === undefined) throw new Raised(args.length === 1 ? 'ValueError' : 'TypeError')
  return items.reduce((best, item) => (sign * compare(item, best) > 0 ? item : best), first)
}

function lengthOf(value: Value): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (value instanceof Map) return value.size
  if (value instanceof Tuple) return value.items.length
  throw new Raised('TypeError')
}

function wholeOf(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') throw value === null ? new Raised('TypeError') : new Unsupported('int of other values')
  if (/^\s*[+-]?\d+\s*$/.test(value)) return whole(Number(value))
  if (value.includes('_')) throw new Unsupported('int of a text with underscores')
  throw new Raised('ValueError')
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || value === null || typeof value === 'boolean') return pythonText(value)
  throw new Unsupported('str of a list or dict')
}

const FUNCTIONS: Readonly<Record<string, (args: Args, named: ReadonlyMap<string, Value>) => Value>> = {
  len: (args) => lengthOf(arg(args, 0)),
  range,
  sum: (args) => itemsOf(arg(args, 0)).reduce((sum, item) => binary('+', sum, item), 0),
  min: (args) => extreme(args, -1),
  max: (args) => extreme(args, 1),
  abs: (args) => Math.abs(numbers(args)[0] ?? 0),
  sorted,
  str: (args) => textOf(arg(args, 0)),
  int: (args) => wholeOf(arg(args, 0)),
  list: (args) => [...itemsOf(arg(args, 0))],
  dict: (args) => {
    const [value] = args
    if (value instanceof Map) return new Map(value)
    throw new Unsupported('dict of another value')
  },
  enumerate: (args) => itemsOf(arg(args, 0)).map((item, at) => new Tuple([at, item])),
  zip: (args) => {
    exactly(args, 2)
    const [left, right] = [itemsOf(arg(args, 0)), itemsOf(arg(args, 1))]
    return left.slice(0, right.length).map((item, at) => new Tuple([item, right[at] ?? null]))
  },
}

const ARGUMENTS: Readonly<Record<string, readonly [number, number]>> = {
  range: [1, 2],
  min: [1, 9],
  max: [1, 9],
  zip: [2, 2],
}

/** Built-in functions by name. `range`, `zip` and `enumerate` give lists. */
export const BUILTINS: ReadonlyMap<string, Value> = new Map(
  Object.entries(FUNCTIONS).map(([name, run]) => [
    name,
    new Callable((args, named) => {
      exactly(args, ...(ARGUMENTS[name] ?? ([1, 1] as const)))
      if (named.size > 0 && name !== 'sorted') throw new Unsupported(`named arguments of ${name}`)
      return run(args, named)
    }),
  ]),
)

/** The result of a method. @throws Unsupported for one that is not known here */
export function method(object: Value, name: string, args: Args): Value {
  if (Array.isArray(object)) return listMethod(object, name, args)
  if (object instanceof Map) return dictMethod(object, name, args)
  if (typeof object === 'string') return textMethod(object, name, args)
  if (object === null || typeof object === 'number') throw new Raised('AttributeError')
  throw new Unsupported(`method ${name}`)
}

function listMethod(list: Value[], name: string, args: Args): Value {
  if (name === 'append') {
    exactly(args, 1)
    list.push(arg(args, 0))
    return null
  }
  if (name !== 'pop' || args.length > 0) throw new Unsupported(`method ${name} of a list`)
  const last = list.pop()
  if (last === undefined) throw new Raised('IndexError')
  return last
}

function dictMethod(dict: Map<string | number, Value>, name: string, args: Args): Value {
  if (name === 'items' || name === 'keys' || name === 'values') exactly(args, 0)
  switch (name) {
    case 'get':
      exactly(args, 1, 2)
      return valueOr(dict, keyOf(arg(args, 0)), arg(args, 1))
    case 'setdefault': {
      exactly(args, 2)
      const key = keyOf(arg(args, 0))
      const value = valueOr(dict, key, arg(args, 1))
      dict.set(key, value)
      return value
    }
    case 'items':
      return [...dict].map((pair) => new Tuple(pair))
    case 'keys':
      return [...dict.keys()]
    case 'values':
      return [...dict.values()]
    default:
      throw new Unsupported(`method ${name} of a dict`)
  }
}

function valueOr(dict: ReadonlyMap<string | number, Value>, key: string | number, otherwise: Value): Value {
  const found = dict.get(key)
  return found === undefined ? otherwise : found
}

function texts(args: Args): readonly string[] {
  return args.map((each) => {
    if (typeof each !== 'string') throw new Raised('TypeError')
    return each
  })
}

const TEXT_METHODS: Readonly<Record<string, (text: string, ...args: readonly string[]) => Value>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  strip: (text) => text.trim(),
  isdigit: (text) => /^\d+$/.test(text),
  startswith: (text, part = '') => text.startsWith(part),
  endswith: (text, part = '') => text.endsWith(part),
  replace: (text, part = '', other = '') => text.replaceAll(part, () => other),
  split(text, part = '') {
    if (part === '') throw new Raised('ValueError')
    return text.split(part)
  },
}

const TEXT_ARGUMENTS: Readonly<Record<string, number>> = { startswith: 1, endswith: 1, replace: 2, split: 1 }

function textMethod(text: string, name: string, args: Args): Value {
  if (name === 'join') {
    exactly(args, 1)
    return texts(itemsOf(arg(args, 0))).join(text)
  }
  const run = Object.hasOwn(TEXT_METHODS, name) ? TEXT_METHODS[name] : undefined
  if (run === undefined) throw new Unsupported(`method ${name} of a text`)
  exactly(args, TEXT_ARGUMENTS[name] ?? 0)
  return run(text, ...texts(args))
}
