import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Purchase,
  type RewardGoal,
  type RewardProduct,
  shopReward,
  verboseInfo,
} from '../../../../envs/webshop/reward/reward.ts'

const goal: RewardGoal = {
  query: 'lamps',
  productCategory: 'Home › Lighting › Lamps',
  attributes: ['easy clean', 'energy saving'],
  goalOptions: ['dark blue'],
  priceUpper: 50,
}
const product: RewardProduct = {
  query: 'lamps',
  productCategory: 'Home › Lighting › Lamps',
  title: 'Bright Desk Lamp',
  attributes: ['energy saving', 'easy clean'],
  bulletPoints: ['Warm Light', 'Small Foot'],
  description: 'For every DESK.',
}
const nouns = { purchased: ['desk', 'lamp'], goal: ['desk', 'lamp'] }

interface Changes extends Partial<Omit<Purchase, 'goal' | 'product'>> {
  readonly goal?: Partial<RewardGoal>
  readonly product?: Partial<RewardProduct>
}

const buy = (changes: Changes = {}) =>
  shopReward({
    price: 50,
    options: { color: 'navy blue' },
    nouns,
    ...changes,
    goal: { ...goal, ...changes.goal },
    product: { ...product, ...changes.product },
  })

const byName = (values: readonly string[]) => Object.fromEntries(values.map((value, i) => [`option ${i}`, value]))

