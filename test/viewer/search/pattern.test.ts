import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/data/errors.ts'
import { Pattern } from '../../../viewer/search/pattern.ts'
import { share } from '../../support/long.ts'

/** Patterns that both readers know, over few letters, so that they often match. */
const times = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}')
const unit = fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '[b-d]', '\\d', '\\W', '\\.', 'Ä')
const simple = fc.oneof(
  { arbitrary: fc.constantFrom('^', '$'), weight: 1 },
  { arbitrary: joined(unit, times), weight: 5 },
)
const group = joined(fc.constant('('), alternatives(simple), fc.constant(')'), times)
const pattern = alternatives(fc.oneof({ arbitrary: simple, weight: 3 }, { arbitrary: group, weight: 1 }))

function joined(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(''))
}

function alternatives(part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const sequence = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''))
  return fc.array(sequence, { minLength: 1, maxLength: 2 }).map((sequences) => sequences.join('|'))
}

const text = fc.array(fc.constantFrom('a', 'B', 'c', 'd', '1', '.', ' ', 'ä', '\n'), { maxLength: 12 })

const wrong = (source: string): string => {
  try {
    new Pattern(source)
  } catch (thrown) {
    if (thrown instanceof GymError) return thrown.message
  }
  return 'nothing'
}

describe('a pattern of a search', () => {
  it('matches what the regular expressions of JavaScript match, whatever the case', () => {
    fc.assert(
      fc.property(pattern, text, (source, units) => {
        const whole = units.join('')
        expect([source, whole, new Pattern(source).test(whole)]).toEqual([
          source,
          whole,
          new RegExp(source.toLowerCase().replaceAll('\\w', '\\W')).test(whole.toLowerCase()),
        ])
      }),
      { numRuns: share(300, 20_000) },
    )
  })

  it('takes time that is linear in the text, for patterns that take others forever', () => {
    const long = 'a'.repeat(2000)
    for (const source of ['(a+)+b', '(a|a)*b', '(a*)*b', '.*.*.*.*.*b', '(a?){40}a{40}b'])
      expect([source, new Pattern(source).test(long)]).toEqual([source, false])
    expect(new Pattern('(a|aa)+$').test(long)).toBe(true)
  })

  it('forgets sets of states where they become many, and matches as before', () => {
    const source = new Pattern('a.{14}b')
    const units = Array.from({ length: 3000 }, (_, at) => ((at * at + (at >> 3)) % 7 < 3 ? 'a' : 'c')).join('')
    expect(source.test(units)).toBe(false)
    expect(source.test(`${units}a${'c'.repeat(14)}b`)).toBe(true)
  })

  it.each([
    ['(a', /not closed/],
    ['a)', /not opened/],
    ['*a', /nothing before \*/],
    ['[a', /not closed/],
    ['[z-a]', /wrong way round/],
    ['a{101}', /from 0 to 100/],
    ['a{3,2}', /from 0 to 100/],
    ['(a)\\1', /\\1 has no meaning/],
    ['(?=a)', /begin with \?/],
    ['a\\', /last backslash/],
    ['(a{100}){100}', /too large/],
    ['('.repeat(40), /within each other/],
  ])('%j is refused', (source, message) => {
    expect(wrong(source)).toMatch(message)
  })
})
