import { describe, expect, it } from 'vitest'
import { admissibleActions, availableActions } from '../../../../envs/webshop/session/available.ts'
import { takeAction } from '../../../../envs/webshop/session/receive.ts'
import { htmlView } from '../../../../envs/webshop/views/html.ts'
import { richView } from '../../../../envs/webshop/views/rich.ts'
import { textView } from '../../../../envs/webshop/views/text.ts'
import { goalFor, noSample, defaultShop as shop, start, walk } from '../../../support/shops.ts'

const available = (...actions: readonly string[]) => availableActions(walk(shop, start(), ...actions).state, shop)

describe('a session by the default rules', () => {
  it('does not list the search button, which does nothing', () => {
    expect(availableActions(start(), shop)).toEqual({ hasSearchBar: true, clickables: [] })
    expect(walk(shop, start(), 'click[search]').problem).toMatch(/search\[words\]/)
  })

  it('neither lists nor takes an option that is already chosen', () => {
    const item = ['search[brass]', 'click[b0fix00001]', 'click[black]']
    expect(available(...item).clickables).not.toContain('black')
    expect(available(...item).clickables).toContain('brass')
    expect(walk(shop, start(), ...item, 'click[black]').problem).toMatch(/already/)
    expect(walk(shop, start(), ...item, 'click[brass]').state.options).toEqual([{ name: 'color', value: 'brass' }])
  })

  it('searches only if there is a search bar', () => {
    const results = walk(shop, start(), 'search[lamp]').state
    expect(walk(shop, results, 'search[lantern]').problem).toMatch(/search bar/)
    expect(walk(shop, results, 'click[back to search]', 'search[lantern]').problem).toBeNull()
  })

  it('shows chosen options on the pages of the item, in every view', () => {
    const before = walk(shop, start(), 'search[brass]', 'click[b0fix00001]').state
    const after = walk(shop, before, 'click[black]').state
    expect(textView(after, shop)).toContain(' [SEP] < Prev [SEP] Chosen: color: black [SEP] color [SEP] ')
    expect(textView(before, shop)).not.toContain('Chosen')
    expect(textView(walk(shop, after, 'click[features]').state, shop)).toContain('Chosen: color: black')
    expect(richView(after, shop)).toContain('You have clicked black.\n')
    expect(htmlView(after, shop)).toMatch(/value="black" [^>]* checked>/)
    expect(htmlView(before, shop)).not.toContain(' checked>')
  })

  it('does not take a word of the query for a choice', () => {
    const item = walk(shop, start(), 'search["black" brass]', 'click[b0fix00001]').state
    expect(richView(item, shop)).not.toContain('You have clicked')
  })

  it('ends with the purchase', () => {
    const goal = goalFor(shop, 'B0FIX00001')
    const done = walk(shop, start(goal), 'search[brass]', 'click[b0fix00001]', 'click[buy now]')
    expect(done.isPurchase).toBe(true)
    for (const action of ['search[lamp]', 'click[buy now]', 'click[back to search]'])
      expect(walk(shop, done.state, action)).toMatchObject({
        isPurchase: false,
        reward: 0,
        problem: 'the purchase is made',
      })
  })

  it('offers no page after the last one and none before the first', () => {
    expect(available('search[lamp]').clickables.slice(0, 2)).toEqual(['back to search', 'next >'])
    const last = available('search[lamp]', 'click[next >]').clickables
    expect(last.slice(0, 2)).toEqual(['back to search', '< prev'])
    expect(last).not.toContain('next >')
    expect(walk(shop, start(), 'search[lamp]', 'click[next >]', 'click[next >]').problem).not.toBeNull()
    expect(available('search[nothing matches this]').clickables).toEqual(['back to search'])
    expect(textView(walk(shop, start(), 'search[brass]').state, shop)).not.toContain('Next >')
    expect(htmlView(walk(shop, start(), 'search[brass]').state, shop)).not.toContain('Next &gt;')
  })

  it('knows where it is, for any query', () => {
    const item = walk(shop, start(), 'search[search_results item_page brass]', 'click[b0fix00001]').state
    expect(walk(shop, item, 'click[< prev]').state).toMatchObject({ page: 'results', pageNumber: 1 })
    expect(walk(shop, item, 'click[reviews]', 'click[< prev]').state).toMatchObject({ page: 'item' })
  })

  it('opens a product by its ASIN in any case', () => {
    expect(walk(shop, start(), 'search[lantern small]', 'click[b0fix00005]').state).toMatchObject({
      page: 'item',
      asin: 'b0fix00005',
    })
  })

  it('takes commands in queries for words', () => {
    expect(walk(shop, start(), 'search[<r> brass]').state.total).toBe(1)
    for (const query of ['<a> x', '<c>', '<q> lanterns', '<r>'])
      expect(walk(shop, start(), `search[${query}]`).exception).toBeNull()
  })

  it('renames options with the name of a button or of another option', () => {
    const item = walk(shop, start(), 'search[odd buttons]', 'click[b0fix00003]').state
    const names = ['kind: description', 'kind: search', 'kind: next >', 'kind: plain', 'shade: plain', 'round [wide]']
    expect(availableActions(item, shop).clickables.slice(6)).toEqual(names)
    const actions = names.map((name) => `click[${name}]`)
    expect(walk(shop, item, ...actions).state.options).toEqual([
      { name: 'kind', value: 'plain' },
      { name: 'shade', value: 'round [wide]' },
    ])
    expect(walk(shop, item, 'click[description]').state.page).toBe('sub')
    expect(textView(item, shop)).toContain('kind: search [SEP] kind: next >')
  })

  it('says why an action did nothing until the next one', () => {
    const lost = walk(shop, start(), 'search[lamp]', 'fly[home]').state
    expect(textView(lost, shop)).toMatch(/ \[SEP\] Nothing happened: an action is search\[words\].*\.$/)
    expect(htmlView(lost, shop)).toContain('<p id="problem">Nothing happened: an action is')
    expect(richView(lost, shop)).toContain('\nNothing happened: ')
    const found = walk(shop, lost, 'click[next >]').state
    expect(found.problem).toBeNull()
    expect({ ...lost, problem: null }).toEqual(walk(shop, start(), 'search[lamp]').state)
  })
})

describe('the admissible actions', () => {
  it('are one search on the search page, in the words of the instruction', () => {
    expect(admissibleActions(start(goalFor(shop, 'B0FIX00004')), shop)).toEqual([
      'search[Find me lanterns that are rust proof]',
    ])
  })

  it('are all taken if they are listed', () => {
    for (const path of [
      [],
      ['search[lamp]'],
      ['search[odd]', 'click[b0fix00003]'],
      ['search[odd]', 'click[b0fix00003]', 'click[features]'],
    ]) {
      const state = path.length === 0 ? start() : walk(shop, start(), ...path).state
      const actions = admissibleActions(state, shop)
      expect(actions.length).toBeGreaterThan(0)
      for (const action of actions) expect(takeAction(shop, state, action, noSample).problem).toBeNull()
    }
  })
})
