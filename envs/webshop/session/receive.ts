import { pythonRepr } from '../../../core/cpython/repr.ts'
import { type RewardBreakdown, shopReward } from '../reward/reward.ts'
import { goalAt, type Shop } from '../shop.ts'
import { parseShopAction } from './action.ts'
import { hasNextPage, hasPreviousPage, isChosen, keyOfProduct, openProduct } from './available.ts'
import { Crash, findProducts, pageOf, type Sample } from './find.ts'
import { type ChosenOption, type ShopState, type SubPage, startState } from './state.ts'
import { BUTTONS, itemTargets, type Move, type Target } from './targets.ts'
import { pageNameIn, urlOf } from './url.ts'

export interface ShopTransition {
  readonly state: ShopState
  /** The purchase's, from 0 to 1; 0 for any other step. */
  readonly reward: number
  /** Whether something was bought. */
  readonly isPurchase: boolean
  /** What the reward is made of; null for any step but a purchase. */
  readonly parts: RewardBreakdown | null
  /** Why the action did nothing; null where it did something. */
  readonly problem: string | null
  /** `repr` of the Python exception with which WebShop itself fails here; null where it does not. */
  readonly exception: string | null
}

/**
 * One action in a session: WebShop's `WebAgentTextEnv.step` and `SimServer.receive`, with the defects that the shop's
 * rules fix. Total: any text is an action, and one that does nothing says why.
 */
export function takeAction(shop: Shop, before: ShopState, text: string, sample: Sample): ShopTransition {
  const state = before.problem === null ? before : { ...before, problem: null }
  const { name, argument } = parseShopAction(text, shop.rules)
  if (shop.rules.purchaseEndsEpisode && state.page === 'done') return refused(shop, state, 'the purchase is made')
  if (argument === null || (name !== 'search' && name !== 'click'))
    return refused(shop, state, 'an action is search[words] or click[what the page shows]')
  if (name === 'click') return click(shop, state, argument, sample)
  if (shop.rules.searchOnlyWhereThereIsABar && state.page !== 'search')
    return refused(shop, state, 'there is no search bar on this page')
  return showResults(shop, state, argument, 1, sample)
}

function click(shop: Shop, state: ShopState, key: string, sample: Sample): ShopTransition {
  const target = targetOf(shop, state, key)
  if (target === null) return refused(shop, state, 'nothing on this page is called that')
  if (target.kind === 'search') return refused(shop, state, 'write search[words] to search')
  if (shop.rules.noOpClicksAreInvalid && isChosen(state, target)) return refused(shop, state, 'this is already chosen')
  return follow(shop, state, target, sample)
}

/** What an action may name on this page; null where there is no such thing. */
function targetOf(shop: Shop, state: ShopState, key: string): Target | null {
  switch (state.page) {
    case 'search':
      return key === BUTTONS.search ? { kind: 'search' } : null
    case 'results':
      return targetOnResults(shop, state, key)
    case 'item':
      return targetOnItem(shop, state, key)
    case 'sub':
      return targetOnSubPage(key)
    case 'done':
      return null
  }
}

function targetOnResults(shop: Shop, state: ShopState, key: string): Target | null {
  if (key === BUTTONS.back) return { kind: 'back' }
  if (key === BUTTONS.next) return hasNextPage(state, shop.rules) ? { kind: 'next' } : null
  if (key === BUTTONS.previous) return hasPreviousPage(state) ? { kind: 'previous' } : null
  const hit = state.hits.find((ordinal) => keyOfProduct(shop.catalogue.at(ordinal)) === key)
  return hit === undefined ? null : { kind: 'product', asin: shop.catalogue.at(hit).asin }
}

function targetOnItem(shop: Shop, state: ShopState, key: string): Target | null {
  const target = itemTargets(openProduct(state, shop), shop.rules).byKey.get(key) ?? null
  const isNext = target !== null && key === BUTTONS.next && !shop.rules.knowPageFromState
  return isNext && pageNameIn(urlOf(state)) === 'search_results' ? { kind: 'next' } : target
}

function targetOnSubPage(key: string): Target | null {
  if (key === BUTTONS.back) return { kind: 'back' }
  return key === BUTTONS.previous ? { kind: 'previous' } : null
}

