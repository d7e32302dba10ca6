import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHOSEN, chosenText } from '../../../bin/config/readers.ts'
import type { JsonObject } from '../../../core/data/types.ts'

describe('the text of a choice with options', () => {
  it.each([
    [{ reference: 'random', options: {} }, 'random'],
    [{ reference: 'shop-novice', options: { slips: 0.5 } }, 'shop-novice:slips=0.5'],
    [{ reference: 'chat', options: { model: 'a b', seed: '12' } }, 'chat:model=a b,seed="12"'],
    [
      { reference: 'scripted', options: { actions: ['a', 'b'], repeat: true } },
      'scripted:actions=["a","b"],repeat=true',
    ],
  ])('of %j is %s', (chosen, text) => {
    expect(chosenText(chosen)).toBe(text)
  })

  it('is a flag that reads as the same choice', () => {
    const key = fc.stringMatching(/^[A-Za-z]\w{0,8}$/)
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: fc.constantFrom('a', ' ', '"', '1', '.', '[', ':') }),
      fc.array(fc.integer()),
    )
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (options: JsonObject) => {
        fc.pre(!Object.hasOwn(options, '__proto__'))
        const chosen = { reference: 'some-agent', options }
        expect(CHOSEN.ofValue(chosenText(chosen))).toEqual(chosen)
      }),
    )
  })
})
