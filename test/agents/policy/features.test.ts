import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choiceFeatures, DEFAULT_FEATURES, FEATURES_NAME, type FeatureRows } from '../../../agents/policy.ts'
import type { Json } from '../../../core/data/types.ts'

const SHOP = [
  'Instruction:',
  'Find me red running shoes with size: large, and price lower than 50.00 dollars',
  'Back to Search',
  'Page 1 (Total results: 3)',
  'B0A',
  'Red Running Shoes for Women',
  '$49.00',
  'B0B',
  'Garden Hose Reel Green',
  '$12.00',
  'B0C',
  'Red Running Shoes for Men',
  '$99.00',
].join(' [SEP] ')
const SHOP_ACTIONS = ['click[back to search]', 'click[b0a]', 'click[b0b]', 'click[b0c]']

const ownOf = ({ starts, slots }: FeatureRows, action: number): readonly number[] => [
  ...slots.subarray(starts[action], starts[action + 1]),
]

const sharedCount = (rows: FeatureRows, a: number, b: number): number => {
  const other = new Set(ownOf(rows, b))
  return ownOf(rows, a).filter((slot) => other.has(slot)).length
}

const json: fc.Arbitrary<Json> = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))

describe('the features of a choice', () => {
  it('are a function of the state: the same for the same, in range, a row for each action', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.oneof(fc.string(), json), { maxLength: 8 }), (observation, actions) => {
        const rows = choiceFeatures({ observation, actions }, 64)
        expect(rows.starts).toHaveLength(actions.length + 1)
        expect(rows.starts.at(-1)).toBe(rows.slots.length)
        expect(rows.slots.every((slot) => slot >= 0 && slot < 64)).toBe(true)
        expect(choiceFeatures({ observation, actions }, 64)).toEqual(rows)
      }),
    )
  })

  it('do not depend on the order of the actions, except by who is the first of the best', () => {
    const state = { observation: SHOP, actions: SHOP_ACTIONS }
    const turned = choiceFeatures({ ...state, actions: SHOP_ACTIONS.toReversed() })
    const rows = choiceFeatures(state)
    for (const action of SHOP_ACTIONS.keys()) expect(ownOf(turned, 3 - action)).toEqual(ownOf(rows, action))
  })

  it('are the same whatever the case, and for calls whatever the order of their keys', () => {
    const lower = choiceFeatures({ observation: SHOP, actions: ['click[b0a]'] })
    expect(choiceFeatures({ observation: SHOP, actions: ['Click[B0A]'] })).toEqual(lower)
    const call = choiceFeatures({ observation: 'x', actions: [{ name: 'get', arguments: { a: 1, b: 2 } }] })
    expect(choiceFeatures({ observation: 'x', actions: [{ arguments: { b: 2, a: 1 }, name: 'get' }] })).toEqual(call)
  })

  it('tell a product that matches from one that does not, and one within the cap from one above it', () => {
    const rows = choiceFeatures({ observation: SHOP, actions: SHOP_ACTIONS })
    expect(sharedCount(rows, 1, 3)).toBeGreaterThan(sharedCount(rows, 1, 2))
    const dear = choiceFeatures({ observation: SHOP.replace('$49.00', '$99.00'), actions: SHOP_ACTIONS })
    expect(sharedCount(dear, 1, 3)).toBeGreaterThan(sharedCount(rows, 1, 3))
  })

  it('take the instruction that is given in place of the one on the page', () => {
    const state = { observation: SHOP, actions: SHOP_ACTIONS }
    expect(choiceFeatures({ ...state, instruction: 'a green garden hose' })).not.toEqual(choiceFeatures(state))
  })

  it('say where things are on a map, from the agent', () => {
    const mapOf = (row: string): string =>
      `Goal: Reach the flag.\n#####\n${row}\n#####\n@ you, F flag, # wall, . floor\nYou hold nothing.`
    const right = choiceFeatures({ observation: mapOf('#.@F#'), actions: ['right', 'left'] })
    const farther = choiceFeatures({ observation: mapOf('#@.F#'), actions: ['right', 'left'] })
    const left = choiceFeatures({ observation: mapOf('#F@.#'), actions: ['right', 'left'] })
    const overlap = (a: FeatureRows, b: FeatureRows): number => {
      const other = new Set(ownOf(b, 0))
      return ownOf(a, 0).filter((slot) => other.has(slot)).length
    }
    expect(overlap(right, farther)).toBeGreaterThan(overlap(right, left))
  })

  it('are those of their version: other ones need another version, since saved weights know these', () => {
    const map = 'Goal: Reach the flag.\n#####\n#.@F#\n#####\n@ you, F flag, # wall, . floor\nYou hold a key.'
    const states = [
      { observation: SHOP, actions: SHOP_ACTIONS },
      { observation: map, actions: ['left', 'right', 'push up'] },
      { observation: 'Order 7 is “open”, für 3,50 €.', actions: [{ name: 'cancel', arguments: { id: 7 } }, null, ''] },
    ]
    const hash = createHash('sha256')
    for (const state of states) {
      const { starts, slots } = choiceFeatures(state, 2 ** 24)
      hash.update(JSON.stringify([[...starts], [...slots]]))
    }
    expect([FEATURES_NAME, hash.digest('hex').slice(0, 16)]).toEqual(['choice-features@1', '4a2dba93e7315f29'])
  })

  it('have the documented count, about 20 an action', () => {
    const rows = choiceFeatures({ observation: SHOP, actions: SHOP_ACTIONS })
    expect(DEFAULT_FEATURES).toBe(4096)
    expect(rows.slots.length / SHOP_ACTIONS.length).toBeGreaterThanOrEqual(12)
    expect(rows.slots.length / SHOP_ACTIONS.length).toBeLessThanOrEqual(24)
  })
})
