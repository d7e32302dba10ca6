import { optionGroup, type Product } from './catalogue.ts'
import type { Goal } from './goals.ts'
import { goalAt, productAt, type Shop } from './shop.ts'
import type { ShopState } from './state.ts'

/** What an action does. */
export type Move =
  | { readonly kind: 'search'; readonly query: number }
  | { readonly kind: 'open'; readonly product: number }
  | { readonly kind: 'turn'; readonly part: number }
  | { readonly kind: 'select'; readonly group: number; readonly value: string }
  | { readonly kind: 'description' | 'buy' | 'back' }

/** Actions of a page, by their text. */
export interface Page {
  readonly actions: readonly string[]
  readonly moves: ReadonlyMap<string, Move>
}

type Entry = readonly [text: string, move: Move]

const PAGE_SIZE = 10

export const foundBy = (shop: Shop, goal: number, query: number): readonly number[] =>
  goalAt(shop, goal).queries[query]?.found ?? []

export const partsOf = (found: readonly number[]): number => Math.max(1, Math.ceil(found.length / PAGE_SIZE))

/** Positions of the products that one page of results lists. */
export const listedIn = (found: readonly number[], part: number): readonly number[] =>
  found.slice(part * PAGE_SIZE, (part + 1) * PAGE_SIZE)

/** What a product is called, in lists and in actions. */
export const nameOf = (product: number): string => `item ${product}`

/** Lists the actions of pages, each page once. */
export class Pages {
  readonly #shop: Shop
  readonly #known = new Map<string, Page>()

  constructor(shop: Shop) {
    this.#shop = shop
  }

  of(state: ShopState): Page {
    const key = keyOf(state)
    const known = this.#known.get(key)
    if (known) return known
    const moves = new Map(entriesOf(this.#shop, state))
    const page = { actions: Object.freeze([...moves.keys()]), moves }
    this.#known.set(key, page)
    return page
  }
}

/** Pages that share a key list the same actions. */
function keyOf({ goal, place }: ShopState): string {
  if (place.page === 'search') return `search ${goal}`
  if (place.page === 'results') return `results ${goal} ${place.query} ${place.part}`
  return place.page === 'item' ? `item ${place.product}` : 'bought'
}

function entriesOf(shop: Shop, { goal, place }: ShopState): readonly Entry[] {
  if (place.page === 'search') return searchEntries(goalAt(shop, goal))
  if (place.page === 'results') return resultEntries(shop, goal, place.query, place.part)
  return place.page === 'item' ? itemEntries(productAt(shop, place.product)) : []
}

const searchEntries = ({ queries }: Goal): readonly Entry[] =>
  queries.map(({ words }, query) => [`search[${words.join(' ')}]`, { kind: 'search', query }])

function resultEntries(shop: Shop, goal: number, query: number, part: number): readonly Entry[] {
  const found = foundBy(shop, goal, query)
  return [
    ...listedIn(found, part).map((at): Entry => [`click[${nameOf(at)}]`, { kind: 'open', product: at }]),
    ...turns(part, partsOf(found)),
    BACK,
  ]
}

const BACK: Entry = ['click[back]', { kind: 'back' }]

const turns = (part: number, parts: number): readonly Entry[] => [
  ...(part + 1 < parts ? [['click[next]', { kind: 'turn', part: part + 1 }] as const] : []),
  ...(part > 0 ? [['click[previous]', { kind: 'turn', part: part - 1 }] as const] : []),
]

const itemEntries = ({ options }: Product): readonly Entry[] => [
  ...options.flatMap((values, group) =>
    values.map((value): Entry => [`${optionGroup(group)}[${value}]`, { kind: 'select', group, value }]),
  ),
  ['click[description]', { kind: 'description' }],
  ['click[buy]', { kind: 'buy' }],
  BACK,
]
