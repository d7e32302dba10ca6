import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import { pythonFloat } from '../../../core/cpython/repr.ts'
import type { Product } from '../catalogue/product.ts'
import type { Goal } from '../goals/goal.ts'
import { derive } from '../reward/memo.ts'
import { hasNextPage, hasPreviousPage, openProduct } from '../session/available.ts'
import type { ShopRules } from '../session/rules.ts'
import { optionsMap, type ShopState, type SubPage } from '../session/state.ts'
import { type ItemTargets, itemTargets } from '../session/targets.ts'
import { goalAt, type Shop } from '../shop.ts'
import { button, type Fragment, fragment, plain, type TextNode } from './nodes.ts'

const BACK = fragment(button('Back to Search'))
const PREVIOUS = fragment(button('< Prev'))
const NEXT = fragment(button('Next >'))

/** The visible texts of the page that a state is on, in the order of WebShop's page. */
export function fragmentsOf(state: ShopState, shop: Shop): readonly Fragment[] {
  const page = pageFragments(state, shop)
  return state.problem === null ? page : [...page, fragment(plain(`Nothing happened: ${state.problem}.`))]
}

function pageFragments(state: ShopState, shop: Shop): readonly Fragment[] {
  const goal = goalAt(shop, state.goal)
  switch (state.page) {
    case 'search':
      return [searchPage(goal)]
    case 'results':
      return resultsPage(state, shop, goal)
    case 'item':
      return [instructionOf(goal), BACK, PREVIOUS, ...chosen(state, shop.rules), itemOf(state, shop)]
    case 'sub':
      return subPage(state, shop, goal)
    case 'done':
      return [donePage(state)]
  }
}

const searchPage = derive(({ instructionText }: Goal) =>
  fragment(plain('WebShop'), plain('Instruction: '), plain(instructionText), button('Search')),
)

const instructionOf = derive(({ instructionText }: Goal) => fragment(plain('Instruction:'), plain(instructionText)))

function resultsPage(state: ShopState, shop: Shop, goal: Goal): readonly Fragment[] {
  const heading = fragment(plain(`Page ${state.pageNumber} (Total results: ${state.total})`))
  const fragments = [instructionOf(goal), BACK, heading]
  if (hasPreviousPage(state)) fragments.push(PREVIOUS)
  if (hasNextPage(state, shop.rules)) fragments.push(NEXT)
  for (const ordinal of state.hits) fragments.push(resultOf(shop.catalogue.at(ordinal)))
  return fragments
}

const resultOf = derive(({ asin, title, priceLabel }: Product) =>
  fragment({ kind: 'product', text: asin }, plain(title), plain(priceLabel)),
)

/** WebShop's text does not say what was chosen: ours does on the pages of the item. */
function chosen({ options }: ShopState, { showChosenOptions }: ShopRules): readonly Fragment[] {
  if (!showChosenOptions || options.length === 0) return []
  return [fragment(plain(`Chosen: ${options.map(({ name, value }) => `${name}: ${value}`).join(', ')}`))]
}

const itemOf = (state: ShopState, shop: Shop): Fragment => {
  const product = openProduct(state, shop)
  return itemFragments(itemTargets(product, shop.rules))(product)
}

/** By targets first: the same product has others under other rules. */
const itemFragments = derive(({ choices }: ItemTargets) =>
  derive((product: Product): Fragment => {
    const options = Object.keys(product.options).flatMap((option) => [
      plain(option),
      ...choices
        .filter(({ name }) => name === option)
        .map(({ name, value, key }) => ({ kind: 'option', text: key, name, value }) as const),
    ])
    const facts = [product.title, `Price: ${product.priceLabel}`, 'Rating: N.A.'].map(plain)
    const buttons = ['Description', 'Features', 'Reviews', 'Buy Now'].map(button)
    return fragment(...options, ...facts, ...buttons)
  }),
)

function subPage(state: ShopState, shop: Shop, goal: Goal): readonly Fragment[] {
  const body = state.subPage === null ? NO_REVIEWS : SUB_PAGE_BODY[state.subPage](openProduct(state, shop))
  return [instructionOf(goal), BACK, PREVIOUS, ...chosen(state, shop.rules), body]
}

const NO_REVIEWS = fragment()
const listed = (lines: readonly string[]): readonly TextNode[] => lines.map((line) => plain(` ${line}`))
const SUB_PAGE_BODY: Readonly<Record<SubPage, (product: Product) => Fragment>> = {
  Description: derive(({ description }: Product) => fragment(plain(description))),
  Features: derive(({ bulletPoints }: Product) => fragment(...listed(bulletPoints))),
  Reviews: () => NO_REVIEWS,
  Attributes: derive(({ attributes, category, query, productCategory }: Product) =>
    fragment(...listed(attributes), plain(category), plain(query), plain(productCategory)),
  ),
}

/** What the thank-you page says of the purchase. Its parts that WebShop leaves unfilled read `None`. */
function donePage(state: ShopState): Fragment {
  const purchased = ['asin', state.asin ?? '', 'options', optionsJson(state), 'attrs', 'None', 'category', 'None']
  const missing = ['query', 'None', 'product category', 'None']
  const target = ['asin', 'options', 'attrs', 'price upper', 'instuction text', 'category', 'product category', 'query']
  const thanks = ['Thank you for shopping with us!', 'Your code: ', 'None', ' (Paste it in your MTurk interface.)']
  const reward = ['Reward', 'Your score (min 0.0, max 1.0)', pythonFloat(state.reward ?? 0), 'Reward Details ', 'None']
  const lines = [...thanks, 'Purchased', ...purchased, ...missing, 'Target', ...target, 'Goal ', 'None', ...reward]
  return fragment(...lines.map(plain))
}

/** Flask's `tojson` of the chosen options: keys in order, and no character that HTML would read. */
export const optionsJson = ({ options }: ShopState): string => toJson(optionsMap(options))

export const toJson = (value: ReadonlyMap<string, string | null>): string =>
  pythonJsonDumps(value, { sortKeys: true }).replace(/[<>&']/g, (character) => HTML_SAFE[character] ?? character)
const HTML_SAFE: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' }
