import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PythonRandom } from '../../../../core/cpython/random.ts'
import { generateProducts } from '../../../../envs/webshop/catalogue/generate.ts'
import { demandsOf } from '../../../../envs/webshop/goals/demand.ts'
import { fixedGoals } from '../../../../envs/webshop/goals/fixed.ts'
import { capsAbove, type Goal, NO_CAP } from '../../../../envs/webshop/goals/goal.ts'
import { referenceGoals } from '../../../../envs/webshop/goals/reference.ts'
import { splitGoals } from '../../../../envs/webshop/goals/splits.ts'
import { fixtureProducts } from '../../../support/shops.ts'

const generated = [...generateProducts({ size: 200, seed: 3 })]
const byId = (goals: readonly Goal[]) => new Map(goals.map((goal) => [goal.id, goal]))

describe('price caps', () => {
  it('are chosen from four multiples of ten above the price', () => {
    expect(capsAbove(24.5)).toEqual([30, 40, 50, 60])
    expect(capsAbove(30)).toEqual([40, 50, 60, 70])
    expect(capsAbove(975)).toEqual([980, 990])
    expect(capsAbove(980)).toEqual([])
    expect(capsAbove(5000)).toEqual([])
  })
})

describe('demands', () => {
  it('of people stand in product order; one without attributes asks for nothing', () => {
    const demands = [...demandsOf(fixtureProducts, 'human')]
    expect(demands.map(({ product, position, instruction }) => [product.asin, position, instruction])).toEqual([
      ['B0FIX00001', 0, 'i need a brass lamp with warm light'],
      ['B0FIX00004', 0, 'a lantern that never rusts'],
    ])
    expect(demands[0]?.choices).toEqual([['brass', 'large']])
  })

  it('of the template take every combination of options, the last name varying fastest', () => {
    const [first, second, third] = [...demandsOf(fixtureProducts, 'synthetic')]
    expect(first?.choices).toEqual([
      { color: 'brass', size: 'small' },
      { color: 'brass', size: 'large' },
      { color: 'black', size: 'small' },
      { color: 'black', size: 'large' },
    ])
    expect(second?.choices).toEqual([{ finish: 'black | white' }, { finish: 'natural' }])
    expect(third?.choices).toEqual([{}])
  })
})

describe('goals in the order of WebShop', () => {
  it('draw prices, then a cap a demand, then their order, from the seeds', () => {
    const { prices, goals } = referenceGoals(fixtureProducts, 'synthetic', { seedBeforeLoad: 7 })
    const random = new PythonRandom(7)
    expect(prices.slice(0, 3)).toEqual([24.5, random.uniform(40, 60), 9.99])
    const caps = [0, 1, 3].map((ordinal) => Math.max(...random.sample(capsAbove(prices[ordinal] ?? 0), 2)))
    const order = [0, 0, 0, 0, 1, 1, 2]
    new PythonRandom(233).shuffle(order)
    expect(goals.map(({ priceUpper }) => priceUpper)).toEqual(order.map((demand) => caps[demand]))
  })

  it('keep their content with any seed of the order', () => {
    const sorted = (orderSeed: number) =>
      referenceGoals(fixtureProducts, 'synthetic', { seedBeforeLoad: 7, orderSeed })
        .goals.map(({ id }) => id)
        .sort()
    expect(sorted(1)).toEqual(sorted(233))
  })

  it('say the options and the cap', () => {
    const { goals } = referenceGoals(fixtureProducts, 'synthetic', { seedBeforeLoad: 7 })
    const texts = goals.map(({ instructionText }) => instructionText).sort()
    expect(texts[0]).toMatch(
      /^Find me handmade lamps with ash wood with finish: black \| white, and price lower than \d0\.00 dollars$/,
    )
    const [costly = ''] = referenceGoals([{ ...(fixtureProducts[3] ?? fail()), pricing: [2000] }], 'synthetic', {
      seedBeforeLoad: 1,
    }).goals.map(({ instructionText, priceUpper }) => `${instructionText} ${priceUpper}`)
    expect(costly).toBe(`Find me lanterns that are rust proof ${NO_CAP}`)
  })

  it('weigh less if others name the same attributes', () => {
    const { goals } = referenceGoals(fixtureProducts, 'synthetic', { seedBeforeLoad: 7 })
    const weights = Object.fromEntries(goals.map(({ asin, weight }) => [asin, weight]))
    expect(weights).toEqual({ B0FIX00001: 1 / 4, B0FIX00002: 1 / 2, B0FIX00004: 1 })
    const human = referenceGoals(fixtureProducts, 'human', { seedBeforeLoad: 7 }).goals
    expect(human.map(({ weight }) => weight)).toEqual([1, 1])
  })
})

const fail = (): never => {
  throw new Error('the fixture lacks a product')
}

