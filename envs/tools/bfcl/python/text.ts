import { pythonJsonDumps } from '../../../../core/cpython/json.ts'
import { pythonFloat, pythonRepr } from '../../../../core/cpython/repr.ts'
import { PythonError } from '../../engine/python-error.ts'
import { type Py, PyDict, PyObject, PySet, PyTuple } from './value.ts'

/** CPython 3.11 refuses to write longer `int`s. */
const MAX_DIGITS = 4300
const TOO_LONG = `Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit`
const FIRST_REFUSED = 10n ** BigInt(MAX_DIGITS)

/** `repr(value)` of CPython 3.11. @throws PythonError for an `int` of more than 4,300 digits */
export function repr(value: Py): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return pythonRepr(value)
  if (typeof value === 'bigint') return digitsOf(value)
  if (typeof value === 'number') return pythonFloat(value)
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`
  if (value instanceof PyTuple) return `(${value.items.map(repr).join(', ')}${value.items.length === 1 ? ',' : ''})`
  if (value instanceof PySet) return value.size === 0 ? 'set()' : `{${value.items().map(repr).join(', ')}}`
  if (value instanceof PyObject) return value.repr
  return `{${[...value.entries()].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
}

/** `str(value)`, as in an f-string. */
export const str = (value: Py): string => (typeof value === 'string' ? value : repr(value))

function digitsOf(value: bigint): string {
  if (value >= FIRST_REFUSED || value <= -FIRST_REFUSED) throw new PythonError(TOO_LONG)
  return value.toString()
}

/** What a call answers: a text as it is, a `dict` as `json.dumps` writes it where it can, anything else as `str`. */
export function answerOf(value: Py): string {
  if (!(value instanceof PyDict)) return str(value)
  return jsonOf(value) ?? str(value)
}

/** `json.dumps(value)`; null where it raises. */
function jsonOf(value: Py): string | null {
  try {
    return written(value)
  } catch (thrown) {
    if (thrown instanceof PythonError) return null
    throw thrown
  }
}

function written(value: Py): string {
  if (typeof value === 'string' || typeof value === 'number') return scalar(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return digitsOf(value)
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (value instanceof PyTuple) return `[${value.items.map(written).join(', ')}]`
  if (value instanceof PyDict)
    return `{${[...value.entries()].map(([key, item]) => `${keyText(key)}: ${written(item)}`).join(', ')}}`
  throw new PythonError('Object is not JSON serializable')
}

function scalar(value: string | number): string {
  if (typeof value === 'string') return pythonJsonDumps(value)
  if (Number.isFinite(value)) return pythonFloat(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

function keyText(key: Py): string {
  if (typeof key === 'string') return pythonJsonDumps(key)
  if (key instanceof PyTuple) throw new PythonError('keys must be str, int, float, bool or None, not tuple')
  return `"${written(key)}"`
}

/** `format(value, '.2f')` */
export function fixed2(value: number | bigint): string {
  if (typeof value === 'bigint') return `${value}.00`
  if (!Number.isFinite(value)) return pythonFloat(value)
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.00`
  const isTie = Number.isInteger(value * 8) && !Number.isInteger(value * 4)
  if (!isTie) return value.toFixed(2)
  const below = Math.floor(value * 100)
  return ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2)
}
