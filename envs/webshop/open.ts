import { buildSearchIndex } from '../../core/search/index.ts'
import { Catalogue, searchTextOf } from './catalogue/catalogue.ts'
import type { Product } from './catalogue/product.ts'
import type { PricedGoals } from './goals/goal.ts'
import type { Tagger } from './reward/nouns.ts'
import type { ShopRules } from './session/rules.ts'
import type { Shop } from './shop.ts'

export interface ShopParts extends PricedGoals {
  readonly products: readonly Product[]
  readonly tagger: Tagger
  readonly rules: ShopRules
}

/** Indexes the products and opens the shop. */
export function openShop({ products, prices, goals, tagger, rules }: ShopParts): Shop {
  const index = buildSearchIndex(products.map((product) => ({ id: product.asin, contents: searchTextOf(product) })))
  return { catalogue: new Catalogue(products), prices, goals, index, tagger, rules }
}
