import type { ShopState } from '../session/state.ts'
import type { Shop } from '../shop.ts'
import { fragmentsOf } from './fragments.ts'
import { SEPARATOR } from './nodes.ts'

/** WebShop's `text` observation: the page's visible texts, divided by ` [SEP] `. */
export function textView(state: ShopState, shop: Shop): string {
  let view: string | null = null
  for (const { text } of fragmentsOf(state, shop))
    if (text !== null) view = view === null ? text : view + SEPARATOR + text
  return view ?? ''
}
