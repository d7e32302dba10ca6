import { pythonStrip } from '../../../core/cpython/text.ts'
import type { SearchIndex } from '../../../core/search/index.ts'
import type { Product } from '../catalogue/product.ts'
import { derive, memoise } from '../reward/memo.ts'
import type { Shop } from '../shop.ts'

/** Draws `count` different items: Python's `random.sample`. */
export type Sample = <T>(population: readonly T[], count: number) => readonly T[]

/** Where WebShop itself fails; the message is the `repr` of Python's exception. */
export class Crash {
  readonly exception: string
  constructor(exception: string) {
    this.exception = exception
  }
}

const MOST_RESULTS = 50
const PAGE_SIZE = 10
/** Sessions of a group repeat queries. Queries may have the length of actions, so that long ones would take all memory. */
const REMEMBERED_QUERIES = 4096
const LONGEST_REMEMBERED_QUERY = 500

/**
 * Ordinals of the products that a query finds, best first: at most 50 by the index. WebShop's
 * `get_top_n_product_from_keywords`, whose commands (`<r>`, `<a>`, `<c>`, `<q>`) count where the rules let them; those
 * of a category or product query may find any number.
 */
export function findProducts(shop: Shop, query: string, sample: Sample): readonly number[] | Crash {
  if (shop.rules.specialKeywordsAreWords) return rankedBy(shop.index)(query)
  const [command, ...words] = query.split(' ')
  const { products } = shop.catalogue
  switch (command) {
    case '<r>':
      return sampled(products, sample)
    case '<a>':
      return new Crash(`TypeError("'NoneType' object is not subscriptable")`)
    case '<c>':
      return words[0] === undefined
        ? new Crash("IndexError('list index out of range')")
        : having(products, 'category', words[0])
    case '<q>':
      return having(products, 'query', words.join(' '))
    default:
      return rankedBy(shop.index)(query)
  }
}

const rankedBy = derive((index: SearchIndex) => {
  const rank = (query: string): readonly number[] =>
    Object.freeze(index.search(query, MOST_RESULTS).map(({ ordinal }) => ordinal))
  const remembered = memoise(REMEMBERED_QUERIES, rank)
  return (query: string) => (query.length > LONGEST_REMEMBERED_QUERY ? rank(query) : remembered(query))
})

function sampled(products: readonly Product[], sample: Sample): readonly number[] | Crash {
  if (products.length < MOST_RESULTS) return new Crash("ValueError('Sample larger than population or is negative')")
  return sample([...products.keys()], MOST_RESULTS)
}

function having(products: readonly Product[], field: 'category' | 'query', text: string): readonly number[] {
  const wanted = pythonStrip(text)
  return [...products.keys()].filter((ordinal) => products[ordinal]?.[field] === wanted)
}

/** Python's `results[(page - 1) * 10 : page * 10]`; page 0 is empty. */
export const pageOf = (results: readonly number[], page: number): readonly number[] =>
  page < 1 ? [] : results.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)

export const lastPageOf = (total: number): number => Math.max(1, Math.ceil(total / PAGE_SIZE))
