import { describe, expect, it } from 'vitest'
import { remember } from '../../../agents/shop/memory.ts'
import { stemOf } from '../../../agents/shop/words.ts'
import type { Turn } from '../../../core/rollout/agent.ts'

const TOP = 'Instruction: [SEP] a red lamp [SEP] Back to Search [SEP] '
const SEARCH = 'WebShop [SEP] Instruction: [SEP] a red lamp [SEP] Search'
const RESULTS = `${TOP}Page 1 (Total results: 12) [SEP] Next > [SEP] B000000001 [SEP] Lamp [SEP] $5.0`
const SECOND = `${TOP}Page 2 (Total results: 12) [SEP] < Prev [SEP] B000000002 [SEP] Lantern [SEP] $6.0`
const ITEM = `${TOP}< Prev [SEP] color [SEP] red [SEP] Lamp [SEP] Price: $5.0 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now`
const FEATURES = `${TOP}< Prev [SEP] Shines brightly`

const turn = (observation: string, action: string, isActionValid = true): Turn => ({
  observation,
  action,
  isActionValid,
})
const OPENED = [turn(SEARCH, 'search[lamp]'), turn(RESULTS, 'click[b000000001]')]

describe('what an episode has shown', () => {
  it('starts with nothing', () => {
    const memory = remember([], SEARCH)
    expect([memory.stepsTaken, memory.searches, memory.listed.size, memory.current]).toEqual([0, 0, 0, null])
  })

  it('keeps the lists of all pages, and how far they were turned', () => {
    const memory = remember([turn(SEARCH, 'search[lamp]'), turn(RESULTS, 'click[next >]')], SECOND)
    expect([...memory.listed.values()].map(({ asin, page }) => [asin, page])).toEqual([
      ['B000000001', 1],
      ['B000000002', 2],
    ])
    expect([memory.resultsPage, memory.furthest]).toEqual([2, { number: 2, hasNext: false }])
  })

  it('gathers what the pages of an item say', () => {
    const history = [...OPENED, turn(ITEM, 'click[features]'), turn(FEATURES, 'click[< prev]')]
    const opened = remember(history, ITEM).opened.get('B000000001')
    expect(opened?.hasReadFeatures).toBe(true)
    for (const word of ['lamp', 'red', 'Shines', 'brightly'])
      expect([word, opened?.stems.has(stemOf(word.toLowerCase()))]).toEqual([word, true])
    expect(opened?.stems.has('dim')).toBe(false)
  })

  it('knows what was chosen until the item is left', () => {
    expect(remember([...OPENED, turn(ITEM, 'click[red]')], ITEM).chosen).toEqual(['red'])
    const left = remember([...OPENED, turn(ITEM, 'click[red]'), turn(ITEM, 'click[< prev]')], RESULTS)
    expect([left.chosen, left.current]).toEqual([[], null])
    expect(left.opened.has('B000000001')).toBe(true)
  })

  it('learns nothing from an action that was refused', () => {
    const memory = remember([turn(SEARCH, 'search[lamp]', false), turn(SEARCH, 'click[b000000001]', false)], SEARCH)
    expect([memory.stepsTaken, memory.searches, memory.current]).toEqual([2, 0, null])
  })

  it('forgets the lists, not the items, when it searches again', () => {
    const memory = remember([...OPENED, turn(ITEM, 'click[back to search]'), turn(SEARCH, 'search[x]')], SECOND)
    expect([[...memory.listed.keys()], [...memory.opened.keys()]]).toEqual([['B000000002'], ['B000000001']])
    expect(memory.searches).toBe(2)
  })
})
