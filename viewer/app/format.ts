/** Absent: never 0, and never nothing. */
export const ABSENT = '–'

/** Not there yet. */
export const PENDING = '◷'

/** A number with a fixed number of digits and a real minus sign. */
export const fixed = (value: number | null, digits = 2): string =>
  value === null ? ABSENT : value.toFixed(digits).replace('-', '−')

/** The same with its sign; 0 has none. */
export function signed(value: number | null, digits = 2): string {
  const text = fixed(value, digits)
  return value !== null && value > 0 ? `+${text}` : text
}

/** A figure of a formula: short, and never rounded to 0. */
export function figure(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(0).replace('-', '−')
  return Number.isInteger(value) ? `${value}`.replace('-', '−') : fixed(value, 3)
}

/** A formula with its figures in place of names; the small constant that keeps a quotient finite is left out. */
export const inFigures = (formula: string, inputs: Readonly<Record<string, number>>): string =>
  formula
    .replaceAll(/\((\w+) \+ epsilon\)/g, '$1')
    .replaceAll(/[a-z]+/g, (name) => (Object.hasOwn(inputs, name) ? figure(inputs[name] ?? 0) : name))

/** Milliseconds as people say them. */
export function duration(ms: number): string {
  if (ms === 0) return '0'
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  return ms < 1000 ? `${Math.round(ms)} ms` : `${fixed(ms / 1000, 1)} s`
}

/** Bytes as people say them. */
export const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${fixed(bytes / 1e6, 1)} MB`

/** Formatting, control and unassigned characters, and separators of lines, except line feeds and tabs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/** A recorded text as it can be shown: what would hide or reorder other text is there by its number. */
export const visible = (text: string): string =>
  text.replaceAll(HIDDEN, (char) =>
    char === '\n' || char === '\t' ? char : `⟦${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}⟧`,
  )

/** A recorded action as a text. */
export const actionText = (action: unknown): string =>
  visible(typeof action === 'string' ? action : JSON.stringify(action))

/** The part of an action that tells it from others: what is within its brackets, the name of a tool, one text. */
export const shortAction = (action: unknown): string => {
  const text = actionText(action)
  const [, name] = /^\{"name":"([^"\\]+)"/.exec(text) ?? []
  const [, only] = /^\{"\w+":"((?:[^"\\]|\\.)+)"\}$/.exec(text) ?? []
  return name ?? only ?? /^\w+\[(.+)\]$/s.exec(text)?.[1] ?? text
}

/** A text cut to a length. */
export const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** Names of estimators as papers write them. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['grpo', 'GRPO'],
  ['gigpo', 'GiGPO'],
  ['hgpo', 'HGPO'],
  ['rloo', 'RLOO'],
])
export const estimatorName = (name: string): string => NAMES.get(name) ?? name

/** Ending of an episode as a mark: all of the reward, part, nothing, cut at a limit, aborted, still running. */
export function endingMark(ending: string, earned: number | null, best: number): string {
  if (ending === 'running') return '…'
  if (ending === 'aborted') return '✕'
  if (ending === 'truncated') return '▷'
  if (earned === null || earned <= 0) return '○'
  return earned >= best ? '●' : '◐'
}
