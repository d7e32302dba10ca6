import type { Incident } from '../../../browser/incidents.ts'
import type { Lease } from '../../../browser/pool.ts'
import { Deadline } from '../../../core/data/deadline.ts'
import type { Gesture } from './in-page.ts'
import type { ShownPage } from './page.ts'
import type { BrowserResources } from './resources.ts'
import type { Fields, ShopTab } from './tab.ts'

/** What came of a gesture. A type, so that it is JSON to the compiler. */
export type Acted = {
  /** Fields of the form that was submitted; null where none was. */
  readonly fields: Fields | null
  /** What the page tried and was refused. */
  readonly incidents: readonly Incident[]
}

/** What the browser shows after a step. */
export type Shown = {
  /** As a data URL; null where no picture was asked for. */
  readonly picture: string | null
  readonly incidents: readonly Incident[]
}

/**
 * The part of a browser in one step of an episode: a page is leased with the first thing that is asked of it, and given back at the end. What
 * takes too long, or breaks, ends the episode, and its page is closed.
 */
export class Turn {
  readonly #resources: BrowserResources
  readonly #owner: object
  readonly #signal: AbortSignal
  readonly #deadline: Deadline
  #lease: Promise<Lease<ShopTab>> | null = null
  #isWell = true

  /** @param owner state that the step begins in: the page that was left with it is preferred */
  constructor(resources: BrowserResources, owner: object, signal: AbortSignal) {
    this.#resources = resources
    this.#owner = owner
    this.#signal = signal
    this.#deadline = new Deadline(resources.browser.pageMs, signal)
  }

  /** Acts on an element of a page. */
  act(page: ShownPage, gesture: Gesture): Promise<Acted> {
    return this.#asked(async (tab) => {
      const fields = await this.#acted(tab, page, gesture)
      return { fields, incidents: tab.incidents.take() }
    })
  }

  /** Shows a page where that can be seen: by navigation, or in a picture. */
  show(page: ShownPage): Promise<Shown> {
    const { speed, observation, picture } = this.#resources.browser
    return this.#asked(async (tab) => {
      if (speed === 'real') await tab.answer(page)
      if (observation !== 'screenshot') return { picture: null, incidents: tab.incidents.take() }
      await tab.swap(page)
      return { picture: await tab.picture(picture), incidents: tab.incidents.take() }
    })
  }

  /** Gives the page back. @param next state that it now belongs to; null where the step failed */
  async end(next: object | null): Promise<void> {
    if (this.#lease === null) return
    const isWell = this.#isWell && next !== null
    const ended = this.#lease.then(
      (lease) => {
        lease.tab.owner = next
        lease.end(isWell)
      },
      () => {},
    )
    if (isWell) await ended
  }

  /** Only what a form posts is clicked as a person does: anything else may lie under another element, or outside the window. */
  async #acted(tab: ShopTab, page: ShownPage, gesture: Gesture): Promise<Fields | null> {
    const { speed, observation } = this.#resources.browser
    if (speed === 'fast') return tab.gesture(page, gesture, observation === 'screenshot')
    if (!tab.isShowing(page)) await tab.load(page)
    const target = page.references.find(({ ref }) => ref === gesture.ref)
    const isPosting = target?.posts != null || gesture.text !== null
    return isPosting ? tab.act(gesture) : tab.gesture(page, gesture, true)
  }

  /** What the page answers, unless it breaks or takes too long; the time that it is waited for does not count. */
  async #asked<T>(ask: (tab: ShopTab) => Promise<T>): Promise<T> {
    try {
      const isNew = this.#lease === null
      this.#lease ??= this.#resources.pool.lease(({ owner }) => owner === this.#owner, this.#signal)
      const { tab } = await this.#lease
      const answered = isNew ? this.#cleared(tab).then(() => ask(tab)) : ask(tab)
      return await this.#deadline.race(Promise.race([answered, tab.broken]))
    } catch (thrown) {
      this.#isWell = false
      throw thrown
    }
  }

  /** The page of another owner keeps nothing of it. */
  async #cleared(tab: ShopTab): Promise<void> {
    if (tab.owner !== null && tab.owner !== this.#owner) await tab.clear()
  }
}
