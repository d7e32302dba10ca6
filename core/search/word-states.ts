import { CHAR_CLASS_COUNT, CharClass } from './char-class.ts'

/**
 * What the scanner has read since the start of a token.
 *
 * `quoted` is a Hebrew letter with the quote it may keep; `owes...` have read a mark that needs one more letter or digit;
 * `joiners` and `joined` end in low lines, without and with a word before; `single` is one Han or Hiragana character.
 */
export const State = {
  dead: 0,
  start: 1,
  letter: 2,
  hebrew: 3,
  numeric: 4,
  katakana: 5,
  joined: 6,
  quoted: 7,
  complex: 8,
  single: 9,
  joiners: 10,
  owesLetter: 11,
  owesHebrew: 12,
  owesNumeric: 13,
  flag: 14,
  flags: 15,
} as const

type StateName = keyof typeof State
type Arcs = Partial<Record<keyof typeof CharClass, StateName>>

const WORD_START = { letter: 'letter', hebrewLetter: 'hebrew', numeric: 'numeric' } as const
const ANY_START = { ...WORD_START, katakana: 'katakana' } as const
const MID_WORD = { singleQuote: 'owesLetter', midLetter: 'owesLetter', midNumLet: 'owesLetter' } as const
const MID_NUMBER = { singleQuote: 'owesNumeric', midNum: 'owesNumeric', midNumLet: 'owesNumeric' } as const

const ARCS: Record<Exclude<StateName, 'dead'>, Arcs> = {
  start: {
    ...ANY_START,
    extendNumLet: 'joiners',
    complexContext: 'complex',
    complexExtend: 'complex',
    han: 'single',
    hiragana: 'single',
    regionalIndicator: 'flag',
  },
  joiners: { ...ANY_START, extendNumLet: 'joiners' },
  joined: { ...ANY_START, extendNumLet: 'joined' },
  letter: { ...WORD_START, extendNumLet: 'joined', ...MID_WORD },
  hebrew: { ...WORD_START, extendNumLet: 'joined', ...MID_WORD, singleQuote: 'quoted', doubleQuote: 'owesHebrew' },
  quoted: { ...WORD_START, extendNumLet: 'joined' },
  numeric: { ...WORD_START, extendNumLet: 'joined', ...MID_NUMBER },
  katakana: { katakana: 'katakana', extendNumLet: 'joined' },
  // Lucene's grammar spends this letter on the mark before it, so even a Hebrew one keeps no quote of its own.
  owesLetter: { letter: 'letter', hebrewLetter: 'letter' },
  owesHebrew: { hebrewLetter: 'quoted' },
  owesNumeric: { numeric: 'numeric' },
  complex: { complexContext: 'complex' },
  single: {},
  flag: { regionalIndicator: 'flags' },
  flags: { regionalIndicator: 'flags' },
}

/** Next state by `state * CHAR_CLASS_COUNT + class`. */
export const NEXT_STATE: Uint8Array = tabulate()

function tabulate(): Uint8Array {
  const table = new Uint8Array(Object.keys(State).length * CHAR_CLASS_COUNT)
  for (const [name, arcs] of entriesOf(ARCS)) {
    const row = State[name] * CHAR_CLASS_COUNT
    if (name !== 'start') absorbExtenders(table, row, State[name])
    for (const [charClass, next] of entriesOf(arcs)) table[row + CharClass[charClass]] = State[next]
  }
  return table
}

/** UAX #29, WB4: a mark or format character belongs to what is before it. */
function absorbExtenders(table: Uint8Array, row: number, state: number): void {
  table[row + CharClass.extend] = state
  table[row + CharClass.complexExtend] = state
}

/** `Object.entries` with the names' own type: the records here are literals and have no other names. */
function entriesOf<Key extends string, Value>(record: Partial<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][]
}
