import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRequirements } from '../../../agents/shop/requirements.ts'

describe('reading an instruction', () => {
  it('takes the price out of the words', () => {
    const wish = readRequirements('i need a red lamp, and price lower than 1,040.00 dollars')
    expect([wish.cap, wish.stems]).toEqual([1040, ['red', 'lamp']])
    expect(readRequirements('a lamp under $30').cap).toBe(30)
    expect(readRequirements('a lamp for less than 30 dollars').cap).toBe(30)
    expect(readRequirements('a lamp with 30 leds').cap).toBeNull()
  })

  it('leaves out what says nothing, and each word but once', () => {
    expect(readRequirements('Please show me a lamp: I would like the lamp to be a pink lamp').stems).toEqual([
      'lamp',
      'pink',
    ])
  })

  it('recognises options in the wording of the request', () => {
    const phrases = (text: string) => readRequirements(text).optionPhrases.map((stems) => stems.join(' '))
    expect(phrases('a coat in plum and size us 9')).toEqual(['plum', 'us 9'])
    expect(
      phrases('find a coat with color: dark pink, and length: 2.5 ft, and price lower than 20.00 dollars'),
    ).toEqual(['dark pink', '2.5 ft'])
    expect(phrases('some tea, mango flavored, as a two pack')).toEqual(['two', 'mango'])
    expect(phrases('a soap with cedar scent and with aloe vera')).toEqual(['cedar'])
    expect(phrases('a warm coat')).toEqual([])
  })

  it('searches for its words, with more weight on what sounds like an option', () => {
    expect(readRequirements('i need a warm coat in navy').query).toBe('warm coat navy navy navy')
  })

  it('reads any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { cap, stems } = readRequirements(text)
        expect(cap === null || Number.isFinite(cap)).toBe(true)
        expect(new Set(stems).size).toBe(stems.length)
      }),
    )
  })
})