describe('goals with fixed prices', () => {
  it.each(['human', 'synthetic'] as const)('of kind %s do not depend on what else the catalogue holds', (kind) => {
    const all = fixedGoals(generated, kind, 5)
    const goals = byId(all.goals)
    fc.assert(
      fc.property(fc.shuffledSubarray(generated, { minLength: 1 }), (some) => {
        const part = fixedGoals(some, kind, 5)
        for (const goal of part.goals) expect({ ...goal, weight: 0 }).toEqual({ ...goals.get(goal.id), weight: 0 })
        for (const [ordinal, product] of some.entries())
          expect(part.prices[ordinal]).toBe(all.prices[generated.indexOf(product)])
      }),
      { numRuns: 10 },
    )
  })

  it('differ by seed, in prices and caps alone', () => {
    const [one, two] = [
      fixedGoals(generated, 'synthetic', 1),
      fixedGoals(generated, 'synthetic', '18446744073709551615'),
    ]
    expect(one.goals.map(({ id, wish }) => [id, wish])).toEqual(two.goals.map(({ id, wish }) => [id, wish]))
    expect(one.goals.map(({ priceUpper }) => priceUpper)).not.toEqual(two.goals.map(({ priceUpper }) => priceUpper))
    expect(one.prices).not.toEqual(two.prices)
  })

  it('lie within the price range, and their caps above the price', () => {
    const { prices, goals } = fixedGoals(generated, 'synthetic', 9)
    const priceOf = new Map(generated.map(({ asin }, ordinal) => [asin, prices[ordinal] ?? Number.NaN]))
    for (const { asin, pricing } of generated) {
      expect(priceOf.get(asin)).toBeGreaterThanOrEqual(pricing[0] ?? Number.NaN)
      expect(priceOf.get(asin)).toBeLessThanOrEqual(pricing.at(-1) ?? Number.NaN)
    }
    for (const { asin, priceUpper } of goals) {
      const caps = capsAbove(priceOf.get(asin) ?? Number.NaN)
      expect(caps.length === 0 ? [NO_CAP] : caps.slice(1)).toContain(priceUpper)
    }
  })

  it('have ids of their own that do not say which product is meant', () => {
    const { goals } = fixedGoals([...generated, ...generated.map((product) => ({ ...product }))], 'human', 1)
    expect(new Set(goals.map(({ id }) => id)).size).toBe(goals.length)
    for (const { id, asin } of goals) expect(id).not.toContain(asin)
  })
})

describe('splits by content', () => {
  const goals = fixedGoals(generated, 'synthetic', 1).goals
  const words = ({ wish }: Goal): string => wish.toLowerCase().replace(/\W+/g, ' ').trim()
  const content = ({ asin, attributes, goalOptions }: Goal): string =>
    JSON.stringify([asin, [...attributes].sort(), Object.values(goalOptions).sort()])

  it.each(['human', 'synthetic'] as const)('share neither ids nor words nor content, for %s goals', (kind) => {
    const { train, dev, test } = splitGoals(fixedGoals(generated, kind, 1).goals)
    for (const keyOf of [({ id }: Goal) => id, words, content]) {
      const keys = [train, dev, test].map((split) => [...new Set(split.map(keyOf))])
      expect(new Set(keys.flat()).size).toBe(keys.flat().length)
    }
  })

  it('hold every goal once, and a tenth of them each in dev and test', () => {
    const { train, dev, test } = splitGoals(goals)
    expect([...train, ...dev, ...test].map(({ id }) => id).sort()).toEqual(goals.map(({ id }) => id).sort())
    for (const split of [dev, test]) expect(split.length / goals.length).toBeCloseTo(0.1, 1)
  })

  it('do not depend on the order of goals, nor on prices', () => {
    const other = splitGoals([...fixedGoals(generated, 'synthetic', 77).goals].reverse())
    const ids = (split: readonly Goal[]) => split.map(({ id }) => id).sort()
    expect(ids(other.test)).toEqual(ids(splitGoals(goals).test))
    expect(ids(other.dev)).toEqual(ids(splitGoals(goals).dev))
  })

  it('keep goals together that share words through a third', () => {
    const [goal = fail()] = goals
    const like = (id: string, changes: Partial<Goal>): Goal => ({ ...goal, id, ...changes })
    const chain = Array.from({ length: 30 }, (_, i) =>
      i % 2 === 0
        ? like(`${i}`, { wish: `Words ${i}`, asin: `A${i / 2}` })
        : like(`${i}`, { wish: `words, ${i - 1}!`, asin: `A${(i + 1) / 2}` }),
    )
    const { train, dev, test } = splitGoals(chain)
    expect([train.length, dev.length, test.length]).toEqual([30, 0, 0])
  })

  it('leave no split empty if there are three families or more', () => {
    const [goal = fail()] = goals
    for (const count of [3, 4, 10]) {
      const lone = Array.from({ length: count }, (_, i) => ({ ...goal, id: `${i}`, asin: `${i}`, wish: `${i}` }))
      for (const split of Object.values(splitGoals(lone))) expect(split.length).toBeGreaterThan(0)
    }
    expect(splitGoals([])).toEqual({ train: [], dev: [], test: [] })
  })
})
