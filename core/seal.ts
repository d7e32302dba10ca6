import { GymError } from './errors.ts'

/**
 * Checks that a value is plain JSON and freezes it, deeply. Frozen subtrees were sealed before and are skipped, so
 * a state that shares structure with its predecessor pays for what changed. What types cannot see (class instances
 * without methods, NaN, undefined, -0) is found here, with its path.
 * @throws GymError STATE_NOT_PLAIN
 */
export function seal<T extends object>(state: T): T {
  visit(state, [])
  return state
}

type Path = (string | number)[]

function visit(value: unknown, path: Path): void {
  if (typeof value !== 'object' || value === null) {
    checkPrimitive(value, path)
    return
  }
  if (Object.isFrozen(value)) return
  if (path.length > MAX_DEPTH) fail(path, 'nested too deeply, or contains itself')
  if (Array.isArray(value)) visitItems(value, path)
  else visitRecord(value, path)
  Object.freeze(value)
}

/** Far above any sensible state, and far below what the stack carries. */
const MAX_DEPTH = 200

function visitItems(items: readonly unknown[], path: Path): void {
  for (let index = 0; index < items.length; index++) visitAt(items[index], path, index)
}

function visitRecord(record: object, path: Path): void {
  const prototype: unknown = Object.getPrototypeOf(record)
  if (prototype !== Object.prototype && prototype !== null) fail(path, `a ${record.constructor.name}`)
  for (const [key, value] of Object.entries(record)) visitAt(value, path, key)
  if (Object.getOwnPropertySymbols(record).length > 0) fail(path, 'an object with symbol keys')
}

function visitAt(value: unknown, path: Path, key: string | number): void {
  path.push(key)
  visit(value, path)
  path.length--
}

function checkPrimitive(value: unknown, path: Path): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value !== 'number' || !Number.isFinite(value)) fail(path, String(value))
  if (Object.is(value, -0)) fail(path, '-0')
}

function fail(path: Path, what: string): never {
  const where = path.length === 0 ? 'the state' : `state.${path.join('.')}`
  throw new GymError('STATE_NOT_PLAIN', `${where} is ${what}, which JSON cannot carry`)
}
