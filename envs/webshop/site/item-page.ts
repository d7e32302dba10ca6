import { type Markup, markup } from '../../../core/data/markup.ts'
import type { Product } from '../catalogue/product.ts'
import { isChosen, openProduct } from '../session/available.ts'
import type { ShopState } from '../session/state.ts'
import { BUTTONS, type Choice, itemTargets } from '../session/targets.ts'
import type { Shop } from '../shop.ts'
import { Clicks } from './buttons.ts'
import { drawingOf } from './drawing/index.ts'
import type { Content } from './frame.ts'
import { chosenLine, foreign, navigation, priceOf } from './parts.ts'

export function itemPage(state: ShopState, shop: Shop): Content {
  const product = openProduct(state, shop)
  const clicks = new Clicks(state, shop)
  return {
    title: product.title,
    main: markup`${navigation(clicks.button(BUTTONS.back, 'Back to Search'), clicks.button(BUTTONS.previous, '< Prev'))}
<div class="item">
<div class="picture">${drawingOf(product, state.options)}</div>
<div>
<h1>${foreign(product.title)}</h1>
<p class="price">Price: ${priceOf(product)}</p>
<p class="second">Rating: N.A. · ${foreign(product.asin)}</p>
${optionsOf(product, state, shop, clicks)}
<p class="row">${clicks.button(BUTTONS.buy, 'Buy Now', { look: 'main' })}</p>
<nav class="row" aria-label="About the product">${ABOUT.map((name) => clicks.button(name.toLowerCase(), name))}</nav>
</div>
</div>`,
  }
}

const ABOUT = ['Description', 'Features', 'Reviews'] as const

function optionsOf(product: Product, state: ShopState, shop: Shop, clicks: Clicks): Markup {
  const { choices } = itemTargets(product, shop.rules)
  const names = Object.keys(product.options)
  return markup`${names.map((name, position) =>
    optionOf({ name, position, choices: choices.filter((choice) => choice.name === name) }, state, clicks),
  )}${chosenLine(state.options)}`
}

interface Option {
  readonly name: string
  /** Among the options of the product. */
  readonly position: number
  readonly choices: readonly Choice[]
}

const optionOf = (
  { name, position, choices }: Option,
  state: ShopState,
  clicks: Clicks,
): Markup => markup`<div class="option" role="group" aria-labelledby="option-${position}">
<p class="label" id="option-${position}">${foreign(name)}</p>
<div class="row">${choices.map(({ value, key }) =>
  clicks.button(key, foreign(key), { look: 'choice', isPressed: isChosen(state, { kind: 'option', name, value }) }),
)}</div>
</div>`
