import { type ErrorCode, GymError } from './errors.ts'
import { cut, shown } from './shown.ts'

/** What is sealed, for messages, and the error where it cannot be. */
export interface Sealed {
  readonly name: string
  readonly code: ErrorCode
  /** JSON has no -0. In a state it would come back as another one; elsewhere it is written as 0. */
  readonly hasMinusZero: boolean
}

const STATE: Sealed = { name: 'state', code: 'STATE_NOT_PLAIN', hasMinusZero: false }

/**
 * Checks that a value is plain JSON and freezes it, deeply. What was seen frozen before is skipped, so a state that
 * shares structure with its predecessor pays for what changed. What types cannot see (class instances without
 * methods, NaN, undefined, -0, getters) is found here, with its path.
 * @throws GymError STATE_NOT_PLAIN, or the code given
 */
export function seal<T>(value: T, sealed: Sealed = STATE): T {
  visit(value, [], sealed)
  return value
}

/** As `seal`, and the value is an object: anything else is not a state. */
export function sealState<T extends object>(state: T): T {
  if (typeof state !== 'object' || state === null)
    throw new GymError('STATE_NOT_PLAIN', `a state is an object of plain JSON, not ${shown(state)}`)
  visit(state, [], STATE)
  return state
}

type Path = (string | number)[]

/** Frozen, and seen whole. What is dropped after one step never gets here. */
const known = new WeakSet<object>()

function visit(value: unknown, path: Path, sealed: Sealed): void {
  if (typeof value !== 'object' || value === null) {
    checkPrimitive(value, path, sealed)
    return
  }
  const isFrozen = Object.isFrozen(value)
  if (isFrozen && known.has(value)) return
  if (path.length > MAX_DEPTH) fail(path, sealed, 'nested too deeply, or contains itself')
  if (Array.isArray(value)) visitItems(value, path, sealed, isFrozen)
  else visitRecord(value, path, sealed)
  if (isFrozen) known.add(value)
  else Object.freeze(value)
}

/** Far above any sensible state, and far below what the stack carries. */
const MAX_DEPTH = 200

/** Getters of a list are looked for where its author froze it: it will not be looked at again. */
function visitItems(items: readonly unknown[], path: Path, sealed: Sealed, isFrozen: boolean): void {
  for (let index = 0; index < items.length; index++) {
    const item: unknown = isFrozen ? ownValue(items, index, path, sealed) : items[index]
    if (typeof item !== 'string') visitAt(item, path, index, sealed)
  }
}

function visitRecord(record: object, path: Path, sealed: Sealed): void {
  checkRecord(record, path, sealed)
  for (const key of Object.keys(record)) {
    const value: unknown = ownValue(record, key, path, sealed)
    if (typeof value !== 'string') visitAt(value, path, key, sealed)
  }
}

function visitAt(value: unknown, path: Path, key: string | number, sealed: Sealed): void {
  path.push(key)
  visit(value, path, sealed)
  path.length--
}

/** Values that one copy may hold: far more than any sensible one, and fewer than would block a process for long. */
const MOST_VALUES = 1_000_000

/**
 * A frozen copy of what user code returned, made element by element. Each property is read once: nothing that the
 * author holds (a list that is filled later, a getter, a proxy, a class of lists) has a say in it afterwards. What is
 * frozen already is checked and shared.
 * @throws GymError with the code given, for anything that is not plain JSON: holes, NaN, cycles, more than a million values
 */
export function plainCopy<T>(value: T, sealed: Sealed): T {
  // Most of what is read is a text, or was checked before: neither needs a copy.
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && Object.isFrozen(value)) return seal(value, sealed)
  // The copy has what was read of the value, and nothing else was read.
  return copyOf(value, [], { ...sealed, left: MOST_VALUES }) as T
}

interface Budget extends Sealed {
  left: number
}

function copyOf(value: unknown, path: Path, budget: Budget): unknown {
  if (--budget.left < 0) fail(path, budget, 'too large')
  if (typeof value !== 'object' || value === null) {
    checkPrimitive(value, path, budget)
    return typeof value === 'number' ? value + 0 : value
  }
  if (path.length > MAX_DEPTH) fail(path, budget, 'nested too deeply, or contains itself')
  const copy = Array.isArray(value) ? listCopy(value, path, budget) : recordCopy(value, path, budget)
  return Object.freeze(copy)
}

function listCopy(list: readonly unknown[], path: Path, budget: Budget): readonly unknown[] {
  const { length } = list
  const copy: unknown[] = []
  for (let index = 0; index < length; index++) copy.push(copyAt(list[index], path, index, budget))
  return copy
}

function recordCopy(record: object, path: Path, budget: Budget): object {
  checkRecord(record, path, budget)
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(record)) put(copy, key, copyAt(item, path, key, budget))
  return copy
}

/** Assigned, `__proto__` would change what the object inherits. */
function put(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(record, key, { value, enumerable: true })
  else record[key] = value
}

function copyAt(value: unknown, path: Path, key: string | number, budget: Budget): unknown {
  path.push(key)
  const copy = copyOf(value, path, budget)
  path.length--
  return copy
}

/** @throws GymError where an object is more than its properties: of a class, or with symbols for keys */
function checkRecord(record: object, path: Path, sealed: Sealed): void {
  const prototype: unknown = Object.getPrototypeOf(record)
  if (prototype !== Object.prototype && prototype !== null) fail(path, sealed, `a ${classOf(record)}`)
  if (Object.getOwnPropertySymbols(record).length > 0) fail(path, sealed, 'an object with symbol keys')
}

/** @throws GymError for a getter, which may answer otherwise the next time */
function ownValue(owner: object, key: PropertyKey, path: Path, sealed: Sealed): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, key)
  if (property?.get || property?.set) fail([...path, String(key)], sealed, 'a getter')
  return property?.value
}

/** @throws GymError for anything that is not a null, text, boolean or finite number */
function checkPrimitive(value: unknown, path: Path, sealed: Sealed): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'bigint')
    throw new GymError(
      sealed.code,
      `${placeOf(path, sealed)} is ${shown(value)}, a bigint, whose digits a number may lose: give it as a text`,
    )
  if (typeof value !== 'number' || !Number.isFinite(value)) fail(path, sealed, shown(value))
  if (Object.is(value, -0) && !sealed.hasMinusZero) fail(path, sealed, '-0')
}

const classOf = (record: object): string =>
  typeof record.constructor === 'function' ? shown(record.constructor.name).slice(1, -1) : 'class'

function fail(path: Path, sealed: Sealed, what: string): never {
  throw new GymError(sealed.code, `${placeOf(path, sealed)} is ${what}, which JSON cannot carry`)
}

const placeOf = (path: Path, { name }: Sealed): string =>
  path.length === 0 ? `the ${name}` : `${name}.${cut(path.join('.'), 200)}`
