import type { Rng } from '../../core/data/rng.ts'
import { CATEGORIES, type Product, search } from './catalogue.ts'

/** What is to be bought, and what can be searched for it. */
export interface Goal {
  readonly category: string
  readonly attributes: readonly string[]
  /** The wanted value of each option group. */
  readonly values: readonly string[]
  readonly budget: number
  readonly instruction: string
  readonly queries: readonly Query[]
}

/** Words, and the products that they find, by position, the best first. */
export interface Query {
  readonly words: readonly string[]
  readonly found: readonly number[]
}

/** How much above its price the budget for a product may be. */
const LARGEST_MARGIN = 0.3
const WANTED_ATTRIBUTES = 2

/** Goals drawn one by one, each of a product that exists; no two have the same instruction. */
export function drawGoals(products: readonly Product[], count: number, rng: Rng): readonly Goal[] {
  const goals = new Map<string, Goal>()
  while (goals.size < count) {
    const goal = drawGoal(products, rng)
    if (!goals.has(goal.instruction)) goals.set(goal.instruction, goal)
  }
  return [...goals.values()]
}

function drawGoal(products: readonly Product[], rng: Rng): Goal {
  const product = rng.choice(products)
  const attributes = rng.shuffle(product.attributes).slice(0, WANTED_ATTRIBUTES)
  const values = product.options.map((offered) => rng.choice(offered))
  const budget = Math.ceil(product.price * (1 + LARGEST_MARGIN * rng.float()))
  const { category } = product
  const other = rng.choice(CATEGORIES.filter((each) => each !== category))
  const queries = queriesOf(category, attributes, values, other)
  return {
    category,
    attributes,
    values,
    budget,
    instruction: `${attributes.join(' ')} ${category}, ${values.join(' ')}, at most $${budget}`,
    queries: queries.map((words) => ({ words, found: search(products, words) })),
  }
}

/** Eight: what is wanted in part and in whole, its options, and another category. */
const queriesOf = (
  category: string,
  [one = '', two = '']: readonly string[],
  values: readonly string[],
  other: string,
): readonly (readonly string[])[] => [
  [category],
  [one],
  [two],
  [one, category],
  [two, category],
  [one, two, category],
  values.slice(0, 2),
  [one, other],
]

/** Share of what the goal asks for that a purchase has, a tenth of it in another category: 1 is a success. */
export function scoreOf(goal: Goal, product: Product, selected: readonly (string | null)[]): number {
  const attributes = goal.attributes.filter((attribute) => product.attributes.includes(attribute)).length
  const values = goal.values.filter((value, group) => selected[group] === value).length
  const hits = attributes + values + Number(product.price <= goal.budget)
  const share = hits / (goal.attributes.length + goal.values.length + 1)
  return product.category === goal.category ? share : OTHER_CATEGORY * share
}

const OTHER_CATEGORY = 0.1
