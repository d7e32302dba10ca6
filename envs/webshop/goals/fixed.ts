import { hashOf } from '../../../core/data/hash.ts'
import { keyOfSeed, Rng, type Seed } from '../../../core/data/rng.ts'
import type { Product } from '../catalogue/product.ts'
import { demandsOf, type GoalKind } from './demand.ts'
import { capsAbove, finished, type Goal, goalsOf, NO_CAP, type PricedGoals } from './goal.ts'

/**
 * WebShop's goals with prices and caps that are a function of product and seed alone: the same product has the same
 * price and its goals the same caps, independent of what was loaded before. Goals stay in product order.
 */
export function fixedGoals(products: readonly Product[], kind: GoalKind, seed: Seed): PricedGoals {
  const prices = products.map((product) => priceOf(product, seed))
  const goals: Goal[] = []
  for (const demand of demandsOf(products, kind)) {
    const draws = drawsOf(seed, demand.product.asin, `${kind} cap ${demand.position}`)
    for (const goal of goalsOf(demand, capOf(prices[demand.ordinal] ?? 0, draws))) goals.push(goal)
  }
  return { prices, goals: finished(goals, kind) }
}

function priceOf({ asin, pricing: [low = 0, high] }: Product, seed: Seed): number {
  return high === undefined ? low : low + (high - low) * drawsOf(seed, asin, 'price').float()
}

/** The larger of two different caps, as WebShop draws it. */
function capOf(price: number, draws: Rng): number {
  const [first = NO_CAP, second = NO_CAP] = draws.shuffle(capsAbove(price))
  return Math.max(first, second)
}

/** A stream of its own for each thing that is drawn, named by what it is for. */
function drawsOf(seed: Seed, asin: string, purpose: string): Rng {
  const digits = hashOf([keyOfSeed(seed), asin, purpose])
  return new Rng({ word0: Number.parseInt(digits.slice(0, 8), 16), word1: Number.parseInt(digits.slice(8, 16), 16) }, 0)
}
