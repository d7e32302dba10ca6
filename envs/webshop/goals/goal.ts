import { hashOf } from '../../../core/data/hash.ts'
import type { Demand, GoalKind, GoalOptions } from './demand.ts'

/** What an episode asks the agent to buy. All but the instruction is hidden from it. */
export interface Goal {
  /**
   * Stable: a function of the wish, which the agent reads anyway, so that it confirms no guess at the product. Goals
   * with the same wish are numbered.
   */
  readonly id: string
  /** Stable: the same wish for the same product has the same. Never shown: it would confirm a guess. */
  readonly contentId: string
  readonly asin: string
  readonly query: string
  readonly category: string
  readonly productCategory: string
  /** Title of the product that is meant. */
  readonly name: string
  /** The instruction without its price cap. */
  readonly wish: string
  readonly instructionText: string
  readonly attributes: readonly string[]
  readonly goalOptions: GoalOptions
  /** Most that may be paid, in dollars; `NO_CAP` where any price will do. */
  readonly priceUpper: number
  /** Chance of being drawn, relative to other goals, where WebShop draws at random. */
  readonly weight: number
}

/** What the goals of a shop were made with: `prices` has the purchase price of each product, by ordinal. */
export interface PricedGoals {
  readonly prices: readonly number[]
  readonly goals: readonly Goal[]
}

export const NO_CAP = 1_000_000
const CAPS = Array.from({ length: 99 }, (_, index) => 10 * (index + 1))

/** The multiples of ten dollars a cap is chosen from: up to four above the price, none if there are fewer than two. */
export function capsAbove(price: number): readonly number[] {
  const caps = CAPS.filter((cap) => cap > price).slice(0, 4)
  return caps.length < 2 ? [] : caps
}

/** The goals of one demand; ids may repeat and weights are 1 until `finished` sees all goals. */
export function goalsOf({ product, instruction, attributes, choices }: Demand, cap: number): Goal[] {
  const { asin, query, category, productCategory, title: name } = product
  const priceText = cap === NO_CAP ? '' : `, and price lower than ${cap.toFixed(2)} dollars`
  return choices.map((goalOptions) => {
    const wish = instruction + optionTextOf(goalOptions)
    const id = hashOf([wish]).slice(0, 16)
    const contentId = hashOf([asin, wish, attributes, goalOptions]).slice(0, 16)
    const asked = {
      id,
      contentId,
      asin,
      query,
      category,
      productCategory,
      name,
      wish,
      instructionText: wish + priceText,
    }
    return { ...asked, attributes, goalOptions, priceUpper: cap, weight: 1 }
  })
}

const isNamed = (options: GoalOptions): options is Readonly<Record<string, string>> => !Array.isArray(options)

function optionTextOf(options: GoalOptions): string {
  if (!isNamed(options)) return ''
  const wishes = Object.entries(options).map(([name, value]) => `${name}: ${value}`)
  return wishes.length === 0 ? '' : ` with ${wishes.join(', and ')}`
}

/** Numbers goals of one id, and gives synthetic goals their weights. */
export function finished(goals: readonly Goal[], kind: GoalKind): Goal[] {
  const weightOf = kind === 'human' ? () => 1 : weighing(goals)
  const [numbered, numberedContent] = [numbering(), numbering()]
  return goals.map((goal) => ({
    ...goal,
    id: numbered(goal.id),
    contentId: numberedContent(goal.contentId),
    weight: weightOf(goal),
  }))
}

/** Distinguishes equal names: `a`, `a-2`, `a-3`. */
function numbering(): (name: string) => string {
  const seen = new Map<string, number>()
  return (name) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  }
}

/** Goals with common attributes weigh less: the mean of 1 / (number of goals that name the attribute). */
function weighing(goals: readonly Goal[]): (goal: Goal) => number {
  const counts = new Map<string, number>()
  for (const { attributes } of goals)
    for (const attribute of attributes) counts.set(attribute, (counts.get(attribute) ?? 0) + 1)
  return ({ attributes }) => meanOf(attributes.map((attribute) => 1 / (counts.get(attribute) ?? 1)))
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
