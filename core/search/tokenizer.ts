import { CHAR_CLASS_COUNT, CLASS_OF_CODE_POINT } from './char-class.ts'
import { NEXT_STATE, State } from './word-states.ts'

/** No token has more UTF-16 units: from the start of a token the scanner sees only this much of the text. */
export const MAX_TOKEN_UNITS = 255

/**
 * Calls `visit` with the start and end (UTF-16 units) of every token: words, numbers, runs of Katakana or of a South-East
 * Asian script, and single Han or Hiragana characters. Everything else, emoji included, separates.
 *
 * Source: UAX #29 word boundaries as the StandardTokenizer of Lucene 4.10.4 has them, over Unicode 6.3. Where its grammar
 * departs from UAX #29 (Hebrew quotes, the 255-unit window) this follows the grammar.
 */
export function forEachToken(text: string, visit: (start: number, end: number) => void): void {
  let position = 0
  while (position < text.length) {
    const match = longestMatch(text, position)
    if (match > 0) visit(position, match)
    position = Math.abs(match)
  }
}

/** States from `letter` to `single` are tokens; the later ones are not, or not yet. */
const LAST_TOKEN_STATE = State.single

/** End of the token that starts here, or minus the end of what must be skipped. */
function longestMatch(text: string, start: number): number {
  const windowEnd = Math.min(start + MAX_TOKEN_UNITS, text.length)
  let state: number = State.start
  let position = start
  let match = 0
  while (position < windowEnd) {
    const unit = text.charCodeAt(position)
    const isPair = (unit & 0xfc00) === 0xd800 && position + 1 < windowEnd && isLowSurrogate(text, position + 1)
    const codePoint = isPair ? (text.codePointAt(position) ?? unit) : unit
    state = NEXT_STATE[state * CHAR_CLASS_COUNT + (CLASS_OF_CODE_POINT[codePoint] ?? 0)] ?? State.dead
    if (state === State.dead) break
    position += isPair ? 2 : 1
    if (state <= LAST_TOKEN_STATE) match = position
    else if (state === State.flags) match = -position
  }
  return match === 0 ? -skipOne(text, start) : match
}

const isLowSurrogate = (text: string, index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xdc00

const skipOne = (text: string, start: number): number => start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1)
