import { isPrintable } from './text.ts'
import { intDigits, kindOf, type PythonValue } from './value.ts'

/** `repr(value)` of CPython 3.11. */
export function pythonRepr(value: PythonValue): string {
  const kind = kindOf(value)
  switch (kind.type) {
    case 'None':
      return 'None'
    case 'bool':
      return kind.value ? 'True' : 'False'
    case 'int':
      return intDigits(kind.value)
    case 'float':
      return pythonFloat(kind.value)
    case 'str':
      return reprOfString(kind.value)
    case 'list':
      return `[${kind.items.map(pythonRepr).join(', ')}]`
    case 'tuple':
      return `(${kind.items.map(pythonRepr).join(', ')}${kind.items.length === 1 ? ',' : ''})`
    case 'dict':
      return `{${kind.entries.map(([key, item]) => `${reprOfString(key)}: ${pythonRepr(item)}`).join(', ')}}`
  }
}

/** `repr(x)` of a `float`: the shortest digits that read back as `x`, with an exponent below 1e-4 and from 1e16 on. */
export function pythonFloat(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf'
  if (Object.is(x, -0)) return '-0.0'
  const [mantissa = '', power = ''] = x.toExponential().split('e')
  const exponent = Number(power)
  if (x === 0 || (exponent >= -4 && exponent < 16)) return Number.isInteger(x) ? `${x}.0` : `${x}`
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${`${Math.abs(exponent)}`.padStart(2, '0')}`
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
])

function reprOfString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let shown = quote
  for (const character of text) shown += character === quote ? `\\${quote}` : escaped(character)
  return shown + quote
}

function escaped(character: string): string {
  const short = SHORT_ESCAPES.get(character)
  if (short !== undefined) return short
  if (isPrintable(character)) return character
  const codePoint = character.codePointAt(0) ?? 0
  if (codePoint < 0x100) return `\\x${hex(codePoint, 2)}`
  return codePoint < 0x10000 ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`
}

const hex = (codePoint: number, digits: number): string => codePoint.toString(16).padStart(digits, '0')
