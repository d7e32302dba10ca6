/** An observation as the features read it: its instruction, and its segments without it. */
export interface Page {
  /** What is asked for, in lower case; empty where the observation has none. */
  readonly instruction: string
  /** Parts of the observation without the instruction, as they are: the case of a symbol on a map has a meaning. */
  readonly segments: readonly string[]
}

/** WebShop's separator, or the end of a line. */
const SEPARATOR = /\[SEP\]|\r?\n/

/** What says that the instruction follows: on the same line, or as the next segment. */
const HEADING = /^(?:instruction|goal|task|question):\s*(.*)$/i

/**
 * The page of an observation.
 * @param given The instruction, where it is known from elsewhere: the observation's own heading then has no say.
 */
export function pageOf(observation: string, given?: string): Page {
  const parts = observation
    .split(SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (given !== undefined) return { instruction: given.toLowerCase(), segments: parts }
  const at = parts.findIndex((part) => HEADING.test(part))
  if (at === -1) return { instruction: '', segments: parts }
  const onLine = HEADING.exec(parts[at] ?? '')?.[1] ?? ''
  const instruction = onLine === '' ? (parts[at + 1] ?? '') : onLine
  return { instruction: instruction.toLowerCase(), segments: parts.toSpliced(at, onLine === '' ? 2 : 1) }
}

/** Words of a text in lower case: letters and digits, and numbers with their decimals. */
export const wordsOf = (text: string): readonly string[] => text.match(/\d+(?:\.\d+)?|\p{L}[\p{L}\d]*/gu) ?? []

/** The largest amount that the instruction permits; null where it sets none. */
export function capOf(instruction: string): number | null {
  const found = /(?:lower than|less than|under|below|at most|up to)\s+\$?(\d+(?:\.\d+)?)/.exec(instruction)?.[1]
  return found === undefined ? null : Number(found)
}

/** Amounts of money in a text, in its order. */
export const amountsOf = (text: string): readonly number[] =>
  [...text.matchAll(/\$(\d+(?:\.\d+)?)/g)].map(([, amount]) => Number(amount))
