import { optionGroup, titleOf } from './catalogue.ts'
import { foundBy, listedIn, nameOf, partsOf } from './pages.ts'
import { goalAt, productAt, type Shop } from './shop.ts'
import type { ItemPlace, ShopState } from './state.ts'

/** The instruction, and the page below it: what kind of page it is, then what it shows. */
export const textView = (shop: Shop, state: ShopState): string =>
  [heading(shop, state), ...pageLines(shop, state)].join('\n')

const heading = (shop: Shop, { goal }: ShopState): string => `Instruction: ${goalAt(shop, goal).instruction}`

function pageLines(shop: Shop, { goal, place }: ShopState): readonly string[] {
  if (place.page === 'search') return ['Search page']
  if (place.page === 'results') return resultLines(shop, goal, place.query, place.part)
  if (place.page === 'bought') return ['Bought']
  return [itemLine(place), ...productLines(shop, place.product), selectionLine(place)]
}

function resultLines(shop: Shop, goal: number, query: number, part: number): readonly string[] {
  const found = foundBy(shop, goal, query)
  const words = goalAt(shop, goal).queries[query]?.words ?? []
  const listed = listedIn(found, part).flatMap((at) => {
    const product = productAt(shop, at)
    return [nameOf(at), titleOf(product), `$${product.price}`]
  })
  return [`Results page ${part + 1} of ${partsOf(found)}`, `for ${words.join(' ')}`, ...listed]
}

/** The kind of page: which option groups have a value, right or wrong. */
function itemLine({ selected }: ItemPlace): string {
  const groups = selected.flatMap((value, group) => (value === null ? [] : [optionGroup(group)]))
  return `Item page, ${groups.length === 0 ? 'nothing' : groups.join(' ')} selected`
}

function productLines(shop: Shop, product: number): readonly string[] {
  const { attributes, category, price } = productAt(shop, product)
  return [`${nameOf(product)} is ${attributes.join(' ')} ${category}`, `$${price}`]
}

const selectionLine = ({ selected }: ItemPlace): string =>
  `options ${selected.map((value) => value ?? 'none').join(', ')}`

/** The page without what is selected: an anchor that merges the states of one product. */
export const productAnchor = (shop: Shop, state: ShopState): string =>
  state.place.page === 'item' ? productLines(shop, state.place.product).join('\n') : textView(shop, state)
