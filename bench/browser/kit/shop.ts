import type { Page } from 'playwright-core'
import { Rng } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { pageOf } from '../../../envs/webshop/browser/page.ts'
import type { BrowserResources } from '../../../envs/webshop/browser/resources.ts'
import type { BrowserState } from '../../../envs/webshop/browser/state.ts'
import shop from '../../../envs/webshop-browser.ts'

export const MODES = ['text', 'html', 'accessibility', 'screenshot'] as const
export type Mode = (typeof MODES)[number]

/** The shop in a browser, with what its pages are leased from. */
export interface BenchShop {
  readonly world: World
  readonly resources: BrowserResources
}

export async function openShop(options: JsonObject): Promise<BenchShop> {
  const world = await openWorld(shop, { catalogue: { generated: { products: 200, seed: 0 } }, ...options })
  return { world, resources: world.resources as BrowserResources }
}

/** A visitor that takes admissible actions at random, one visit after the other: the same for the same number. */
export class Visitor {
  readonly #world: World
  readonly #rng: Rng
  #visits = 0
  #episode: Episode | null = null

  constructor({ world }: BenchShop, number: number) {
    this.#world = world
    this.#rng = new Rng({ word0: 1, word1: number }, 0)
  }

  /** One step, with the observation that follows it. */
  async step(): Promise<BrowserState> {
    const episode = await this.#open()
    await episode.step(this.#rng.choice(episode.actions() ?? []))
    episode.text()
    return episode.state as BrowserState
  }

  async #open(): Promise<Episode> {
    if (this.#episode === null || this.#episode.ending !== null) {
      const task = this.#world.tasks.at('train', this.#visits++)
      this.#episode = await startEpisode(this.#world, { task, seed: 1 })
    }
    return this.#episode
  }
}

/** What the browser itself makes of a page, by mode. */
const READ: Readonly<Record<Mode, (page: Page) => Promise<unknown>>> = {
  text: (page) => page.evaluate('document.body.innerText'),
  html: (page) => page.content(),
  accessibility: (page) => page.locator('body').ariaSnapshot(),
  screenshot: (page) => page.screenshot({ type: 'jpeg' }),
}

/** Navigates to the page of a state, and asks the browser what is there: what a step costs without its action. */
export async function navigate({ resources }: BenchShop, { shop: state }: BrowserState, mode: Mode): Promise<void> {
  const { tab, end } = await resources.pool.lease(() => false, new AbortController().signal)
  await tab.load(pageOf(state, resources.shop))
  await READ[mode](tab.page)
  end(true)
}
