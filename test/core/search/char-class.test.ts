import { describe, expect, it } from 'vitest'
import { CharClass, CLASS_OF_CODE_POINT } from '../../../core/search/char-class.ts'

const classOf = (text: string): number | undefined => CLASS_OF_CODE_POINT[text.codePointAt(0) ?? 0]

function charactersOf(...classes: readonly number[]): string[] {
  const found: string[] = []
  CLASS_OF_CODE_POINT.forEach((charClass, codePoint) => {
    if (classes.includes(charClass)) found.push(String.fromCodePoint(codePoint))
  })
  return found
}

const misfits = (characters: readonly string[], pattern: RegExp): string[] =>
  characters.filter((character) => !pattern.test(character))

describe('CLASS_OF_CODE_POINT', () => {
  it('agrees with the engine on what its later Unicode cannot have changed', () => {
    expect(misfits(charactersOf(CharClass.letter), /^(?:\p{Alphabetic}|\u05f3)$/u)).toEqual([])
    expect(misfits(charactersOf(CharClass.hebrewLetter), /^(?=\p{Script=Hebrew})\p{Lo}$/u)).toEqual([])
    expect(misfits(charactersOf(CharClass.numeric), /^[\p{Nd}\u066b]$/u)).toEqual([])
    expect(misfits(charactersOf(CharClass.han), /^\p{Script=Han}$/u)).toEqual([])
    expect(misfits(charactersOf(CharClass.hiragana), /^\p{Script=Hiragana}$/u)).toEqual([])
    expect(misfits(charactersOf(CharClass.extendNumLet), /^\p{Pc}$/u)).toEqual([])
    expect(
      misfits(
        charactersOf(CharClass.extend, CharClass.complexExtend),
        /^[\p{M}\p{Cf}\uff9e\uff9f\u19b0-\u19c9\u1cf2\u1cf3]$/u,
      ),
    ).toEqual([])
  })

  it('covers the blocks that have been full since long before', () => {
    expect(
      misfits(charactersOf(CharClass.letter), /^[^a-zA-Z\u00c0-\u00d6\u0391-\u03a1\u0410-\u044f\uac00-\ud7a3]$/u),
    ).toHaveLength(52 + 23 + 17 + 64 + 11_172)
    expect(charactersOf(CharClass.regionalIndicator)).toHaveLength(26)
    expect(charactersOf(CharClass.han)).toContain('龍')
    expect(charactersOf(CharClass.numeric)).toEqual(expect.arrayContaining([...'0123456789٠०๐０９']))
  })

  it.each([
    ['々', CharClass.letter],
    ['〆', CharClass.other],
    ['ー', CharClass.katakana],
    ['\u0e31', CharClass.complexExtend],
    ['ำ', CharClass.complexContext],
    ['\u200b', CharClass.other],
    ['\u200d', CharClass.extend],
    ['\u00ad', CharClass.extend],
    ['\u02d7', CharClass.midLetter],
    ['·', CharClass.midLetter],
    ['＇', CharClass.midNumLet],
    ['，', CharClass.midNum],
    ['😀', CharClass.other],
    ['\ud800', CharClass.other],
    ['\u1c90', CharClass.other],
    ['\u{e0101}', CharClass.extend],
    ['\u{10ffff}', CharClass.other],
  ])('puts %j into its class', (character, charClass) => {
    expect(classOf(character)).toBe(charClass)
  })
})
