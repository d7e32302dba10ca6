import { fileURLToPath } from 'node:url'
import { stubTagger } from '../../conformance/suites/webshop/stub-tagger.ts'
import { loadProducts } from '../../envs/webshop/catalogue/load.ts'
import type { Product } from '../../envs/webshop/catalogue/product.ts'
import type { GoalKind } from '../../envs/webshop/goals/demand.ts'
import { referenceGoals } from '../../envs/webshop/goals/reference.ts'
import { openShop } from '../../envs/webshop/open.ts'
import type { Sample } from '../../envs/webshop/session/find.ts'
import { takeAction } from '../../envs/webshop/session/receive.ts'
import { DEFAULT_RULES, REFERENCE_RULES, type ShopRules } from '../../envs/webshop/session/rules.ts'
import { type ShopState, startState } from '../../envs/webshop/session/state.ts'
import type { Shop } from '../../envs/webshop/shop.ts'

export const FIXTURE_FOLDER = fileURLToPath(new URL('../fixtures/webshop', import.meta.url))

export const fixtureProducts: readonly Product[] = loadProducts({ folder: FIXTURE_FOLDER })

export function fixtureShop(rules: ShopRules, kind: GoalKind = 'synthetic', products = fixtureProducts): Shop {
  const priced = referenceGoals(products, kind, { seedBeforeLoad: 7 })
  return openShop({ products, ...priced, tagger: stubTagger, rules })
}

export const referenceShop = fixtureShop(REFERENCE_RULES)
export const defaultShop = fixtureShop(DEFAULT_RULES)

/** For walks that must not draw. */
export const noSample: Sample = () => {
  throw new Error('this walk draws nothing')
}

/** The first so many items. */
export const firstItems: Sample = (population, count) => population.slice(0, count)

/** Position of the goal for this product and, where given, these options. */
export function goalFor(shop: Shop, asin: string, options?: Readonly<Record<string, string>>): number {
  const wanted = JSON.stringify(options)
  const position = shop.goals.findIndex(
    (goal) => goal.asin === asin && (wanted === undefined || JSON.stringify(goal.goalOptions) === wanted),
  )
  if (position === -1) throw new Error(`no goal for ${asin} ${wanted}`)
  return position
}

export const start = (goal = 0): ShopState => startState('7', goal)

/** The transition of the last action, and the state after it. */
export function walk(shop: Shop, state: ShopState, ...actions: readonly string[]) {
  let transition = takeAction(shop, state, actions[0] ?? '', noSample)
  for (const action of actions.slice(1)) transition = takeAction(shop, transition.state, action, noSample)
  return transition
}
