import type { Site, SiteFrame, SitePage } from '../../../core/episode/site.ts'
import type { ShopResources } from '../resources.ts'
import type { ShopState } from '../session/state.ts'
import type { Shop } from '../shop.ts'
import { Clicks } from './buttons.ts'
import { donePage } from './done-page.ts'
import { type Content, framed } from './frame.ts'
import { ICON } from './icon.ts'
import { itemPage } from './item-page.ts'
import { resultsPage, searchPage, subPage } from './pages.ts'
import { STYLE } from './style.ts'

/**
 * The shop as a web site for people. Its pages show what the `text` view shows, with drawings of the products, and their
 * buttons are the actions that an agent may take. They need no script.
 */
export const site: Site<ShopState, ShopResources> = {
  title: 'WebShop',
  summary:
    'Find and buy the product that an instruction describes. Only the purchase counts: the closer it is to the ' +
    'instruction, the higher the score. Every click and search is a step, and steps are limited.',
  style: STYLE,
  icon: ICON,
  page: (state, frame, { resources }) => sitePage(state, resources.shop, frame),
  action: (state, fields, { resources }) => formAction(state, resources.shop, fields),
}

/** The page of a state. It reads nothing of the goal but its instruction. */
export const sitePage = (state: ShopState, shop: Shop, frame: SiteFrame): SitePage =>
  framed(contentOf(state, shop, frame), state, shop, frame)

function contentOf(state: ShopState, shop: Shop, frame: SiteFrame): Content {
  switch (state.page) {
    case 'search':
      return searchPage()
    case 'results':
      return resultsPage(state, shop)
    case 'item':
      return itemPage(state, shop)
    case 'sub':
      return subPage(state, shop)
    case 'done':
      return donePage(state, shop, frame)
  }
}

/** The action of a submitted form: `click` is the position of what was clicked, `search` what was searched for. */
export function formAction(
  state: ShopState,
  shop: Shop,
  { click, search }: Readonly<Record<string, string>>,
): string | null {
  if (click !== undefined) return /^\d{1,6}$/.test(click) ? new Clicks(state, shop).actionAt(Number(click)) : null
  return state.page === 'search' && search !== undefined ? `search[${search}]` : null
}
