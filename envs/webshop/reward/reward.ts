import { pythonLower, pythonStrip } from '../../../core/cpython/text.ts'
import { PythonTuple } from '../../../core/cpython/value.ts'
import { type ComparedOption, normalizeColor } from './color.ts'
import { isFuzzyMatch } from './fuzz.ts'
import { derive, memoise } from './memo.ts'

/** What a goal asks for. */
export interface RewardGoal {
  readonly query: string
  /** Categories from the widest to the narrowest, divided by `›`. */
  readonly productCategory: string
  readonly attributes: readonly string[]
  /** Values (human goals), or values by option name (synthetic goals), whose names then take part in the match. */
  readonly goalOptions: readonly string[] | Readonly<Record<string, string>>
  /** The most the product may cost; 0 or less asks nothing of the price. */
  readonly priceUpper: number
}

/** What the reward looks at in a product. */
export interface RewardProduct {
  readonly query: string
  readonly productCategory: string
  readonly title: string
  readonly attributes: readonly string[]
  readonly bulletPoints: readonly string[]
  readonly description: string
}

export interface Purchase {
  readonly goal: RewardGoal
  readonly product: RewardProduct
  readonly price: number
  /** Chosen values by option name. */
  readonly options: Readonly<Record<string, string>>
  /** Nouns of the product's title and of the goal product's title, as a tagger found them, repetitions included. */
  readonly nouns: { readonly purchased: readonly string[]; readonly goal: readonly string[] }
}

/** A reward with the parts it is made of; a part that the goal does not ask for is null and weighs 0. */
export interface RewardBreakdown extends TypeScore {
  /** From 0 to 1. */
  readonly reward: number
  /** Share of the goal's attributes that the product has. */
  readonly attributeScore: number | null
  readonly attributeWeight: number
  /** Share of the goal's options that were chosen. */
  readonly optionScore: number | null
  readonly optionWeight: number
  readonly priceOk: boolean | null
  readonly priceWeight: number
}

interface TypeScore {
  /** What the rest of the reward is multiplied with: 1, 0.5, 0.1 or 0. */
  readonly typeScore: number
  readonly queryMatch: boolean
  readonly categoryMatch: boolean
  /** Share of the goal title's nouns that the product's title has; 0.2 where the goal's has none. */
  readonly titleScore: number
}

/**
 * WebShop's reward of a purchase (`get_reward` of its `engine/goal.py`), to the bit. A cap of 0 or less, on which
 * WebShop itself fails, leaves the price out of the sum and of what the sum is divided by; so does a goal without
 * attributes leave those out of `attributeScore`.
 */
export function shopReward({ goal, product, price, options, nouns }: Purchase): RewardBreakdown {
  const type = typeScore(goal, product, nouns)
  const asked = {
    attributes: goal.attributes.length,
    options: comparedOptions(goal).length,
    price: goal.priceUpper > 0,
  }
  const attributes = countAttributes(goal, product)
  const chosen = countOptions(goal, Object.values(options))
  const priceOk = asked.price ? price <= goal.priceUpper : null
  const parts = asked.attributes + asked.options + (asked.price ? 1 : 0)
  const met = attributes + chosen + (priceOk ? 1 : 0)
  return {
    reward: share(met, parts, 1) * type.typeScore,
    ...type,
    attributeScore: share(attributes, asked.attributes, null),
    attributeWeight: share(asked.attributes, parts, 0),
    optionScore: share(chosen, asked.options, null),
    optionWeight: share(asked.options, parts, 0),
    priceOk,
    priceWeight: asked.price ? 1 / parts : 0,
  }
}

/** The breakdown under WebShop's own names; as there, options and price appear only where the goal asks for them. */
export function verboseInfo(breakdown: RewardBreakdown): Readonly<Record<string, number | boolean | null>> {
  return {
    r_type: breakdown.typeScore,
    r_att: breakdown.attributeScore,
    w_att: breakdown.attributeWeight,
    query_match: breakdown.queryMatch,
    category_match: breakdown.categoryMatch,
    title_score: breakdown.titleScore,
    ...(breakdown.optionScore !== null && { r_option: breakdown.optionScore, w_option: breakdown.optionWeight }),
    ...(breakdown.priceOk !== null && { r_price: breakdown.priceOk, w_price: breakdown.priceWeight }),
  }
}

const share = <T>(count: number, total: number, ofNothing: T): number | T => (total === 0 ? ofNothing : count / total)

function typeScore(goal: RewardGoal, product: RewardProduct, nouns: Purchase['nouns']): TypeScore {
  const queryMatch = product.query === goal.query
  const categoryMatch = countCommon(categoriesOf(product.productCategory), categoriesOf(goal.productCategory)) >= 2
  const titleScore = share(countCommon(setOf(nouns.purchased), setOf(nouns.goal)), nouns.goal.length, 0.2)
  const isAlike = queryMatch || categoryMatch || titleScore > 0.2
  return { typeScore: typeFactor(titleScore, isAlike), queryMatch, categoryMatch, titleScore }
}

/** A title without any common noun zeroes the reward, even where everything else matches. */
function typeFactor(titleScore: number, isAlike: boolean): number {
  if (titleScore === 0) return 0
  if (titleScore < 0.1) return 0.1
  return isAlike ? 1 : 0.5
}

function countAttributes(goal: RewardGoal, product: RewardProduct): number {
  let count = 0
  for (const wanted of goal.attributes) if (hasAttribute(product, wanted)) count++
  return count
}

/** An attribute counts where one of the product's is much like it, or where the product's texts contain it. */
function hasAttribute(product: RewardProduct, wanted: string): boolean {
  for (const attribute of product.attributes) if (isFuzzyMatch(attribute, wanted)) return true
  for (const text of loweredTexts(product)) if (text.includes(wanted)) return true
  return false
}

function countOptions(goal: RewardGoal, chosen: readonly string[]): number {
  const wantedOptions = comparedOptions(goal)
  if (wantedOptions.length === 0 || chosen.length === 0) return 0
  const values = chosen.map(normalizedValue)
  let count = 0
  for (const wanted of wantedOptions) if (values.some((value) => isFuzzyMatch(value, wanted))) count++
  return count
}

const REMEMBERED_VALUES = 16_384
const REMEMBERED_CATEGORIES = 16_384

const normalizedValue = memoise(REMEMBERED_VALUES, (value: string): ComparedOption => normalizeColor(value))

const comparedOptions = derive(({ goalOptions }: RewardGoal): readonly ComparedOption[] =>
  isList(goalOptions)
    ? goalOptions.map(normalizeColor)
    : Object.entries(goalOptions).map(([name, value]) => normalizeColor(new PythonTuple(name, value))),
)

const loweredTexts = derive((product: RewardProduct): readonly string[] =>
  [product.title, product.bulletPoints.join(' '), product.description].map(pythonLower),
)

const categoriesOf = memoise(
  REMEMBERED_CATEGORIES,
  (path: string): ReadonlySet<string> => new Set(path.split('›').map(pythonStrip)),
)

const setOf = derive((items: readonly string[]): ReadonlySet<string> => new Set(items))

function countCommon(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let count = 0
  for (const item of some) if (others.has(item)) count++
  return count
}

const isList = (options: RewardGoal['goalOptions']): options is readonly string[] => Array.isArray(options)
