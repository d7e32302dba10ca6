import { join } from 'node:path'
import { loadProducts } from '../../../envs/webshop/catalogue/load.ts'
import { type Product, productsOf, type RawCatalogue } from '../../../envs/webshop/catalogue/product.ts'
import type { GoalKind } from '../../../envs/webshop/goals/demand.ts'
import { referenceGoals } from '../../../envs/webshop/goals/reference.ts'
import { openShop } from '../../../envs/webshop/open.ts'
import { REFERENCE_RULES } from '../../../envs/webshop/session/rules.ts'
import type { Shop } from '../../../envs/webshop/shop.ts'
import { stubTagger } from './stub-tagger.ts'

/** Every construction of the reference vectors starts after `random.seed` of this, where a row gives no other. */
export const DEFAULT_SEED_BEFORE_LOAD = 7

export interface Construction {
  readonly kind: GoalKind
  readonly seedBeforeLoad: number
}

/** Shops over the catalogue that the vectors share; each is opened once, when it is asked for. */
export class ReferenceShops {
  readonly #dataFolder: string
  readonly #shops = new Map<string, Shop>()
  #products: readonly Product[] | undefined

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder
  }

  get products(): readonly Product[] {
    this.#products ??= loadProducts({ folder: join(this.#dataFolder, 'webshop_synth') })
    return this.#products
  }

  shop({ kind, seedBeforeLoad }: Construction): Shop {
    const key = `${kind} ${seedBeforeLoad}`
    const shop = this.#shops.get(key) ?? shopOf(this.products, { kind, seedBeforeLoad })
    this.#shops.set(key, shop)
    return shop
  }
}

/** A shop over a catalogue that a row brings along. */
export const ownShop = (raw: RawCatalogue, construction: Construction): Shop => shopOf(productsOf(raw), construction)

function shopOf(products: readonly Product[], { kind, seedBeforeLoad }: Construction): Shop {
  const priced = referenceGoals(products, kind, { seedBeforeLoad })
  return openShop({ products, ...priced, tagger: stubTagger, rules: REFERENCE_RULES })
}
