/** Masks a key in a text. */
export type Redact = (text: string) => string

/** For an endpoint without a key. */
export const UNREDACTED: Redact = (text) => text

/**
 * Masks a key wherever a text has it: as it is, or with characters escaped as in JSON (`\u002d`), in an address (`%2d`)
 * or in HTML (`&#45;`, `&#x2d;`), alone or mixed.
 * @param key of printable ASCII
 */
export function redactorOf(key: string | null): Redact {
  if (key === null) return UNREDACTED
  const pattern = new RegExp(Array.from(key, writtenAs).join(''), 'g')
  return (text) => text.replace(pattern, '***')
}

/** Every form of one character, as a pattern that takes no longer for texts of backslashes. */
function writtenAs(character: string): string {
  const code = character.charCodeAt(0)
  const hex = Array.from(code.toString(16).padStart(2, '0'), inAnyCase).join('')
  const slash = JSON_ESCAPES.includes(character) ? '\\\\?' : ''
  return `(?:${slash}\\x${code.toString(16)}|\\\\{1,4}u00${hex}|%${hex}|&#0*${code};|&#[xX]0*${hex};)`
}

/** Characters that JSON may escape by a backslash before them. */
const JSON_ESCAPES = '/"'

const inAnyCase = (digit: string): string => `[${digit}${digit.toUpperCase()}]`
