import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import { pythonRepr } from '../../../core/cpython/repr.ts'
import { optionsMap, type ShopState } from './state.ts'

const BASE_URL = 'http://127.0.0.1:3000'

/** The address WebShop's simulated browser shows; nothing in it is URL-escaped. */
export function urlOf(state: ShopState): string {
  const { session, page, pageNumber, asin, subPage } = state
  const query = (state.query ?? '').replaceAll(' ', '+')
  switch (page) {
    case 'search':
      return `${BASE_URL}/${session}`
    case 'results':
      return `${BASE_URL}/search_results/${session}/${query}/${pageNumber}`
    case 'item':
      return `${BASE_URL}/item_page/${session}/${asin}/${query}/${pageNumber}/${pythonJsonDumps(optionsMap(state.options))}`
    case 'sub':
      return `${BASE_URL}/item_sub_page/${session}/${asin}/${query}/${pageNumber}/${subPage}/${reprOf(state)}`
    case 'done':
      return `${BASE_URL}/done/${session}/${asin}/${reprOf(state)}`
  }
}

const reprOf = ({ options }: ShopState): string => pythonRepr(optionsMap(options))

/**
 * WebShop's `get_page_name`: the first of these names that stands anywhere in the address, also in a query, an option
 * or the session's name.
 */
export function pageNameIn(url: string): 'search_results' | 'item_page' | 'item_sub_page' | 'done' | null {
  return PAGE_NAMES.find((name) => url.includes(name)) ?? null
}
const PAGE_NAMES = ['search_results', 'item_page', 'item_sub_page', 'done'] as const
