import type { Browser, BrowserContext, CDPSession, Page, Route } from 'playwright-core'
import { Failure } from '../../../browser/failure.ts'
import { CONTEXT, guard } from '../../../browser/guard.ts'
import { Incidents } from '../../../browser/incidents.ts'
import type { Tab } from '../../../browser/pool.ts'
import { Markup } from '../../../core/data/markup.ts'
import { siteDocument } from '../../../core/episode/site.ts'
import { ICON } from '../site/icon.ts'
import { STYLE } from '../site/style.ts'
import { type Gesture, inPage, type PageScript } from './in-page.ts'
import type { ShownPage } from './page.ts'

/** Where the shop is, to the browser; no host has this name. */
const ORIGIN = 'http://shop.test'
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** How the pages of a shop are drawn. */
export interface TabSettings {
  readonly width: number
  readonly height: number
  /** Milliseconds that the browser has for one action or page. */
  readonly pageMs: number
}

/** Fields of a form that was submitted, by name. */
export type Fields = Readonly<Record<string, string>>

const NO_PAGE: ShownPage = { title: '', body: '', references: [] }

/**
 * A page of a browser that shows states of the shop. It is served from this process: nothing that it asks for leaves the machine, and what
 * is not a page of the shop is refused.
 */
export class ShopTab implements Tab {
  readonly incidents = new Incidents()
  readonly #context: BrowserContext
  readonly #page: Page
  readonly #cdp: CDPSession
  readonly #pageMs: number
  /** What a request for the page is answered with. */
  #serves = NO_PAGE
  /** What the page shows; null where it is not known. */
  #shows: ShownPage | null = null
  /** Whether nothing can have been stored since it was cleared: pages run no script, so only answers of navigations store. */
  #isClean = false
  #submitted: ((route: Route) => void) | null = null
  /** A form that was submitted, and has no answer yet. */
  #unanswered: Route | null = null
  #acting: Promise<void> = Promise.resolve()
  readonly #failure = new Failure()
  /** The state that its owner left it with. */
  owner: object | null = null

  private constructor(context: BrowserContext, page: Page, cdp: CDPSession, pageMs: number) {
    this.#context = context
    this.#page = page
    this.#cdp = cdp
    this.#pageMs = pageMs
  }

  static async open(browser: Browser, { width, height, pageMs }: TabSettings): Promise<ShopTab> {
    const context = await browser.newContext({ ...CONTEXT, viewport: { width, height } })
    const page = await context.newPage()
    page.setDefaultTimeout(pageMs)
    const tab = new ShopTab(context, page, await context.newCDPSession(page), pageMs)
    await guard(context, page, tab.incidents, (reason) => tab.giveUp(reason))
    await context.route(/.*/, (route) => tab.#serve(route))
    await tab.load(NO_PAGE)
    return tab
  }

  get problem(): string | null {
    return this.#failure.reason
  }

  /** Rejected once the page cannot be used any more. */
  get broken(): Promise<never> {
    return this.#failure.promise
  }

  giveUp(reason: string): void {
    this.#failure.fail(reason)
  }

  close(): Promise<void> {
    this.giveUp('closed')
    return this.#context.close()
  }

  /** Forgets what another owner may have left behind. */
  async clear(): Promise<void> {
    if (this.#isClean) return
    const expression = 'localStorage.clear(), sessionStorage.clear()'
    await Promise.all([this.#context.clearCookies(), this.#cdp.send('Runtime.evaluate', { expression })])
    this.#isClean = true
  }

  /** Whether the page shows this one. */
  isShowing(page: ShownPage): boolean {
    return this.#shows === page
  }

  /** Navigates to a page. */
  async load(page: ShownPage): Promise<void> {
    this.#serves = page
    this.#isClean = false
    await this.#page.goto(`${ORIGIN}/`, { waitUntil: 'load' })
    this.#shows = page
  }

  /** Puts a page into the open one, if it does not show it, and draws it. */
  async swap(page: ShownPage): Promise<void> {
    await this.#run({ page: this.#shows === page ? null : page, gesture: null, isSeen: true }, page)
  }

  /** Acts within the page, in one go with the page that is acted on: what was submitted, or null. */
  async gesture(page: ShownPage, gesture: Gesture, isSeen: boolean): Promise<Fields | null> {
    return this.#run({ page: this.#shows === page ? null : page, gesture, isSeen }, page)
  }

  /** Clicks, or types and presses Enter, as a person does: what was submitted, whose answer is still open. */
  async act({ ref, text }: Gesture): Promise<Fields> {
    const element = this.#page.locator(`[data-ref="${ref}"]`)
    const submitted = new Promise<Route>((resolve) => {
      this.#submitted = resolve
    })
    // The gesture ends when its answer has come, which it waits for.
    const acting = text === null ? element.click() : element.fill(text).then(() => element.press('Enter'))
    this.#acting = acting.catch(() => {})
    this.#unanswered = await Promise.race([submitted, acting.then(() => submitted)])
    return fieldsOf(this.#unanswered)
  }

  /** Shows a page as the answer of what was submitted, or else by navigating to it. */
  async answer(page: ShownPage): Promise<void> {
    const route = this.#unanswered
    if (route === null) return this.load(page)
    this.#unanswered = null
    this.#isClean = false
    const loaded = this.#page.waitForEvent('load')
    await Promise.all([loaded, route.fulfill(documentOf(page)), this.#acting])
    this.#shows = page
  }

  /** A picture of what is in the window, as a data URL. */
  async picture(type: 'png' | 'jpeg'): Promise<string> {
    const bytes = await this.#page.screenshot({ type, animations: 'disabled', caret: 'hide', timeout: this.#pageMs })
    return `data:image/${type};base64,${bytes.toString('base64')}`
  }

  /** For comparison with what is drawn from the state alone. */
  get page(): Page {
    return this.#page
  }

  /** Runs a script in the page; as it comes from here and returns plain values, nothing of Playwright has to be in between. */
  async #run(script: PageScript, shown: ShownPage): Promise<Fields | null> {
    this.#shows = null
    const expression = inPage(script)
    const { result, exceptionDetails } = await this.#cdp.send('Runtime.evaluate', { expression, returnByValue: true })
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    if (script.isSeen || script.page === null) this.#shows = shown
    return result.value
  }

  async #serve(route: Route): Promise<void> {
    const request = route.request()
    const { origin, pathname } = new URL(request.url())
    const file = origin === ORIGIN ? FILES[pathname] : undefined
    if (file !== undefined) return route.fulfill(file)
    if (origin !== ORIGIN || pathname !== '/') {
      this.incidents.add('request', request.url())
      // A navigation that is aborted leaves the page as it is.
      return route.abort('aborted')
    }
    if (request.method() !== 'POST') return route.fulfill(documentOf(this.#serves))
    const submitted = this.#submitted
    this.#submitted = null
    if (submitted === null) return route.abort('aborted')
    submitted(route)
  }
}

const FILES: Readonly<Record<string, { readonly contentType: string; readonly body: string }>> = {
  '/style.css': { contentType: 'text/css; charset=utf-8', body: STYLE },
  '/icon.svg': { contentType: 'image/svg+xml', body: ICON },
}

const documentOf = ({ title, body }: ShownPage) => ({
  contentType: 'text/html; charset=utf-8',
  headers: { 'content-security-policy': POLICY },
  body: siteDocument({ title, body: new Markup(body) }, { style: '/style.css', icon: '/icon.svg' }),
})

const fieldsOf = (route: Route): Fields => Object.fromEntries(new URLSearchParams(route.request().postData() ?? ''))
