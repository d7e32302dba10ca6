/** Where an episode stands: a goal, by position, and a page of the shop. */
export interface ShopState {
  readonly goal: number
  readonly place: Place
}

/** A page of the shop. Numbers are positions (of a query, of a part of its results, of a product), or a score. */
export type Place =
  | { readonly page: 'search' }
  | { readonly page: 'results'; readonly query: number; readonly part: number }
  | ItemPlace
  | { readonly page: 'bought'; readonly score: number }

/** The page of one product. */
export interface ItemPlace {
  readonly page: 'item'
  readonly product: number
  /** Value of each option group, null where none is selected. */
  readonly selected: readonly (string | null)[]
}

export const SEARCH: Place = { page: 'search' }
