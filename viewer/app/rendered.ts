/** An action or a text as what it is. */
export type Rendered =
  | { readonly kind: 'call'; readonly name: string; readonly fields: readonly (readonly [string, string])[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }

/** Keys that tools have their arguments under. */
const ARGUMENTS = ['arguments', 'args', 'parameters', 'input'] as const

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An action: a call of a tool with its arguments, code of several lines, or a text. */
export function renderedAction(action: unknown): Rendered {
  const value = typeof action === 'string' ? (jsonIn(action) ?? action) : action
  if (isObject(value)) return callOf(value) ?? { kind: 'code', text: laidOut(value) }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { kind: text.includes('\n') ? 'code' : 'text', text }
}

/** A text of an observation: JSON is laid out, as a whole or in lines of its own; anything else is as it is. */
export function renderedText(text: string): string {
  return jsonIn(text) === null ? text.split('\n').map(inLines).join('\n') : inLines(text)
}

function inLines(text: string): string {
  const value = jsonIn(text)
  return value === null ? text : laidOut(value)
}

/** A value in lines; on one line where it is so deep that its indents would be longer than all that it says. */
export const laidOut = (value: unknown): string => JSON.stringify(value, null, isWithin(MOST_LEVELS, value) ? 2 : 0)

/** Levels of JSON that are laid out. */
const MOST_LEVELS = 16

const isWithin = (levels: number, value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => isWithin(levels - 1, each)))

/** Longest text that is read as JSON. */
const MOST_JSON = 200_000

/** An object or a list that a text is; null for any other, and for one that is too long or too deep to be laid out. */
function jsonIn(text: string): object | null {
  if (text.length > MOST_JSON || !/^\s*[[{]/.test(text)) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && isWithin(MOST_LEVELS, value) ? value : null
  } catch {
    return null
  }
}

function callOf(value: Readonly<Record<string, unknown>>): Rendered | null {
  const name = value.name ?? value.tool ?? value.function
  if (typeof name !== 'string') return replyOf(value)
  const key = ARGUMENTS.find((each) => each in value)
  const given = key === undefined ? {} : value[key]
  const args = typeof given === 'string' ? (jsonIn(given) ?? { [key ?? '']: given }) : given
  if (!isObject(args)) return null
  return { kind: 'call', name, fields: Object.entries(args).map(([field, each]) => [field, shownValue(each)] as const) }
}

/** An action of one text under a name, as an answer to a person is. */
function replyOf(value: Readonly<Record<string, unknown>>): Rendered | null {
  const [only, ...others] = Object.entries(value)
  if (!only || others.length > 0 || typeof only[1] !== 'string') return null
  return { kind: 'call', name: only[0], fields: [['text', only[1]]] }
}

const shownValue = (value: unknown): string => (typeof value === 'string' ? value : laidOut(value))

/** A run of text with the colours that a terminal would give it. */
export interface Span {
  readonly text: string
  /** Names of styles: `sgr-31`, `sgr-bold`. */
  readonly styles: readonly string[]
}

const SGR = new RegExp(`${String.fromCodePoint(27)}\\[([\\d;]*)m`, 'g')

/** Spans of a text, of which each is an element of a page. */
const MOST_SPANS = 2000

/**
 * A text of a terminal: its colours and weights as styles; other escapes stay, to be shown as marks. What follows the first 2,000 spans is
 * one without a style.
 */
export function terminalSpans(text: string): readonly Span[] {
  const spans: Span[] = []
  let styles: readonly string[] = []
  let at = 0
  for (const match of text.matchAll(SGR)) {
    if (spans.length === MOST_SPANS) return [...spans, { text: text.slice(at).replaceAll(SGR, ''), styles: [] }]
    if (match.index > at) spans.push({ text: text.slice(at, match.index), styles })
    styles = stylesAfter(styles, match[1] ?? '')
    at = match.index + match[0].length
  }
  return at < text.length ? [...spans, { text: text.slice(at), styles }] : spans
}

function stylesAfter(styles: readonly string[], codes: string): readonly string[] {
  return codes.split(';').reduce<readonly string[]>((now, text) => {
    const code = Number(text || 0)
    if (code === 0) return []
    if (code === 1) return [...now.filter((each) => each !== 'sgr-bold'), 'sgr-bold']
    if (code === 22) return now.filter((each) => each !== 'sgr-bold')
    const isColour = (code >= 30 && code <= 37) || (code >= 90 && code <= 97)
    const others = now.filter((each) => !/^sgr-\d+$/.test(each))
    if (code === 39) return others
    return isColour ? [...others, `sgr-${code % 10}`] : now
  }, styles)
}
