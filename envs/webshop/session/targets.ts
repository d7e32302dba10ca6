import type { Product } from '../catalogue/product.ts'
import { derive } from '../reward/memo.ts'
import type { ShopRules } from './rules.ts'
import { SUB_PAGES, type SubPage } from './state.ts'

/** What a click on something means; on the search button, nothing. */
export type Target = Move | { readonly kind: 'search' }

/** What a click does. */
export type Move =
  | { readonly kind: 'back' | 'previous' | 'next' | 'buy' }
  | { readonly kind: 'sub'; readonly subPage: SubPage }
  | { readonly kind: 'product'; readonly asin: string }
  | { readonly kind: 'option'; readonly name: string; readonly value: string }

/** Text of a button in lower case: how an action names it. */
export const BUTTONS = {
  search: 'search',
  back: 'back to search',
  previous: '< prev',
  next: 'next >',
  buy: 'buy now',
} as const

/** An option value of a product, as the item page offers it. */
export interface Choice {
  readonly name: string
  readonly value: string
  /** How an action names it; the page shows this text. */
  readonly key: string
}

/** What can be clicked on a product's item page. */
export interface ItemTargets {
  readonly choices: readonly Choice[]
  /** In WebShop's order; a text that several elements bear stands at the place of the first one. */
  readonly byKey: ReadonlyMap<string, Target>
}

const subTarget = (subPage: SubPage): Target => ({ kind: 'sub', subPage })
const [DESCRIPTION, FEATURES, REVIEWS, ATTRIBUTES] = SUB_PAGES
const ITEM_BUTTONS: readonly (readonly [string, Target])[] = [
  [BUTTONS.back, { kind: 'back' }],
  [BUTTONS.previous, { kind: 'previous' }],
  ['description', subTarget(DESCRIPTION)],
  ['features', subTarget(FEATURES)],
  ['reviews', subTarget(REVIEWS)],
  [BUTTONS.buy, { kind: 'buy' }],
]
/** Texts that WebShop treats as a button on any page. */
const RESERVED: ReadonlyMap<string, Target> = new Map([
  ...ITEM_BUTTONS,
  ['attributes', subTarget(ATTRIBUTES)],
  [BUTTONS.search, { kind: 'search' }],
])

/** The item page's targets under the rules. */
export const itemTargets = (product: Product, rules: ShopRules): ItemTargets =>
  rules.nameClashingOptions ? namedTargets(product) : plainTargets(product)

/** WebShop's: of options with the same value the last one is meant, and a button's text always means the button. */
const plainTargets = derive((product: Product): ItemTargets => {
  const choices = choicesOf(product).map((choice) => ({ ...choice, key: choice.value }))
  return { choices, byKey: targetsOf(choices, (choice) => RESERVED.get(choice.key) ?? optionTarget(choice)) }
})

/** A value that would not be understood alone is called `name: value`. */
const namedTargets = derive((product: Product): ItemTargets => {
  const bare = choicesOf(product)
  const counts = new Map<string, Set<string>>()
  for (const { name, value } of bare) counts.set(value, (counts.get(value) ?? new Set()).add(name))
  const isClear = (value: string): boolean => !isTaken(value) && counts.get(value)?.size === 1
  const choices = bare.map(({ name, value }) => ({ name, value, key: isClear(value) ? value : `${name}: ${value}` }))
  return { choices, byKey: targetsOf(choices, optionTarget) }
})

const isTaken = (text: string): boolean => text === '' || text === BUTTONS.next || RESERVED.has(text)

const choicesOf = ({ options }: Product): readonly Pick<Choice, 'name' | 'value'>[] =>
  Object.entries(options).flatMap(([name, values]) => values.map((value) => ({ name, value })))

function targetsOf(choices: readonly Choice[], targetOf: (choice: Choice) => Target): ReadonlyMap<string, Target> {
  const targets = new Map(ITEM_BUTTONS)
  for (const choice of choices) targets.set(choice.key, targetOf(choice))
  return targets
}

const optionTarget = ({ name, value }: Choice): Target => ({ kind: 'option', name, value })
