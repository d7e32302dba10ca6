import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAction } from '../../../../envs/webshop/browser/action.ts'
import { intentOf, referencedActions } from '../../../../envs/webshop/browser/intent.ts'
import { pageOf } from '../../../../envs/webshop/browser/page.ts'
import { admissibleActions } from '../../../../envs/webshop/session/available.ts'
import type { ShopState } from '../../../../envs/webshop/session/state.ts'
import { defaultShop as shop, start, walk } from '../../../support/shops.ts'

const intent = (text: string, state: ShopState) => intentOf(readAction(text), pageOf(state, shop), state, shop)
const results = walk(shop, start(), 'search[shoes]').state
const item = walk(
  shop,
  results,
  admissibleActions(results, shop).find((action) => /^click\[b/.test(action)) ?? '',
).state

describe('actions in a browser', () => {
  it.each([
    ['click(e3)', { kind: 'click', ref: 'e3' }],
    ['  click( e12 ) ', { kind: 'click', ref: 'e12' }],
    ['type(e4, green tea)', { kind: 'type', ref: 'e4', text: 'green tea' }],
    ['type(e4, "green, (tea)")', { kind: 'type', ref: 'e4', text: 'green, (tea)' }],
    ["type(e4,'tea')", { kind: 'type', ref: 'e4', text: 'tea' }],
    ['type(e4)', { kind: 'say', text: 'type(e4)' }],
    ['click(e0)', { kind: 'say', text: 'click(e0)' }],
    ['click(e123456)', { kind: 'say', text: 'click(e123456)' }],
    ['search[click(e3)]', { kind: 'say', text: 'search[click(e3)]' }],
  ])('are read: %s', (text, expected) => {
    expect(readAction(text)).toEqual(expected)
  })

  it('are read whatever they are, at once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => ['click', 'type', 'say'].includes(readAction(text).kind)),
    )
    expect(readAction(`type(e1,${' '.repeat(60_000)}x`)).toMatchObject({ kind: 'say' })
  })

  it('in words of WebShop are gestures on the element that they mean, and words where there is none', () => {
    expect(intent('search[Green Tea]', start())).toEqual({
      kind: 'gesture',
      gesture: { ref: 'e3', text: 'green tea' },
    })
    expect(intent('search[tea]', results)).toEqual({ kind: 'words', text: 'search[tea]' })
    expect(intent('click[nothing]', results)).toEqual({ kind: 'words', text: 'click[nothing]' })
    expect(intent('dance', results)).toEqual({ kind: 'words', text: 'dance' })
    expect(intent(`search[${'x'.repeat(501)}]`, start())).toMatchObject({ kind: 'words' })
  })

  it.each([
    ['click(e99)', /no element of this page is called e99/],
    ['type(e1, shoes)', /e1 is not a field/],
    ['type(e3, )', /no words/],
    ['type(e3, a\nb)', /one line/],
    [`type(e3, ${'x'.repeat(501)})`, /500 characters, not 501/],
  ])('that a page does not take are refused with a reason: %j', (text, problem) => {
    expect(intent(text, start())).toEqual({ kind: 'refused', problem: expect.stringMatching(problem) })
  })

  it('by references are listed for the same elements as in words', () => {
    for (const state of [start(), results, item]) {
      const listed = referencedActions(pageOf(state, shop), state, shop, 1)
      const said = admissibleActions(state, shop)
      const gestures = (actions: readonly string[]) =>
        actions.map((action) => JSON.stringify(intent(action, state)).toLowerCase()).sort()
      expect(listed.length).toBeGreaterThan(0)
      expect(gestures(listed)).toEqual(gestures(said))
    }
  })
})
