import { beforeAll, describe, expect, it } from 'vitest'
import { generateProducts } from '../../../../envs/webshop/catalogue/generate.ts'
import { nearMisses } from '../../../../envs/webshop/catalogue/near-misses.ts'
import type { Product } from '../../../../envs/webshop/catalogue/product.ts'
import { fixedGoals } from '../../../../envs/webshop/goals/fixed.ts'
import type { Goal } from '../../../../envs/webshop/goals/goal.ts'
import { openShop } from '../../../../envs/webshop/open.ts'
import { loadTagger } from '../../../../envs/webshop/reward/nouns.ts'
import { shopReward } from '../../../../envs/webshop/reward/reward.ts'
import { DEFAULT_RULES } from '../../../../envs/webshop/session/rules.ts'
import type { Shop } from '../../../../envs/webshop/shop.ts'

const KINDS = ['human', 'synthetic'] as const
const shops = new Map<string, Shop>()

beforeAll(async () => {
  const tagger = await loadTagger()
  const products = [...generateProducts({ seed: 3 })]
  for (const kind of KINDS)
    shops.set(kind, openShop({ products, ...fixedGoals(products, kind, 0), tagger, rules: DEFAULT_RULES }))
})

const shopOf = (kind: string): Shop => {
  const shop = shops.get(kind)
  if (shop === undefined) throw new Error(`no shop of ${kind} goals`)
  return shop
}

/** Every way to choose options, none of a name included. */
function choicesOf({ options }: Product): readonly Readonly<Record<string, string>>[] {
  let choices: Readonly<Record<string, string>>[] = [{}]
  for (const [name, values] of Object.entries(options))
    choices = choices.flatMap((chosen) => [chosen, ...values.map((value) => ({ ...chosen, [name]: value }))])
  return choices
}

/** The best reward a product can bring, by trying all there is. */
function bestReward(goal: Goal, product: Product, shop: Shop): number {
  const nouns = { purchased: shop.tagger.nounsOf(product.title), goal: shop.tagger.nounsOf(goal.name) }
  const price = shop.prices[shop.catalogue.ordinalOf(product.asin) ?? 0] ?? 0
  return Math.max(...choicesOf(product).map((options) => shopReward({ goal, product, price, options, nouns }).reward))
}

const every = <T>(items: readonly T[], step: number): readonly T[] => items.filter((_, index) => index % step === 0)

describe.each(KINDS)('near misses of %s goals', (kind) => {
  it('are at least five for each goal, one of each fault among them', () => {
    const shop = shopOf(kind)
    for (const goal of every(shop.goals, Math.floor(shop.goals.length / 250))) {
      const misses = nearMisses(goal, shop)
      expect(misses.length).toBeGreaterThanOrEqual(5)
      expect(new Set(misses.map(({ fault }) => fault))).toEqual(new Set(['attribute', 'option', 'price']))
    }
  })

  it('fall short by one thing, with any options', () => {
    const shop = shopOf(kind)
    for (const goal of every(shop.goals, Math.floor(shop.goals.length / 20))) {
      const parts = goal.attributes.length + Object.values(goal.goalOptions).length + 1
      for (const { asin } of nearMisses(goal, shop)) {
        const product = shop.catalogue.at(shop.catalogue.ordinalOf(asin) ?? 0)
        expect(bestReward(goal, product, shop)).toBeCloseTo((parts - 1) / parts, 9)
      }
    }
  })

  it('are not what the goal asks for, which brings all of the reward', () => {
    const shop = shopOf(kind)
    for (const goal of every(shop.goals, Math.floor(shop.goals.length / 50))) {
      const meant = shop.catalogue.at(shop.catalogue.ordinalOf(goal.asin) ?? 0)
      expect(bestReward(goal, meant, shop)).toBe(1)
      expect(nearMisses(goal, shop).map(({ asin }) => asin)).not.toContain(goal.asin)
    }
  })
})
