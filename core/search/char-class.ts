import { UNICODE_6_3_RANGES } from './unicode-6-3.ts'

/** What a code point is to the word scanner; the numbers are the columns of its transition table. */
export const CharClass = {
  other: 0,
  letter: 1,
  hebrewLetter: 2,
  numeric: 3,
  katakana: 4,
  extendNumLet: 5,
  singleQuote: 6,
  doubleQuote: 7,
  midLetter: 8,
  midNumLet: 9,
  midNum: 10,
  extend: 11,
  complexContext: 12,
  complexExtend: 13,
  han: 14,
  hiragana: 15,
  regionalIndicator: 16,
} as const

export const CHAR_CLASS_COUNT = Object.keys(CharClass).length

type RangeName = keyof typeof UNICODE_6_3_RANGES

/** Later entries win: the word rule takes a code point that is a letter and Han. */
const PAINTED: readonly { readonly ranges: RangeName; readonly as: number }[] = [
  { ranges: 'han', as: CharClass.han },
  { ranges: 'hiragana', as: CharClass.hiragana },
  { ranges: 'letter', as: CharClass.letter },
  { ranges: 'hebrewLetter', as: CharClass.hebrewLetter },
  { ranges: 'numeric', as: CharClass.numeric },
  { ranges: 'katakana', as: CharClass.katakana },
  { ranges: 'extendNumLet', as: CharClass.extendNumLet },
  { ranges: 'singleQuote', as: CharClass.singleQuote },
  { ranges: 'doubleQuote', as: CharClass.doubleQuote },
  { ranges: 'midLetter', as: CharClass.midLetter },
  { ranges: 'midNumLet', as: CharClass.midNumLet },
  { ranges: 'midNum', as: CharClass.midNum },
  { ranges: 'regionalIndicator', as: CharClass.regionalIndicator },
  { ranges: 'complexContext', as: CharClass.complexContext },
  { ranges: 'extend', as: CharClass.extend },
  { ranges: 'format', as: CharClass.extend },
]

const FULLWIDTH_DIGITS = { first: 0xff10, last: 0xff19 }

/** Class of every code point, U+0000 to U+10FFFF. Lone surrogates are `other`. */
export const CLASS_OF_CODE_POINT: Uint8Array = paintClasses()

function paintClasses(): Uint8Array {
  const classes = new Uint8Array(0x110000)
  for (const { ranges, as } of PAINTED)
    for (const { first, last } of parseRanges(UNICODE_6_3_RANGES[ranges])) paint(classes, first, last, as)
  // Unicode calls them ideographic; Lucene's grammar counts them among the numerals.
  paint(classes, FULLWIDTH_DIGITS.first, FULLWIDTH_DIGITS.last, CharClass.numeric)
  return classes
}

function paint(classes: Uint8Array, first: number, last: number, as: number): void {
  for (let codePoint = first; codePoint <= last; codePoint++) {
    const both = as === CharClass.extend && classes[codePoint] === CharClass.complexContext
    classes[codePoint] = both ? CharClass.complexExtend : as
  }
}

function parseRanges(text: string): { readonly first: number; readonly last: number }[] {
  return text
    .trim()
    .split(/\s+/)
    .map((range) => {
      const [first = '', last = first] = range.split('-')
      return { first: Number.parseInt(first, 16), last: Number.parseInt(last, 16) }
    })
}