function follow(shop: Shop, state: ShopState, target: Move, sample: Sample): ShopTransition {
  switch (target.kind) {
    case 'back':
      return moved(startState(state.session, state.goal))
    case 'next':
      return showResults(shop, state, state.query ?? '', state.pageNumber + 1, sample)
    case 'previous':
      return goBack(shop, state, sample)
    case 'product':
      return openItem(shop, state, target.asin)
    case 'option':
      return moved({ ...state, options: withOption(state.options, target) })
    case 'sub':
      return moved(subPage(state, target.subPage))
    case 'buy':
      return buy(shop, state)
  }
}

function goBack(shop: Shop, state: ShopState, sample: Sample): ShopTransition {
  switch (whereIs(shop, state)) {
    case 'results':
      return showResults(shop, state, state.query ?? '', state.pageNumber - 1, sample)
    case 'sub':
      return moved({ ...state, page: 'item', subPage: null })
    default:
      return showResults(shop, state, state.query ?? '', state.pageNumber, sample)
  }
}

/** The page that `< Prev` starts from: WebShop believes the address. */
function whereIs({ rules }: Shop, state: ShopState): 'results' | 'item' | 'sub' {
  const name = rules.knowPageFromState ? PAGE_NAMES[state.page] : pageNameIn(urlOf(state))
  return name === 'search_results' ? 'results' : name === 'item_sub_page' ? 'sub' : 'item'
}
const PAGE_NAMES: Readonly<Record<ShopState['page'], string>> = {
  search: '',
  results: 'search_results',
  item: 'item_page',
  sub: 'item_sub_page',
  done: 'done',
}

function showResults(shop: Shop, state: ShopState, query: string, page: number, sample: Sample): ShopTransition {
  const found = findProducts(shop, query, sample)
  if (found instanceof Crash) return crashed(shop, state, found.exception)
  const results = { page: 'results', query, pageNumber: page, hits: pageOf(found, page), total: found.length } as const
  return moved({ ...state, ...results, asin: null, options: NO_OPTIONS, subPage: null, reward: null })
}
const NO_OPTIONS: readonly ChosenOption[] = Object.freeze([])

/** WebShop finds the product by its ASIN in upper case, as it finds all that it looks up. */
function openItem(shop: Shop, state: ShopState, asin: string): ShopTransition {
  const found = shop.rules.knowPageFromState ? asin : keyOf(asin)
  if (shop.catalogue.ordinalOf(found) === undefined) return crashed(shop, state, `KeyError(${pythonRepr(found)})`)
  const visited = state.visited.includes(found) ? state.visited : [...state.visited, found]
  return moved({ ...state, page: 'item', asin: found, visited })
}
const keyOf = (asin: string): string => asin.toLowerCase().toUpperCase()

const subPage = (state: ShopState, name: SubPage): ShopState => ({ ...state, page: 'sub', subPage: name })

function withOption(options: readonly ChosenOption[], { name, value }: ChosenOption): readonly ChosenOption[] {
  const isNew = options.every((option) => option.name !== name)
  return isNew
    ? [...options, { name, value }]
    : options.map((option) => (option.name === name ? { name, value } : option))
}

function buy(shop: Shop, state: ShopState): ShopTransition {
  const parts = purchaseReward(shop, state)
  const bought = { ...state, page: 'done', reward: parts.reward } as const
  return { state: bought, reward: parts.reward, isPurchase: true, parts, problem: null, exception: null }
}

/** What buying the open product with the chosen options would earn now; null where none is open. */
export const progressParts = (shop: Shop, state: ShopState): RewardBreakdown | null =>
  state.asin === null ? null : purchaseReward(shop, state)

function purchaseReward(shop: Shop, state: ShopState): RewardBreakdown {
  const product = openProduct(state, shop)
  const goal = goalAt(shop, state.goal)
  const price = shop.prices[shop.catalogue.ordinalOf(product.asin) ?? -1] ?? 0
  const options = Object.fromEntries(state.options.map(({ name, value }) => [name, value]))
  const nouns = { purchased: shop.tagger.nounsOf(product.title), goal: shop.tagger.nounsOf(goal.name) }
  return shopReward({ goal, product, price, options, nouns })
}

const moved = (state: ShopState): ShopTransition => ({
  state,
  reward: 0,
  isPurchase: false,
  parts: null,
  problem: null,
  exception: null,
})

const refused = ({ rules }: Shop, state: ShopState, problem: string): ShopTransition => ({
  ...moved(rules.showProblems ? { ...state, problem } : state),
  problem,
})

const crashed = (shop: Shop, state: ShopState, exception: string): ShopTransition => ({
  ...refused(shop, state, `WebShop fails here: ${exception}`),
  exception,
})
