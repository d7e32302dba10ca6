import { shown } from '../../core/data/shown.ts'
import type { TextTokenizer } from './tokenizer.ts'

/** Number of tokens before a place in a text, or why no number is right. */
export type Boundary = { readonly tokens: number } | { readonly problem: string }

/**
 * Number of tokens whose text is exactly the first characters of a text.
 * @param ids tokens of the whole text
 * @param at characters (UTF-16 units) before the boundary
 */
export function boundaryIn(
  { decode }: Pick<TextTokenizer, 'decode'>,
  text: string,
  ids: readonly number[],
  at: number,
): Boundary {
  const before = text.slice(0, at)
  const textOf = (count: number): string => decode(ids.slice(0, count))
  let count = leastCount(ids.length, (tokens) => textOf(tokens).length >= at)
  // Tokens of one character have the same length until its last byte is there.
  for (; count <= ids.length && textOf(count).length === at; count++)
    if (textOf(count) === before) return unambiguous(textOf, count, ids.length, before)
  return { problem: `no tokens end after ${shown(before.slice(-20))}` }
}

/** Least count from 0 to `most` that is enough; more stay enough. */
function leastCount(most: number, isEnough: (count: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** A token without text at the boundary could belong to either side. */
function unambiguous(textOf: (count: number) => string, count: number, most: number, before: string): Boundary {
  if (count < most && textOf(count + 1) === before)
    return { problem: `a token without text follows ${shown(before.slice(-20))}` }
  return { tokens: count }
}
