import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  compareCodePoints,
  isPrintable,
  pythonLower,
  pythonSplit,
  pythonStrip,
  pythonStripOf,
  replaceNonWord,
} from '../../../core/cpython/text.ts'
import { cpython } from '../../support/cpython.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const characters = Array.from({ length: 0x30000 }, (_, codePoint) => String.fromCodePoint(codePoint))
const flags = (holds: (character: string) => boolean): string =>
  digest(characters.map((character) => (holds(character) ? '1' : '0')).join(''))

describe('Python text functions', () => {
  it.each(cpython.text)('answer as CPython does for $repr', ({ text, lower, strip, split, words, isprintable }) => {
    expect(pythonLower(text)).toBe(lower)
    expect(pythonStrip(text)).toBe(strip)
    expect(pythonSplit(text)).toEqual(split)
    expect(replaceNonWord(text)).toBe(words)
    expect([...text].map(isPrintable)).toEqual(isprintable)
  })

  it.each(cpython.stripOf)('strip %j of %j', (text, stripped, expected) => {
    expect(pythonStripOf(text, stripped)).toBe(expected)
  })

  it('agree with CPython on every code point below U+30000, with any Unicode version of Node.js', () => {
    expect(flags(isPrintable)).toBe(cpython.digests.printable)
    expect(flags((character) => replaceNonWord(character) !== ' ')).toBe(cpython.digests.word)
    expect(flags((character) => pythonStrip(character) === '')).toBe(cpython.digests.space)
    expect(flags((character) => pythonSplit(character).length === 0)).toBe(cpython.digests.space)
    const lowered = characters.filter((_, codePoint) => codePoint < 0xd800 || codePoint >= 0xe000).map(pythonLower)
    expect(digest(lowered.join('|'))).toBe(cpython.digests.lower)
  })

  it('sort by code points', () => {
    expect(cpython.sorted.toReversed().sort(compareCodePoints)).toEqual(cpython.sorted)
    expect(cpython.sorted.toSorted()).not.toEqual(cpython.sorted)
  })
})
