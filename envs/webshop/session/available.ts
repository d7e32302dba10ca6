import { pythonLower } from '../../../core/cpython/text.ts'
import type { Product } from '../catalogue/product.ts'
import { derive } from '../reward/memo.ts'
import { goalAt, type Shop } from '../shop.ts'
import { isReadAs } from './action.ts'
import { lastPageOf } from './find.ts'
import type { ShopRules } from './rules.ts'
import { searchesFor } from './searches.ts'
import type { ShopState } from './state.ts'
import { BUTTONS, itemTargets, type Target } from './targets.ts'

/** WebShop's `get_available_actions`: `has_search_bar`, and what a click may name, in WebShop's order. */
export interface AvailableActions {
  readonly hasSearchBar: boolean
  readonly clickables: readonly string[]
}

export const availableActions = (state: ShopState, shop: Shop): AvailableActions => ({
  hasSearchBar: state.page === 'search',
  clickables: clickablesOf(state, shop),
})

/**
 * Actions that do something here, as text. Where a search bar is, this many searches mean all that could be made:
 * those of the instruction's own words.
 */
export function admissibleActions(state: ShopState, shop: Shop, searches = 1): readonly string[] {
  const actions: string[] = []
  for (const key of clickablesOf(state, shop))
    if (key !== BUTTONS.search && isReadAs(key, shop.rules)) actions.push(`click[${key}]`)
  if (state.page !== 'search') return actions
  return [...searchesFor(goalAt(shop, state.goal).wish, searches).map((query) => `search[${query}]`), ...actions]
}

const SEARCH_PAGE: readonly string[] = [BUTTONS.search]
const SUB_PAGE: readonly string[] = [BUTTONS.back, BUTTONS.previous]
const NOTHING: readonly string[] = []

function clickablesOf(state: ShopState, shop: Shop): readonly string[] {
  switch (state.page) {
    case 'search':
      return shop.rules.noOpClicksAreInvalid ? NOTHING : SEARCH_PAGE
    case 'results':
      return resultsClickables(state, shop)
    case 'item':
      return itemClickables(state, shop)
    case 'sub':
      return SUB_PAGE
    case 'done':
      return NOTHING
  }
}

function resultsClickables(state: ShopState, shop: Shop): readonly string[] {
  const keys: string[] = [BUTTONS.back]
  if (hasPreviousPage(state)) keys.push(BUTTONS.previous)
  if (hasNextPage(state, shop.rules)) keys.push(BUTTONS.next)
  for (const ordinal of state.hits) keys.push(keyOfProduct(shop.catalogue.at(ordinal)))
  return keys
}

function itemClickables(state: ShopState, shop: Shop): readonly string[] {
  const product = openProduct(state, shop)
  const keys = keysOfItem(itemTargets(product, shop.rules))
  if (!shop.rules.noOpClicksAreInvalid || state.options.length === 0) return keys
  const { byKey } = itemTargets(product, shop.rules)
  return keys.filter((key) => !isChosen(state, byKey.get(key)))
}

const keysOfItem = derive(({ byKey }: ReturnType<typeof itemTargets>): readonly string[] => [...byKey.keys()])

/** How a click names a product. */
export const keyOfProduct = derive((product: Product): string => pythonLower(product.asin))

export const hasPreviousPage = ({ pageNumber }: ShopState): boolean => pageNumber > 1

export const hasNextPage = ({ pageNumber, total }: ShopState, { stopAtLastPage }: ShopRules): boolean =>
  !stopAtLastPage || pageNumber < lastPageOf(total)

export const isChosen = ({ options }: ShopState, target: Target | undefined): boolean =>
  target?.kind === 'option' && options.some(({ name, value }) => name === target.name && value === target.value)

/** The product whose pages are open. */
export function openProduct({ asin, page }: ShopState, { catalogue }: Shop): Product {
  const ordinal = asin === null ? undefined : catalogue.ordinalOf(asin)
  if (ordinal === undefined) throw new RangeError(`page ${page} shows no product of this catalogue: ${asin}`)
  return catalogue.at(ordinal)
}
