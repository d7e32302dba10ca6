import type { BrowserChoice } from '../../../browser/find.ts'
import { PagePool } from '../../../browser/pool.ts'
import { sharedBrowser } from '../../../browser/shared.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { shopOptions } from '../options.ts'
import { openResources, type ShopResources } from '../resources.ts'
import { type BrowserOptions, browserOptions } from './options.ts'
import { ShopTab } from './tab.ts'

/** An opened shop with the pages of a browser that show it. */
export interface BrowserResources extends ShopResources {
  readonly browser: BrowserOptions
  readonly choice: BrowserChoice
  /** The browser starts with the first page that is leased. */
  readonly pool: PagePool<ShopTab>
}

/** @throws GymError CATALOGUE_INVALID, CONFIG_INVALID */
export async function openBrowserResources(
  options: JsonObject,
  executable: string | undefined,
): Promise<BrowserResources> {
  const browser = browserOptions(options)
  const resources = await openResources(shopOptions({ ...options, observation: 'text' }))
  const choice = { channel: browser.channel, ...(executable !== undefined && { executable }) }
  const pool = new PagePool<ShopTab>({
    start: () => sharedBrowser(choice),
    pages: browser.pages,
    open: (each) => ShopTab.open(each, browser),
  })
  return { ...resources, browser, choice, pool }
}
