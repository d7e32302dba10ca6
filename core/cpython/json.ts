import { pythonFloat } from './repr.ts'
import { compareCodePoints } from './text.ts'
import { intDigits, kindOf, type PythonValue } from './value.ts'

export interface JsonDumpsOptions {
  /** Default false: keys in their own order. */
  readonly sortKeys?: boolean
  /** Between items, and between a key and its value; Python's defaults are `', '` and `': '`. */
  readonly separators?: { readonly item: string; readonly key: string }
  /** Default true: everything but printable ASCII is escaped. */
  readonly ensureAscii?: boolean
}

/** `json.dumps(value, sort_keys=..., separators=..., ensure_ascii=...)` of CPython 3.11. */
export function pythonJsonDumps(value: PythonValue, options: JsonDumpsOptions = {}): string {
  const { sortKeys = false, separators = { item: ', ', key: ': ' }, ensureAscii = true } = options
  return written(value, { sortKeys, separators, ensureAscii })
}

function written(value: PythonValue, style: Required<JsonDumpsOptions>): string {
  const kind = kindOf(value)
  switch (kind.type) {
    case 'None':
      return 'null'
    case 'bool':
      return `${kind.value}`
    case 'int':
      return intDigits(kind.value)
    case 'float':
      return jsonFloat(kind.value)
    case 'str':
      return quoted(kind.value, style)
    case 'list':
    case 'tuple':
      return `[${kind.items.map((item) => written(item, style)).join(style.separators.item)}]`
    case 'dict':
      return `{${fieldsOf(kind.entries, style).join(style.separators.item)}}`
  }
}

function fieldsOf(entries: readonly (readonly [string, PythonValue])[], style: Required<JsonDumpsOptions>): string[] {
  const ordered = style.sortKeys ? entries.toSorted(([a], [b]) => compareCodePoints(a, b)) : entries
  return ordered.map(([key, value]) => quoted(key, style) + style.separators.key + written(value, style))
}

const quoted = (text: string, { ensureAscii }: Required<JsonDumpsOptions>): string =>
  `"${text.replace(ensureAscii ? NOT_PLAIN_ASCII : NOT_PLAIN, escaped)}"`

const NOT_PLAIN_ASCII = /["\\]|[^ -~]/g
const NOT_PLAIN = /["\\]|[^ -\uffff]/g

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\f', '\\f'],
  ['\b', '\\b'],
])

const escaped = (unit: string): string =>
  SHORT_ESCAPES.get(unit) ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

function jsonFloat(x: number): string {
  if (Number.isFinite(x)) return pythonFloat(x)
  return Number.isNaN(x) ? 'NaN' : x > 0 ? 'Infinity' : '-Infinity'
}
