import { type Markup, markup } from '../../../core/data/markup.ts'
import type { Product } from '../catalogue/product.ts'
import type { ChosenOption } from '../session/state.ts'

/** A text of the catalogue: its direction changes nothing around it. */
export const foreign = (text: string): Markup => markup`<bdi>${text}</bdi>`

/** The buttons that lead away from a page. */
export const navigation = (...buttons: readonly (Markup | false)[]): Markup =>
  markup`<nav class="row" aria-label="Shop">${buttons}</nav>`

export const priceOf = ({ priceLabel }: Product): Markup => foreign(priceLabel)

/** What was chosen, in words; null where nothing was. */
export const chosenLine = (options: readonly ChosenOption[]): Markup | null =>
  options.length === 0
    ? null
    : markup`<p class="second">Chosen: ${foreign(options.map(({ name, value }) => `${name}: ${value}`).join(', '))}</p>`
