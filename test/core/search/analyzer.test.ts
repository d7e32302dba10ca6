import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyzeEnglish, englishTerm } from '../../../core/search/analyzer.ts'

describe('analyzeEnglish', () => {
  it('gives the terms of a product title in order, with repetitions', () => {
    expect(analyzeEnglish("Women's Slip-On Shoes, Red (Pack of 2): comfortable shoes for the day")).toEqual([
      'women',
      'slip',
      'shoe',
      'red',
      'pack',
      '2',
      'comfort',
      'shoe',
      'dai',
    ])
  })

  it('takes off a possessive with any of the three apostrophes, in either case', () => {
    expect(analyzeEnglish("dog's dog’s dog＇s DOG'S dogs' rock'n'roll")).toEqual([
      'dog',
      'dog',
      'dog',
      'dog',
      'dog',
      "rock'n'rol",
    ])
    expect(analyzeEnglish("dog's's dog‘s")).toEqual(["dog'", 'dog‘'])
  })

  it('drops the 33 stop words in any case, also if a possessive hid them', () => {
    const stopWords =
      'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'
    expect(stopWords.split(' ')).toHaveLength(33)
    expect(analyzeEnglish(`${stopWords} ${stopWords.toUpperCase()} It's the’s`)).toEqual([])
    expect(analyzeEnglish('from has you we do its')).toEqual(['from', 'ha', 'you', 'we', 'do', 'it'])
  })

  it('lowers letters one by one', () => {
    expect(analyzeEnglish('ΣΑΣ İSTANBUL STRASSE ẞ Ⅷ Ⓐ 𐐀')).toEqual(['σασ', 'istanbul', 'strass', 'ß', 'ⅷ', 'ⓐ', '𐐨'])
  })

  it('drops a stop word before stemming, not after', () => {
    expect(analyzeEnglish('ands thes bys')).toEqual(['and', 'the', 'by'])
    expect(englishTerm('The')).toBeNull()
  })

  it('gives nothing for texts without a word', () => {
    expect(['', ' \t\n', '---', '😀', "'", '\ud83d', '\udc00\ud800'].flatMap(analyzeEnglish)).toEqual([])
  })

  it('takes any string, and gives terms that are neither empty nor upper case', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }), (units) => {
        for (const term of analyzeEnglish(String.fromCharCode(...units))) {
          expect(term).not.toBe('')
          expect(term).not.toMatch(/[A-Z\s]/)
        }
      }),
    )
  })
})
