import type { Product } from './product.ts'

/** The products of a shop in their order, found by ASIN. An ordinal is a position in `products`. */
export class Catalogue {
  readonly products: readonly Product[]
  readonly #ordinals: ReadonlyMap<string, number>

  constructor(products: readonly Product[]) {
    this.products = products
    this.#ordinals = new Map(products.map(({ asin }, ordinal) => [asin, ordinal]))
  }

  ordinalOf(asin: string): number | undefined {
    return this.#ordinals.get(asin)
  }

  /** @throws RangeError for an ordinal that no product has. */
  at(ordinal: number): Product {
    const product = this.products[ordinal]
    if (!product) throw new RangeError(`the catalogue has no product ${ordinal}`)
    return product
  }
}

/** What the search index holds of a product: title, description, first bullet and every option, in lower case. */
export function searchTextOf({ title, description, bulletPoints, options }: Product): string {
  const choices = Object.entries(options).map(([name, values]) => `${name}: ${values.join(', ')}`)
  return [title, description, bulletPoints[0] ?? '', choices.join(', and ')].join(' ').toLowerCase()
}
