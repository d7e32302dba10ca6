import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../../core/data/hash.ts'
import { seal } from '../../../../core/data/plain.ts'
import { admissibleActions, availableActions } from '../../../../envs/webshop/session/available.ts'
import { progressParts, takeAction } from '../../../../envs/webshop/session/receive.ts'
import { type ShopState, viewKeyOf } from '../../../../envs/webshop/session/state.ts'
import { urlOf } from '../../../../envs/webshop/session/url.ts'
import type { Shop } from '../../../../envs/webshop/shop.ts'
import { htmlView } from '../../../../envs/webshop/views/html.ts'
import { richView } from '../../../../envs/webshop/views/rich.ts'
import { textView } from '../../../../envs/webshop/views/text.ts'
import { defaultShop, firstItems, referenceShop, start } from '../../../support/shops.ts'

/** Mostly what the page offers, at times anything. */
const moves = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.nat() },
    fc.string(),
    fc.string().map((query) => `search[${query}]`),
  ),
  { maxLength: 25 },
)

function chosen(move: string | number, state: ShopState, shop: Shop): string {
  if (typeof move === 'string') return move
  const actions = admissibleActions(state, shop)
  const listed = availableActions(state, shop).clickables.map((key) => `click[${key}]`)
  const offered = [...actions, ...listed, 'search[lamp]', 'search[<c> home]']
  return offered[move % offered.length] ?? ''
}

function eachState(shop: Shop, path: readonly (string | number)[], visit: (state: ShopState) => void): void {
  let state = seal(start())
  for (const move of path) {
    visit(state)
    state = seal(takeAction(shop, state, chosen(move, state, shop), firstItems).state)
  }
  visit(state)
}

const viewsOf = (state: ShopState, shop: Shop): readonly string[] => [
  textView(state, shop),
  richView(state, shop),
  htmlView(state, shop),
  urlOf(state),
]

describe.each([
  ['reference', referenceShop],
  ['default', defaultShop],
])('random walks by the %s rules', (_, shop) => {
  it('never fail, and stay plain JSON', () => {
    fc.assert(
      fc.property(moves, (path) => {
        eachState(shop, path, (state) => {
          const copy: ShopState = JSON.parse(JSON.stringify(state))
          expect(canonicalJson(copy)).toBe(canonicalJson(state))
          expect(viewsOf(copy, shop)).toEqual(viewsOf(state, shop))
          expect(JSON.stringify(state).length).toBeLessThan(2000 + 4 * (state.query?.length ?? 0))
        })
      }),
      { numRuns: 60 },
    )
  })

  it('have a view key that distinguishes different pages', () => {
    const seen = new Map<string, string>()
    fc.assert(
      fc.property(moves, (path) => {
        eachState(shop, path, (state) => {
          const views = JSON.stringify(viewsOf(state, shop))
          expect(seen.get(viewKeyOf(state)) ?? views).toBe(views)
          seen.set(viewKeyOf(state), views)
        })
      }),
      { numRuns: 40 },
    )
    expect(seen.size).toBeGreaterThan(50)
  })

  it('grade what buying now would earn, on every page of an item', () => {
    fc.assert(
      fc.property(moves, (path) => {
        eachState(shop, path, (state) => {
          const bought = state.page === 'item' ? takeAction(shop, state, 'click[buy now]', firstItems) : null
          if (bought) expect(progressParts(shop, state)).toEqual(bought.parts)
          expect(progressParts(shop, state) === null).toBe(state.asin === null)
        })
      }),
      { numRuns: 40 },
    )
  })
})

it('a walk over all that the default rules list does something at every step', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 20 }), (path) => {
      let state = start()
      for (const pick of path) {
        const actions = admissibleActions(state, defaultShop)
        if (actions.length === 0) break
        const after = takeAction(defaultShop, state, actions[pick % actions.length] ?? '', firstItems)
        expect(after.problem).toBeNull()
        expect(after.state).not.toEqual(state)
        state = after.state
      }
    }),
  )
})
