import { PythonRandom } from '../../../core/cpython/random.ts'
import type { Product } from '../catalogue/product.ts'
import { demandsOf, type GoalKind } from './demand.ts'
import { capsAbove, finished, type Goal, goalsOf, NO_CAP, type PricedGoals } from './goal.ts'

export interface ReferenceSeeds {
  /**
   * State of Python's global generator when WebShop starts to load. WebShop itself never sets it, so that its prices
   * and caps differ from run to run; verl-agent sets it to the worker's seed.
   */
  readonly seedBeforeLoad: number | bigint
  /** Orders the goals. WebShop: 233; verl-agent: the worker's seed. @default 233 */
  readonly orderSeed?: number | bigint
}

/**
 * Prices, caps and order of goals as `SimServer.__init__` of WebShop makes them, draw for draw: a price for each
 * product with a range, a cap for each demand, then the shuffle. The index of a goal is WebShop's integer session.
 */
export function referenceGoals(
  products: readonly Product[],
  kind: GoalKind,
  { seedBeforeLoad, orderSeed = 233 }: ReferenceSeeds,
): PricedGoals {
  const random = new PythonRandom(seedBeforeLoad)
  const prices = products.map(({ pricing: [low = 0, high] }) => (high === undefined ? low : random.uniform(low, high)))
  const goals = finished(inProductOrder(products, prices, kind, random), kind)
  new PythonRandom(orderSeed).shuffle(goals)
  return { prices, goals }
}

function inProductOrder(
  products: readonly Product[],
  prices: readonly number[],
  kind: GoalKind,
  random: PythonRandom,
): Goal[] {
  const goals: Goal[] = []
  for (const demand of demandsOf(products, kind)) {
    const caps = capsAbove(prices[demand.ordinal] ?? 0)
    const cap = caps.length === 0 ? NO_CAP : Math.max(...random.sample(caps, 2))
    for (const goal of goalsOf(demand, cap)) goals.push(goal)
  }
  return goals
}

/** A range of positions in the order of goals; `end` is the first one after it. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Splits of the WebShop paper over its human goals: 500 to test, 1,000 to evaluate, the rest to train. */
export const PAPER_SPLITS: Readonly<Record<string, Range>> = {
  train: { start: 1500, end: Infinity },
  eval: { start: 500, end: 1500 },
  test: { start: 0, end: 500 },
}

/** Splits of verl-agent: disjoint only where both use the same `orderSeed`, which its training does not. */
export const VERL_AGENT_SPLITS: Readonly<Record<string, Range>> = {
  train: { start: 500, end: Infinity },
  test: { start: 0, end: 500 },
}
