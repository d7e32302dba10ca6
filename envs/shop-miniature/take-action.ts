import type { Transition } from '../../core/episode/environment.ts'
import { scoreOf } from './goals.ts'
import type { Move } from './pages.ts'
import { goalAt, productAt, type Shop } from './shop.ts'
import { type Place, SEARCH, type ShopState } from './state.ts'

/** The score of what was bought, or that of buying now, 0 to 1; 0 where nothing can be bought. */
export function scoreAt(shop: Shop, { goal, place }: ShopState): number {
  if (place.page === 'bought') return place.score
  if (place.page !== 'item') return 0
  return scoreOf(goalAt(shop, goal), productAt(shop, place.product), place.selected)
}

/** One move of those that the page lists; undefined is any other action, which changes nothing. */
export function takeMove(shop: Shop, state: ShopState, move: Move | undefined): Transition<ShopState> {
  if (move === undefined) return { ...UNPAID, state, isActionValid: false, info: { problem: NOT_LISTED } }
  if (move.kind === 'buy') return bought(shop, state)
  const place = after(shop, state.place, move)
  return { ...UNPAID, state: place === state.place ? state : { ...state, place } }
}

function bought(shop: Shop, state: ShopState): Transition<ShopState> {
  const score = scoreAt(shop, state)
  const reward = shop.settings.reward === 'graded' ? score : Number(score === 1)
  return { state: { ...state, place: { page: 'bought', score } }, reward, terminated: true }
}

const UNPAID = { reward: 0, terminated: false } as const
const NOT_LISTED = 'this page has no such action: take one of the listed actions'

function after({ groups }: Shop, place: Place, move: Move): Place {
  if (move.kind === 'search') return { page: 'results', query: move.query, part: 0 }
  if (move.kind === 'open') return { page: 'item', product: move.product, selected: Array(groups).fill(null) }
  if (move.kind === 'back') return SEARCH
  if (move.kind === 'turn') return 'part' in place ? { ...place, part: move.part } : place
  if (move.kind !== 'select' || place.page !== 'item') return place
  return { ...place, selected: place.selected.map((before, at) => (at === move.group ? move.value : before)) }
}
