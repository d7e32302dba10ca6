import { randomBytes } from 'node:crypto'

/** Where text goes: `process.stdout`, or a list in a test. */
export interface TextSink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** Characters of a line; undefined where it is not a terminal. */
  readonly columns?: number | undefined
}

/** Only stepgym can write these: the text between them is its own control sequence. */
const SECRET = randomBytes(8).toString('hex')
const OPEN = `\u0000${SECRET}(`
const CLOSE = `\u0000${SECRET})`

/** A control sequence of our own, which an `escapingSink` lets through: a colour, or the clearing of a line. */
export const controlSequence = (code: string): string => `${OPEN}${code}${CLOSE}`

/**
 * A sink that shows what comes from a record, a client or a module of a user, and lets none of it act on the terminal:
 * control characters (C0 except the newline, DEL, C1), those that turn the direction of text, and line separators are
 * written as `\uXXXX`, which in JSON is the same text.
 */
export const escapingSink = (sink: TextSink): TextSink => ({
  get isTTY() {
    return sink.isTTY
  },
  get columns() {
    return sink.columns
  },
  write: (text) => sink.write(escaped(text)),
})

function escaped(text: string): string {
  const [first = '', ...parts] = text.split(OPEN)
  return escapedControls(first) + parts.map(afterCode).join('')
}

function afterCode(part: string): string {
  const [code = '', ...rest] = part.split(CLOSE)
  return code + escapedControls(rest.join(''))
}

const CONTROLS = '\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f'
const DIRECTIONS = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069'
const LINE_SEPARATORS = '\\u2028\\u2029'
const ACTING = new RegExp(`[${CONTROLS}${DIRECTIONS}${LINE_SEPARATORS}]`, 'g')

const escapedControls = (text: string): string => text.replace(ACTING, unicodeEscape)

const unicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line of what comes from elsewhere: a newline in it begins no line of its own. */
export const onOneLine = (text: string): string => text.replaceAll('\n', '\\n')
