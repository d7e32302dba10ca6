import type { JsonObject } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { browserShop } from '../../../envs/webshop/browser/environment.ts'
import { pageOf } from '../../../envs/webshop/browser/page.ts'
import type { BrowserResources } from '../../../envs/webshop/browser/resources.ts'
import type { BrowserState } from '../../../envs/webshop/browser/state.ts'
import webshop from '../../../envs/webshop/index.ts'
import { closeAfterTest } from '../cleanup.ts'
import { foundChromium } from './chromium.ts'

export const SMALL = { catalogue: { generated: { products: 60, seed: 1 } } } as const

const environment = browserShop(foundChromium() ?? undefined)

/** An opened shop in a browser, and its resources. */
export interface OpenShop {
  readonly world: World
  readonly resources: BrowserResources
}

export async function openShop(options: JsonObject = {}): Promise<OpenShop> {
  const world = await openWorld(environment, { ...SMALL, ...options })
  const resources = world.resources as BrowserResources
  closeAfterTest(() => resources.pool.close())
  return { world, resources }
}

export const textShop = (options: JsonObject = {}): Promise<World> => openWorld(webshop, { ...SMALL, ...options })

export const started = (world: World, index = 0): Promise<Episode> =>
  Promise.resolve(startEpisode(world, { task: world.tasks.at(world.tasks.splits[0] ?? '', index), seed: 1 }))

/** What the browser itself shows of an episode's state. */
export interface Drawn {
  readonly text: string
  readonly accessibility: string
  /** Whether its elements are those of the HTML. */
  readonly isSame: boolean
}

export async function drawn({ resources }: OpenShop, episode: Episode): Promise<Drawn> {
  const state = episode.state as BrowserState
  const { tab, end } = await resources.pool.lease(({ owner }) => owner === state, AbortSignal.timeout(60_000))
  try {
    const page = pageOf(state.shop, resources.shop)
    if (resources.browser.speed === 'fast') await tab.swap(page)
    if (!tab.isShowing(page)) throw new Error('the page does not show the state')
    const own = `(() => { const page = document.createElement('template'); page.innerHTML = ${JSON.stringify(page.body)}
      return page.innerHTML.trim() === document.body.innerHTML.trim() })()`
    return {
      text: await tab.page.evaluate<string>('document.body.innerText'),
      accessibility: await tab.page.locator('body').ariaSnapshot(),
      isSame: await tab.page.evaluate<boolean>(own),
    }
  } finally {
    end(true)
  }
}