describe('shopReward', () => {
  it('is 1 if everything that was asked for is there', () => {
    expect(buy()).toEqual({
      reward: 1,
      typeScore: 1,
      queryMatch: true,
      categoryMatch: true,
      titleScore: 1,
      attributeScore: 1,
      attributeWeight: 0.5,
      optionScore: 1,
      optionWeight: 0.25,
      priceOk: true,
      priceWeight: 0.25,
    })
  })

  it.each([
    ['price above the cap', { price: 50.01 }, 0.75],
    ['another option', { options: { color: 'green' } }, 0.75],
    ['no option', { options: {} }, 0.75],
    ['one attribute missing', { product: { attributes: ['easy clean'] } }, 0.75],
    ['no attribute at all', { product: { attributes: [] } }, 0.5],
  ])('counts the parts: %s', (_, changes, reward) => {
    expect(buy(changes).reward).toBe(reward)
  })

  it.each([
    ['the title', { title: 'ENERGY SAVING lamp' }],
    ['a bullet point', { bulletPoints: ['x', 'Is Energy Saving.'] }],
    ['two bullet points together', { bulletPoints: ['much energy', 'saving light'] }],
    ['the description', { description: 'an energy saving lamp' }],
    ['words in another order', { attributes: ['easy clean', 'Saving Energy!'] }],
  ])('finds an attribute in %s', (_, changes) => {
    expect(buy({ product: { attributes: ['easy clean'], ...changes } }).attributeScore).toBe(1)
  })

  it.each([
    [['desk', 'lamp'], 1, 1],
    [['desk'], 0.5, 1],
    [['stool'], 0, 0],
  ])('multiplies with the type: nouns %j', (purchased, titleScore, typeScore) => {
    expect(buy({ nouns: { purchased, goal: nouns.goal } })).toMatchObject({ titleScore, typeScore, reward: typeScore })
  })

  const elsewhere = { query: 'desks', productCategory: 'Home › Desks' }
  const oneOf = (count: number) => ({ purchased: ['desk'], goal: ['desk', ...Array(count - 1).fill('other')] })

  it.each([
    [4, 0.25, 1],
    [5, 0.2, 0.5],
    [10, 0.1, 0.5],
    [11, 1 / 11, 0.1],
  ])('knows a type by the title alone if query and category differ: 1 of %d nouns', (count, titleScore, typeScore) => {
    expect(buy({ product: elsewhere, nouns: oneOf(count) })).toMatchObject({ titleScore, typeScore })
  })

  it('needs one shared query or two shared categories', () => {
    const nouns = oneOf(5)
    expect(buy({ product: { ...elsewhere, query: 'lamps' }, nouns }).typeScore).toBe(1)
    expect(buy({ product: { ...elsewhere, productCategory: 'Lamps›Home' }, nouns }).typeScore).toBe(1)
    expect(buy({ product: { ...elsewhere, productCategory: 'Home › Home' }, nouns }).typeScore).toBe(0.5)
  })

  it('counts repeated nouns of the goal as often as they are there, and takes 0.2 for a goal without nouns', () => {
    expect(buy({ nouns: { purchased: ['a', 'a'], goal: ['a', 'a', 'b', 'b'] } }).titleScore).toBe(0.25)
    expect(buy({ nouns: { purchased: [], goal: [] } })).toMatchObject({ titleScore: 0.2, typeScore: 1 })
  })

  it('lets option names take part in the match of goals that name them', () => {
    const goalOptions = { 'fit type': 'men' }
    expect(buy({ goal: { goalOptions }, options: { 'fit type': 'men' } }).optionScore).toBe(1)
    expect(buy({ goal: { goalOptions }, options: { 'fit type': 'women' } }).optionScore).toBe(0)
    expect(buy({ goal: { goalOptions }, options: { size: 'fit type mens' } }).optionScore).toBe(1)
    expect(buy({ goal: { goalOptions: ['men'] }, options: { size: 'fit type mens' } }).optionScore).toBe(0)
  })

  it('leaves null what the goal does not ask for, and does not weigh it', () => {
    expect(buy({ goal: { goalOptions: [] } })).toMatchObject({ reward: 1, optionScore: null, optionWeight: 0 })
    expect(buy({ goal: { goalOptions: {} } })).toMatchObject({ optionScore: null, attributeWeight: 2 / 3 })
    expect(buy({ goal: { priceUpper: 0 } })).toMatchObject({ reward: 1, priceOk: null, priceWeight: 0 })
    expect(buy({ goal: { attributes: [] } })).toMatchObject({ reward: 1, attributeScore: null, attributeWeight: 0 })
    expect(buy({ goal: { attributes: [], goalOptions: [], priceUpper: -1 } }).reward).toBe(1)
  })

  it('is the type score times the weighted sum of its parts, from 0 to 1', () => {
    const texts = fc.array(fc.constantFrom('easy clean', 'red', 'navy blue', 'xl', 'warm', 'desk'), { maxLength: 4 })
    const goals = fc.record({ attributes: texts, goalOptions: texts, priceUpper: fc.constantFrom(-1, 0, 10, 50) })
    fc.assert(
      fc.property(goals, texts, texts, texts, (wanted, attributes, chosen, purchased) => {
        const nouns = { purchased, goal: ['red', 'desk'] }
        const parts = buy({ goal: wanted, product: { attributes }, options: byName(chosen), price: 20, nouns })
        const sum =
          (parts.attributeScore ?? 0) * parts.attributeWeight +
          (parts.optionScore ?? 0) * parts.optionWeight +
          (parts.priceOk ? parts.priceWeight : 0)
        const isNothingAsked = parts.attributeWeight + parts.optionWeight + parts.priceWeight === 0
        expect(parts.reward).toBeCloseTo((isNothingAsked ? 1 : sum) * parts.typeScore, 12)
        expect(parts.reward).toBeGreaterThanOrEqual(0)
        expect(parts.reward).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('verboseInfo', () => {
  it('has the names of WebShop in its order', () => {
    expect(Object.entries(verboseInfo(buy({ price: 60 })))).toEqual([
      ['r_type', 1],
      ['r_att', 1],
      ['w_att', 0.5],
      ['query_match', true],
      ['category_match', true],
      ['title_score', 1],
      ['r_option', 1],
      ['w_option', 0.25],
      ['r_price', false],
      ['w_price', 0.25],
    ])
  })

  it('leaves out options and price if nothing asks for them', () => {
    expect(Object.keys(verboseInfo(buy({ goal: { goalOptions: [], priceUpper: 0 } })))).toEqual([
      'r_type',
      'r_att',
      'w_att',
      'query_match',
      'category_match',
      'title_score',
    ])
  })
})
