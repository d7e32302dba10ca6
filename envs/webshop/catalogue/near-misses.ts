import type { Goal } from '../goals/goal.ts'
import { type RewardBreakdown, shopReward } from '../reward/reward.ts'
import type { Shop } from '../shop.ts'
import type { Product } from './product.ts'

/** What is wrong with a product that is otherwise what a goal asks for. */
export type Fault = 'attribute' | 'option' | 'price'

export interface NearMiss {
  readonly asin: string
  readonly fault: Fault
}

/**
 * The products of the goal's kind that fail it in exactly one thing, however their options are chosen: their reward
 * is below 1 for that thing alone. They are what makes a goal hard: a careless buyer takes one of them.
 */
export function nearMisses(goal: Goal, shop: Pick<Shop, 'catalogue' | 'prices' | 'tagger'>): readonly NearMiss[] {
  const wanted = Array.isArray(goal.goalOptions) ? goal.goalOptions : Object.values(goal.goalOptions)
  const nouns = shop.tagger.nounsOf(goal.name)
  return shop.catalogue.products.flatMap((product, ordinal) => {
    if (product.query !== goal.query) return []
    const purchased = shop.tagger.nounsOf(product.title)
    const options = bestChoice(product, wanted)
    const price = shop.prices[ordinal] ?? 0
    const parts = shopReward({ goal, product, price, options, nouns: { purchased, goal: nouns } })
    const [fault, second] = parts.typeScore === 1 ? faultsOf(parts) : []
    return fault === undefined || second !== undefined ? [] : [{ asin: product.asin, fault }]
  })
}

/** Wanted value of each option, where the product has it. */
const bestChoice = ({ options }: Product, wanted: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, values]) =>
      values.filter((value) => wanted.includes(value)).map((value) => [name, value]),
    ),
  )

/** One entry for each attribute or option that is missing, and for a price above the cap. */
function faultsOf(parts: RewardBreakdown): readonly Fault[] {
  const unit = parts.priceWeight
  const missing = (fault: Fault, score: number | null, weight: number): readonly Fault[] =>
    new Array<Fault>(score === null ? 0 : Math.round(((1 - score) * weight) / unit)).fill(fault)
  return [
    ...missing('attribute', parts.attributeScore, parts.attributeWeight),
    ...missing('option', parts.optionScore, parts.optionWeight),
    ...missing('price', parts.priceOk === null ? null : Number(parts.priceOk), parts.priceWeight),
  ]
}
