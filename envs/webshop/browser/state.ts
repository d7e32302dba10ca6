import { type ShopState, viewKeyOf } from '../session/state.ts'

/** State of an episode in a browser. */
export interface BrowserState {
  readonly shop: ShopState
  /** The page as it was drawn, as a data URL; null where no picture was asked for. */
  readonly picture: string | null
}

/** A key that is equal for states with equal views. */
export const keyOf = ({ shop, picture }: BrowserState): string => `${viewKeyOf(shop)} ${picture ?? ''}`

/** The state after an action that did nothing, if the shop says so. */
export const refusedIn = (state: BrowserState, problem: string, isShown: boolean): BrowserState =>
  isShown ? { ...state, shop: { ...state.shop, problem } } : state
