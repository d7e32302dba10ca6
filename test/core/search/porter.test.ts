import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { porterStem } from '../../../core/search/porter.ts'

const stems = (text: string): string => text.split(' ').map(porterStem).join(' ')

describe('porterStem', () => {
  it.each([
    ['plurals', 'dresses ponies ties glass cats gas', 'dress poni ti glass cat ga'],
    ['-eed, -ed, -ing', 'agreed feed plastered bled motoring sing', 'agre feed plaster bled motor sing'],
    [
      'a stem that lost its ending',
      'conflated troubled sized hopping falling hissing fizzed filing',
      'conflat troubl size hop fall hiss fizz file',
    ],
    ['no e behind w, x or y', 'snowing boxed played', 'snow box plai'],
    ['a final y', 'happy sky party', 'happi sky parti'],
    [
      'double suffixes',
      'relational conditional valenci digitizer radicalli vietnamization feudalism',
      'relat condit valenc digit radic vietnam feudal',
    ],
    ['the departures', 'conformably analogi possibli', 'conform analog possibl'],
    [
      '-ic-, -full, -ness',
      'triplicate formative formalize electriciti electrical hopeful goodness',
      'triplic form formal electr electr hope good',
    ],
    [
      'single suffixes',
      'revival allowance adjustable replacement adoption bowdlerize',
      'reviv allow adjust replac adopt bowdler',
    ],
    ['-ion behind s or t only', 'decision champion medallion', 'decis champion medallion'],
    ['only the longest suffix', 'element cement ornament', 'element cement ornament'],
    ['a final e and ll', 'probate rate cease controll roll', 'probat rate ceas control roll'],
  ])('takes off %s', (_, words, expected) => {
    expect(stems(words)).toBe(expected)
  })

  it('leaves words of one or two units', () => {
    expect(stems('s as by us xs ed')).toBe('s as by us xs ed')
  })

  it('counts y as a vowel behind a consonant', () => {
    expect(stems('syzygies crying dyed toys yyyed')).toBe('syzygi cry dy toi yy')
  })

  it('counts digits and letters beyond a to z as consonants', () => {
    expect(stems('9ing 4ed café’s übers 3e1ing')).toBe('9ing 4ed café’ über 3e1e')
  })

  it('never lengthens a word by more than the e it may owe, and never empties one', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aeiouybcdglnstzé7'), minLength: 1, maxLength: 12 })
    const suffixes = fc.constantFrom('', 's', 'ing', 'ed', 'ational', 'iveness', 'ement', 'ies', 'eed', 'll', 'e', 'y')
    fc.assert(
      fc.property(letters, suffixes, suffixes, (root, inner, outer) => {
        const word = root + inner + outer
        const stem = porterStem(word)
        expect(stem.length).toBeGreaterThan(0)
        expect(stem.length).toBeLessThanOrEqual(word.length)
        expect(stem.slice(0, 1)).toBe(word.slice(0, 1))
      }),
    )
  })
})
