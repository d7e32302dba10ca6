import type { Rng } from '../../../core/data/rng.ts'
import { digits } from '../engine/generated-people.ts'
import { float, type OrderedDict } from '../engine/python-number.ts'
import type { Variant } from './schema.ts'

/** A product type: its options with their values, and its price range in dollars. */
interface ProductType {
  readonly name: string
  readonly options: { readonly [name: string]: readonly string[] }
  readonly prices: readonly [number, number]
}

const TYPES: readonly ProductType[] = [
  { name: 'Backpack', options: { color: ['black', 'green', 'navy'], size: ['small', 'large'] }, prices: [60, 130] },
  { name: 'Bookshelf', options: { material: ['oak', 'glass', 'metal'], height: ['4 ft', '6 ft'] }, prices: [150, 420] },
  { name: 'Camera', options: { resolution: ['20MP', '24MP'], zoom: ['3x', '5x', '10x'] }, prices: [300, 900] },
  { name: 'Desk Lamp', options: { color: ['black', 'silver', 'white'], power: ['USB', 'battery'] }, prices: [20, 90] },
  { name: 'Electric Kettle', options: { capacity: ['1L', '1.5L', '2L'], color: ['red', 'white'] }, prices: [25, 95] },
  {
    name: 'Headphones',
    options: { type: ['in-ear', 'over-ear'], color: ['black', 'blue', 'white'] },
    prices: [50, 350],
  },
  { name: 'Jigsaw Puzzle', options: { pieces: ['500', '1000', '2000'], theme: ['animals', 'art'] }, prices: [15, 60] },
  {
    name: 'Keyboard',
    options: { switches: ['clicky', 'linear', 'tactile'], layout: ['80%', 'full'] },
    prices: [60, 280],
  },
  { name: 'Mug', options: { material: ['ceramic', 'glass'], color: ['blue', 'green', 'yellow'] }, prices: [8, 30] },
  {
    name: 'Office Chair',
    options: { fabric: ['leather', 'mesh'], color: ['black', 'gray'], arms: ['fixed', 'adjustable'] },
    prices: [120, 520],
  },
  { name: 'Running Shoes', options: { size: ['8', '9', '10', '11'], color: ['black', 'red'] }, prices: [70, 190] },
  {
    name: 'Smart Watch',
    options: { strap: ['leather', 'silicone'], color: ['black', 'gold', 'silver'] },
    prices: [140, 480],
  },
  { name: 'Tea Set', options: { pieces: ['4', '6'], pattern: ['floral', 'plain', 'striped'] }, prices: [40, 140] },
  { name: 'Umbrella', options: { color: ['black', 'red', 'yellow'], size: ['compact', 'golf'] }, prices: [15, 55] },
]

export interface GeneratedProduct {
  readonly name: string
  readonly product_id: string
  readonly variants: OrderedDict<Variant>
}

/** Every product type with each combination of its options as an item; four in five items can be had. */
export function productsOf(rng: Rng): readonly GeneratedProduct[] {
  return TYPES.map(({ name, options, prices }) => {
    const items = combinations(options).map((chosen) => variantOf(rng, chosen, prices))
    return {
      name,
      product_id: digits(rng, 10),
      variants: { $dict: items.map((item) => [item.item_id, item] as const) },
    }
  })
}

function variantOf(
  rng: Rng,
  options: { readonly [name: string]: string },
  [low, high]: readonly [number, number],
): Variant {
  const cents = rng.int(low * 100, high * 100)
  return { item_id: digits(rng, 10), options: { ...options }, available: rng.chance(0.8), price: float(cents / 100) }
}

function combinations(options: ProductType['options']): readonly { readonly [name: string]: string }[] {
  return Object.entries(options).reduce<readonly { readonly [name: string]: string }[]>(
    (chosen, [name, values]) => chosen.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  )
}
