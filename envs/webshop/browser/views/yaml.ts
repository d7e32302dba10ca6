/** A text as the key of a line: within single quotes if YAML would read it as something else. */
export const yamlKey = (text: string): string => (isPlain(text) ? text : `'${text.replaceAll("'", "''")}'`)

/** A text as the value of a line: within double quotes if YAML would read it as something else. */
export const yamlValue = (text: string): string => (isPlain(text) ? text : `"${text.replace(ESCAPED, escapeOf)}"`)

/** Words that YAML, old or new, reads as true, false or nothing. */
const WORDS = ['y', 'n', 'yes', 'no', 'true', 'false', 'on', 'off', 'null']

/** What a plain text must not begin with, end with, or contain. */
const MEANINGFUL = [/^\s|\s$/, /^[-&*\],?!>|@"'#%[]/, /[\n\r{}`]/, /:(?:\s|$)/, /\s#/, /(?![\t\n\r])\p{Cc}/u]

function isPlain(text: string): boolean {
  if (text === '' || MEANINGFUL.some((pattern) => pattern.test(text))) return false
  return Number.isNaN(Number(text)) && !WORDS.includes(text.toLowerCase())
}

const ESCAPED = /[\\"\p{Cc}]/gu
const NAMED: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeOf(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`
  return NAMED[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
