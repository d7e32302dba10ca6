import { checkPrimitive, checkRecord, fail, MAX_DEPTH, type Path, type Sealed, seal } from './seal.ts'

/** Values that one copy may hold: far more than any sensible one, and fewer than would block a process for long. */
const MOST_VALUES = 1_000_000

/**
 * A frozen copy of what user code returned, made element by element. Each property is read once: nothing that the
 * author holds (a list that is filled later, a getter, a proxy, a class of lists) has a say in it afterwards. What is
 * frozen already is checked and shared.
 * @throws GymError with the code given, for what is no plain JSON: holes, NaN, cycles, more than a million values
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
