import { deriveKey, keyOfSeed, Rng } from '../../core/data/rng.ts'
import { drawProducts, type Product } from './catalogue.ts'
import { drawGoals, type Goal } from './goals.ts'
import { LENGTHS, type ShopSettings } from './options.ts'

/** Where the goals of a split begin, and how many there are. */
export const SPLITS = {
  train: { first: 0, length: 64 },
  validation: { first: 64, length: 32 },
  test: { first: 96, length: 32 },
} as const
const GOALS = 128

/** Products and goals of a shop: a function of the settings. */
export interface Shop {
  readonly settings: ShopSettings
  readonly groups: number
  readonly horizon: number
  readonly products: readonly Product[]
  readonly goals: readonly Goal[]
}

export function drawShop(settings: ShopSettings): Shop {
  const { groups, horizon } = LENGTHS[settings.length]
  const key = keyOfSeed(settings.seed)
  const products = drawProducts(groups, new Rng(deriveKey(key, 0, 0), 0))
  const goals = drawGoals(products, GOALS, new Rng(deriveKey(key, 1, 0), 0))
  return { settings, groups, horizon, products, goals }
}

/** @throws RangeError for a state of another shop */
export const goalAt = ({ goals }: Shop, at: number): Goal => expectThere(goals[at], 'goal', at)

/** @throws RangeError for a state of another shop */
export const productAt = ({ products }: Shop, at: number): Product => expectThere(products[at], 'product', at)

function expectThere<T>(item: T | undefined, name: string, at: number): T {
  if (item === undefined) throw new RangeError(`the shop has no ${name} ${at}`)
  return item
}
