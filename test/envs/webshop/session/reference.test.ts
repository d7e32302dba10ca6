import { describe, expect, it } from 'vitest'
import { Catalogue } from '../../../../envs/webshop/catalogue/catalogue.ts'
import { availableActions } from '../../../../envs/webshop/session/available.ts'
import { takeAction } from '../../../../envs/webshop/session/receive.ts'
import { urlOf } from '../../../../envs/webshop/session/url.ts'
import { textView } from '../../../../envs/webshop/views/text.ts'
import { firstItems, goalFor, noSample, referenceShop as shop, start, walk } from '../../../support/shops.ts'

const BASE = 'http://127.0.0.1:3000'
const clickables = (...actions: readonly string[]) =>
  availableActions(walk(shop, start(), ...actions).state, shop).clickables

describe('a session by the rules of WebShop', () => {
  it('starts at a search bar whose button is listed and does nothing', () => {
    expect(availableActions(start(), shop)).toEqual({ hasSearchBar: true, clickables: ['search'] })
    const { state, problem } = walk(shop, start(), 'click[Search]')
    expect(state).toEqual(start())
    expect(problem).not.toBeNull()
  })

  it('shows ten results a page and offers a next page without end', () => {
    const third = walk(shop, start(), 'search[lamp]', 'click[Next >]', 'click[NEXT >]').state
    expect(urlOf(third)).toBe(`${BASE}/search_results/7/lamp/3`)
    expect(third).toMatchObject({ total: 15, hits: [] })
    expect(availableActions(third, shop).clickables).toEqual(['back to search', '< prev', 'next >'])
    expect(walk(shop, third, 'click[< Prev]').state.hits).toHaveLength(5)
  })

  it('searches on any page, and keeps the chosen options until then', () => {
    const item = walk(shop, start(), 'search[brass]', 'click[b0fix00001]', 'click[black]', 'click[Features]').state
    expect(item.options).toEqual([{ name: 'color', value: 'black' }])
    expect(walk(shop, item, 'search[brass]').state).toMatchObject({ page: 'results', options: [], asin: null })
  })

  it('names options in the order of their first choice in addresses', () => {
    const actions = ['search[brass]', 'click[b0fix00001]', 'click[large]', 'click[black]', 'click[small]']
    expect(urlOf(walk(shop, start(), ...actions).state)).toBe(
      `${BASE}/item_page/7/B0FIX00001/brass/1/{"size": "small", "color": "black"}`,
    )
    expect(urlOf(walk(shop, start(), ...actions, 'click[reviews]').state)).toBe(
      `${BASE}/item_sub_page/7/B0FIX00001/brass/1/Reviews/{'size': 'small', 'color': 'black'}`,
    )
  })

  it('goes back from sub page to item to the same page of results', () => {
    const results = walk(shop, start(), 'search[lamp]', 'click[next >]').state
    const [, , , asin] = availableActions(results, shop).clickables
    const sub = walk(shop, results, `click[${asin}]`, 'click[description]').state
    expect(sub).toMatchObject({ page: 'sub', subPage: 'Description' })
    const item = walk(shop, sub, 'click[< prev]').state
    expect(item).toMatchObject({ page: 'item', subPage: null })
    const back = walk(shop, item, 'click[< prev]').state
    expect(back).toMatchObject({ page: 'results', pageNumber: 2, asin: null, hits: results.hits })
  })

  it('forgets visited products on the way back to the search page', () => {
    const actions = ['search[brass]', 'click[b0fix00001]', 'click[< prev]']
    expect(walk(shop, start(), ...actions).state.visited).toEqual(['B0FIX00001'])
    expect(walk(shop, start(), ...actions, 'click[back to search]').state).toEqual(start())
  })

  it('derives the page from the address: with page names in a query, < Prev leads to a wrong page, even to page 0', () => {
    const item = walk(shop, start(), 'search[search_results brass]', 'click[b0fix00001]').state
    const zero = walk(shop, item, 'click[< prev]').state
    expect(zero).toMatchObject({ page: 'results', pageNumber: 0, hits: [] })
    expect(textView(zero, shop)).toContain('Page 0 (Total results: ')
    const sub = walk(shop, start(), 'search[item_page brass]', 'click[b0fix00001]', 'click[features]').state
    expect(walk(shop, sub, 'click[< prev]').state.page).toBe('results')
  })

  it('cannot choose a value with the name of a button, and assigns a shared value to the last option', () => {
    const item = walk(shop, start(), 'search[odd buttons]', 'click[b0fix00003]').state
    expect(availableActions(item, shop).clickables.slice(6)).toEqual(['search', 'next >', 'plain', 'round [wide]'])
    expect(walk(shop, item, 'click[plain]').state.options).toEqual([{ name: 'shade', value: 'plain' }])
    expect(walk(shop, item, 'click[description]').state).toMatchObject({ page: 'sub', options: [] })
    expect(walk(shop, item, 'click[next >]').state.options).toEqual([{ name: 'kind', value: 'next >' }])
    expect(walk(shop, item, 'click[search]').problem).not.toBeNull()
    expect(walk(shop, item, 'click[round [wide]]').problem).not.toBeNull()
  })

  it('takes < c > and < q > queries for commands, and fails on others as WebShop fails', () => {
    expect(walk(shop, start(), 'search[<c> garden]').state.total).toBe(2)
    expect(walk(shop, start(), 'search[<q> Lanterns]').state.total).toBe(2)
    expect(walk(shop, start(), 'search[<c> nowhere]').state.total).toBe(0)
    expect(walk(shop, start(), 'search[<c>]').exception).toBe("IndexError('list index out of range')")
    expect(walk(shop, start(), 'search[<a> warm]').exception).toBe(
      `TypeError("'NoneType' object is not subscriptable")`,
    )
    expect(walk(shop, start(), 'search[<r>]').exception).toMatch(/^ValueError/)
    expect(walk(shop, start(), 'search[<q> lanterns]', 'click[b0fix00005]').exception).toBe("KeyError('B0FIX00005')")
  })

  it('draws a new random sample of fifty for every page', () => {
    const products = Array.from({ length: 60 }, (_, i) => ({ ...shop.catalogue.at(0), asin: `B${1000 + i}` }))
    const large = { ...shop, catalogue: new Catalogue(products) }
    const { state } = takeAction(large, start(), 'search[<r> ignored]', firstItems)
    expect(state).toMatchObject({ total: 50, hits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] })
    const reversed = takeAction(large, state, 'click[next >]', (items, count) => [...items].reverse().slice(0, count))
    expect(reversed.state.hits[0]).toBe(49)
  })

  it('rewards a purchase by what was chosen, and continues after it', () => {
    const goal = goalFor(shop, 'B0FIX00001', { color: 'black', size: 'large' })
    const item = walk(shop, start(goal), 'search[brass]', 'click[b0fix00001]', 'click[black]').state
    const half = walk(shop, item, 'click[buy now]')
    expect(half).toMatchObject({ isPurchase: true, reward: 3 / 4, state: { page: 'done', reward: 3 / 4 } })
    expect(half.parts).toMatchObject({ optionScore: 1 / 2, attributeScore: 1, priceOk: true, typeScore: 1 })
    expect(walk(shop, item, 'click[large]', 'click[buy now]').reward).toBe(1)
    const again = walk(shop, half.state, 'search[brass]', 'click[b0fix00001]', 'click[buy now]')
    expect(again).toMatchObject({ isPurchase: true, reward: 1 / 2 })
    expect(clickables('search[brass]', 'click[b0fix00001]', 'click[buy now]')).toEqual([])
  })

  it('leaves the very same state if an action does nothing', () => {
    const state = walk(shop, start(), 'search[lamp]').state
    for (const action of ['', 'foo', 'click', 'SEARCH[x]', 'click[ ]', 'search[]', 'think[x]', 'click[b000000000]']) {
      const after = takeAction(shop, state, action, noSample)
      expect(after.state).toBe(state)
      expect(after).toMatchObject({ reward: 0, isPurchase: false, parts: null, exception: null })
      expect(after.problem).not.toBeNull()
    }
  })
})
