import type { Rng } from '../../core/data/rng.ts'

export const CATEGORIES = ['lamp', 'kettle', 'backpack', 'blanket', 'clock', 'stool'] as const
const ATTRIBUTES = [
  ...['foldable', 'cordless', 'waterproof', 'washable', 'lightweight', 'padded', 'striped', 'quiet', 'sturdy'],
  ...['slim', 'compact', 'insulated', 'handmade', 'recycled', 'scented', 'reversible', 'wooden', 'glossy'],
] as const
/** Option groups by name, and their values, of which each product offers three. */
const OPTION_GROUPS = [
  ['colour', ['red', 'blue', 'green', 'black']],
  ['size', ['small', 'medium', 'large', 'giant']],
  ['finish', ['matt', 'satin', 'polished', 'brushed']],
] as const

export const optionGroup = (at: number): string => OPTION_GROUPS[at]?.[0] ?? ''

export interface Product {
  readonly category: string
  /** Four; the first two are its title. */
  readonly attributes: readonly string[]
  /** Values on offer, by option group. */
  readonly options: readonly (readonly string[])[]
  readonly price: number
}

const PER_CATEGORY = 6
/** Attributes that a category has at all, so that its products resemble each other. */
const CATEGORY_ATTRIBUTES = 7
const [PRODUCT_ATTRIBUTES, OFFERED] = [4, 3] as const

/** 36 products, six in each category. */
export const drawProducts = (groups: number, rng: Rng): readonly Product[] =>
  CATEGORIES.flatMap((category) => {
    const pool = rng.shuffle(ATTRIBUTES).slice(0, CATEGORY_ATTRIBUTES)
    return Array.from({ length: PER_CATEGORY }, () => drawProduct(category, pool, groups, rng))
  })

const drawProduct = (category: string, pool: readonly string[], groups: number, rng: Rng): Product => ({
  category,
  attributes: rng.shuffle(pool).slice(0, PRODUCT_ATTRIBUTES),
  options: OPTION_GROUPS.slice(0, groups).map(([, values]) => offered(values, rng)),
  price: rng.int(10, 99),
})

function offered(values: readonly string[], rng: Rng): readonly string[] {
  const chosen = rng.shuffle(values).slice(0, OFFERED)
  return values.filter((value) => chosen.includes(value))
}

const MOST_RESULTS = 20

/** What a list of results shows of a product: two of its four attributes. */
export const titleOf = ({ category, attributes }: Product): string => `${attributes.slice(0, 2).join(' ')} ${category}`

/** Positions of the products that have any of the words, those with most of them first, at most 20. */
export function search(products: readonly Product[], words: readonly string[]): readonly number[] {
  const hits = products.map((product) => words.filter((word) => hasWord(product, word)).length)
  const found = products.map((_, at) => at).filter((at) => (hits[at] ?? 0) > 0)
  return found.sort((a, b) => (hits[b] ?? 0) - (hits[a] ?? 0) || a - b).slice(0, MOST_RESULTS)
}

const hasWord = ({ category, attributes, options }: Product, word: string): boolean =>
  category === word || attributes.includes(word) || options.some((values) => values.includes(word))
