import { type Markup, markup } from '../../../core/data/markup.ts'
import type { Product } from '../catalogue/product.ts'
import { hasNextPage, hasPreviousPage, keyOfProduct, openProduct } from '../session/available.ts'
import { lastPageOf } from '../session/find.ts'
import type { ShopState, SubPage } from '../session/state.ts'
import { BUTTONS } from '../session/targets.ts'
import type { Shop } from '../shop.ts'
import { Clicks } from './buttons.ts'
import { drawingOf } from './drawing/index.ts'
import type { Content } from './frame.ts'
import { chosenLine, foreign, navigation, priceOf } from './parts.ts'

/** Longest search that the search field takes. */
export const LONGEST_SEARCH = 500

export const searchPage = (): Content => ({
  title: 'Search',
  main: markup`<div class="search">
<h1><label for="search">What are you looking for?</label></h1>
<p class="row"><input id="search" name="search" type="text" required maxlength="${LONGEST_SEARCH}" autocomplete="off" enterkeyhint="search" placeholder="Words that describe the product">
<button type="submit" class="main">Search</button></p>
</div>`,
})

export function resultsPage(state: ShopState, shop: Shop): Content {
  const { query, pageNumber, total, hits } = state
  const clicks = new Clicks(state, shop)
  const heading = `Page ${pageNumber} of ${lastPageOf(total)}`
  const products = hits.map((ordinal) => shop.catalogue.at(ordinal))
  return {
    title: `Results, page ${pageNumber}`,
    main: markup`${navigation(
      clicks.button(BUTTONS.back, 'Back to Search'),
      hasPreviousPage(state) && clicks.button(BUTTONS.previous, '< Prev'),
      hasNextPage(state, shop.rules) && clicks.button(BUTTONS.next, 'Next >'),
    )}
<h1>Results for “${foreign(query ?? '')}”</h1>
<p class="second">${heading} · Total results: ${total}</p>
${products.length === 0 ? EMPTY : markup`<ol class="cards">${products.map((product) => cardOf(product, state, clicks))}</ol>`}`,
  }
}

const EMPTY = markup`<p>No product has these words. Go back to search, and try others.</p>`

/** A product among results; its title is what can be clicked. */
const cardOf = (product: Product, { visited }: ShopState, clicks: Clicks): Markup => markup`<li class="card">
${drawingOf(product)}
<div>
<h2>${clicks.button(keyOfProduct(product), foreign(product.title), { look: 'title' })}</h2>
<p class="price">${priceOf(product)}</p>
<p class="second">${foreign(product.asin)}${visited.includes(product.asin) && markup` <span class="tag">Viewed</span>`}</p>
</div>
</li>`

export function subPage(state: ShopState, shop: Shop): Content {
  const product = openProduct(state, shop)
  const clicks = new Clicks(state, shop)
  const name = state.subPage ?? 'Reviews'
  return {
    title: name,
    main: markup`${navigation(clicks.button(BUTTONS.back, 'Back to Search'), clicks.button(BUTTONS.previous, '< Prev'))}
<h1>${name}</h1>
${chosenLine(state.options)}
<div class="prose">${SUB_PAGES[name](product)}</div>`,
  }
}

const SUB_PAGES: Readonly<Record<SubPage, (product: Product) => Markup>> = {
  Description: ({ description }) => markup`<p>${foreign(description)}</p>`,
  Features: ({ bulletPoints }) => listOf(bulletPoints),
  Reviews: () => markup`<p class="second">This product has no reviews.</p>`,
  Attributes: ({ attributes, category, query, productCategory }) =>
    markup`${listOf(attributes)}<p>${foreign(category)}</p><p>${foreign(query)}</p><p>${foreign(productCategory)}</p>`,
}

const listOf = (texts: readonly string[]): Markup =>
  markup`<ul>${texts.map((text) => markup`<li>${foreign(text)}</li>`)}</ul>`
