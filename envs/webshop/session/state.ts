/** Pages of the shop; `sub` is one of an item's sub pages. */
export type PageKind = 'search' | 'results' | 'item' | 'sub' | 'done'

/** `Attributes` has no button: it is reached if an option value has that name. */
export const SUB_PAGES = ['Description', 'Features', 'Reviews', 'Attributes'] as const
export type SubPage = (typeof SUB_PAGES)[number]

/** Chosen options keep the order of their first choice: addresses show it. */
export interface ChosenOption {
  readonly name: string
  readonly value: string
}

/** All that distinguishes one moment of an episode from another: plain data, replaced and never changed. */
export interface ShopState {
  /** The session's name in addresses. */
  readonly session: string
  /** Position of the goal in the shop's goals. */
  readonly goal: number
  readonly page: PageKind
  /** What was searched for last, in lower case; null before. */
  readonly query: string | null
  /** Page of the results, from 1 (WebShop reaches 0). */
  readonly pageNumber: number
  /** Ordinals of the products on that page. */
  readonly hits: readonly number[]
  /** Number of results on all pages. */
  readonly total: number
  /** The product whose pages are open. */
  readonly asin: string | null
  readonly options: readonly ChosenOption[]
  readonly subPage: SubPage | null
  /** Products opened since the search page was left, in that order. */
  readonly visited: readonly string[]
  /** Reward of the purchase, on the page that follows it. */
  readonly reward: number | null
  /** Why the last action did nothing, where the rules show it. */
  readonly problem: string | null
}

/** The search page that a session starts on. */
export const startState = (session: string, goal: number): ShopState => ({
  session,
  goal,
  page: 'search',
  query: null,
  pageNumber: 1,
  hits: [],
  total: 0,
  asin: null,
  options: [],
  subPage: null,
  visited: [],
  reward: null,
  problem: null,
})

/**
 * The state without what does not matter for what follows: which products were opened, and in which order options
 * were chosen. So there are few enough states to list them.
 */
export function withoutHistory(state: ShopState): ShopState {
  if (state.visited.length === 0 && state.options.length < 2) return state
  const options = state.options.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return { ...state, visited: NOTHING_VISITED, options }
}
const NOTHING_VISITED: readonly string[] = Object.freeze([])

/** Open page, regardless of the options chosen on it. */
export const placeOf = ({ page, query, pageNumber, asin, subPage }: ShopState): string =>
  JSON.stringify([subPage ?? page, query, pageNumber, asin])

/** A Map, for names that look like numbers keep their place in it. */
export const optionsMap = (options: readonly ChosenOption[]): ReadonlyMap<string, string> =>
  new Map(options.map(({ name, value }) => [name, value]))

/**
 * A key that is equal for states with equal pages. The texts that come from outside are delimited by their length or
 * stand last.
 */
export function viewKeyOf(state: ShopState): string {
  const { session, goal, page, query, pageNumber, hits, total, asin, subPage, visited, reward, problem } = state
  let options = ''
  for (const { name, value } of state.options) options += `${name.length}:${name}${value.length}:${value}`
  const place = `${session.length}:${session} ${goal} ${page} ${pageNumber} ${total} ${asin} ${subPage} ${reward}`
  return `${place} ${hits.join()} ${visited.join()} ${options} ${query?.length}:${query} ${problem}`
}
