import { isUnassigned } from './unicode-14.ts'

/** U+0378 is the first code point that Unicode 14 does not assign; those above U+FFFF are seen by their surrogates. */
const MAY_BE_UNASSIGNED = /[\u0378-\uffff]/
const NOT_WORD = /[^\p{L}\p{N}_]/gu
const PRINTABLE = /[^\p{C}\p{Z}]/u

/** `str.lower()`. */
export function pythonLower(text: string): string {
  if (!MAY_BE_UNASSIGNED.test(text)) return text.toLowerCase()
  return mapAssigned(text, (run) => run.toLowerCase())
}

/** `str.strip()`: without the white space (`str.isspace`) at both ends. */
export function pythonStrip(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** `str.strip(characters)`: without these characters at both ends. */
export function pythonStripOf(text: string, characters: string): string {
  const stripped = new Set(characters)
  const points = [...text]
  const first = points.findIndex((point) => !stripped.has(point))
  const last = points.findLastIndex((point) => !stripped.has(point))
  return first === -1 ? '' : points.slice(first, last + 1).join('')
}

/** `str.split()`: the pieces between runs of white space. */
export function pythonSplit(text: string): string[] {
  const pieces: string[] = []
  let start = 0
  for (let end = 0; end <= text.length; end++) {
    if (end < text.length && !isSpace(text.charCodeAt(end))) continue
    if (end > start) pieces.push(text.slice(start, end))
    start = end + 1
  }
  return pieces
}

/** `re.sub(r'\W', ' ', text)`: every character but letters, numbers and `_` becomes a space. */
export function replaceNonWord(text: string): string {
  if (isAscii(text)) return text.replace(/\W/g, ' ')
  return mapAssigned(text, (run) => run.replace(NOT_WORD, ' '), ' ')
}

/** `str.isprintable()` of one character. */
export function isPrintable(character: string): boolean {
  return character === ' ' || (PRINTABLE.test(character) && !isUnassigned(character.codePointAt(0) ?? 0))
}

/** The order of Python's `sorted` on strings: by code points, where JavaScript's is by UTF-16 units. */
export function compareCodePoints(left: string, right: string): number {
  for (let i = 0; i < left.length && i < right.length; i++) {
    const l = left.codePointAt(i) ?? 0
    const r = right.codePointAt(i) ?? 0
    if (l !== r) return l - r
    if (l > 0xffff) i++
  }
  return left.length - right.length
}

/** JavaScript's own white space differs from Python's in U+001C to U+001F, U+0085 and U+FEFF. */
function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 9 && unit <= 13) || (unit >= 0x1c && unit <= 0x1f)
  if (unit >= 0x2000) return unit <= 0x200a || FURTHER_SPACES.has(unit)
  return unit === 0x85 || unit === 0xa0 || unit === 0x1680
}

const FURTHER_SPACES: ReadonlySet<number> = new Set([0x2028, 0x2029, 0x202f, 0x205f, 0x3000])

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Maps the runs of characters that Unicode 14 knows; the others stay, or become `replacement`. */
function mapAssigned(text: string, map: (run: string) => string, replacement?: string): string {
  let mapped = ''
  let run = ''
  for (const point of text) {
    if (!isUnassigned(point.codePointAt(0) ?? 0)) {
      run += point
      continue
    }
    mapped += map(run) + (replacement ?? point)
    run = ''
  }
  return mapped + map(run)
}
