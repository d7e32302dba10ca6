import { type Markup, markup } from '../../../../core/data/markup.ts'
import type { Product } from '../../catalogue/product.ts'
import { derive } from '../../reward/memo.ts'
import type { ChosenOption } from '../../session/state.ts'
import { colorFor, colorIn, type Ink, inkOf } from './colors.ts'
import { FALLBACK, SHAPES } from './shapes.ts'

/**
 * A drawing of a product, as SVG within a page: its shape by title, query and category, its colour and size by what was
 * chosen, else by the first values that it is offered in. Photographs of a catalogue are on other hosts, and are not
 * shown. It says nothing that the page does not say in words, so that screen readers pass over it.
 */
export function drawingOf(product: Product, chosen: readonly ChosenOption[] = []): Markup {
  const values = [...chosen.map(({ value }) => value), ...offeredBy(product)]
  const ink = inkOf(values.map(colorIn).find((color) => color !== null) ?? colorFor(product.asin))
  const scale = SIZES.find(([words]) => chosen.some(({ value }) => words.test(value)))?.[1] ?? 1
  const moved = 48 * (1 - scale)
  return markup`<svg class="drawing" viewBox="0 0 96 96" aria-hidden="true" focusable="false"><g transform="translate(${moved.toFixed(1)} ${moved.toFixed(1)}) scale(${scale})">${shapeOf(product).map((line) => drawn(line, ink))}</g></svg>`
}

const offeredBy = derive(({ options }: Product): readonly string[] =>
  Object.values(options).flatMap((all) => all.slice(0, 1)),
)

const shapeOf = derive(({ title, query, category }: Product): readonly string[] => {
  const found = [query, title, category].map((text) => shapeIn(text.toLowerCase()))
  return found.find((shape) => shape !== null) ?? FALLBACK
})

const shapeIn = (text: string): readonly string[] | null => SHAPES.find(([words]) => words.test(text))?.[1] ?? null

/** Chosen sizes that change how large a product is drawn. */
const SIZES: readonly (readonly [words: RegExp, scale: number])[] = [
  [/\b(small|petite|twin|crib|mini|compact|single|5 oz|3 ft|us 5|us 6)\b/, 0.74],
  [/\b(medium|full|8 oz|12 oz|6 ft|us 7|us 8)\b/, 0.86],
  [/\b(plus|king|bulk|32 oz|25 ft|us 12)\b/, 1.08],
]

/** One line of a shape. */
function drawn(line: string, { main, shade, light }: Ink): Markup {
  const color = line[0] === 'S' ? shade : line[0] === 'L' ? light : main
  const path = line.slice(2)
  return path.startsWith('~')
    ? markup`<path d="${path.slice(1)}" fill="none" stroke="${color}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>`
    : markup`<path d="${path}" fill="${color}"/>`
}
