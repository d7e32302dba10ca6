import type { BrowserContext, CDPSession, Locator, Page, Request, Route } from 'playwright-core'
import { Alive } from '../../browser/alive.ts'
import { closeOrKill } from '../../browser/close.ts'
import { Failure } from '../../browser/failure.ts'
import { CONTEXT, guard } from '../../browser/guard.ts'
import { Incidents } from '../../browser/incidents.ts'
import type { RunningBrowser } from '../../browser/launch.ts'
import type { Origins } from '../../browser/origins.ts'
import { GuardedProxy } from '../../browser/proxy.ts'
import { Deadline } from '../../core/data/deadline.ts'
import { messageOf } from '../../core/data/errors.ts'
import type { PageAction } from './action.ts'
import { appPage, isApp } from './apps/serve.ts'
import { expectIn, type Point, targetAt, typeAt } from './at-point.ts'
import { inIsolation } from './isolated.ts'
import { holds } from './judge.ts'
import type { PageOptions } from './options.ts'
import { readingOf, windowOf } from './reading.ts'
import type { Seen } from './state.ts'
import type { Judge } from './task.ts'

/** What a session is opened with. */
export interface SessionSettings {
  readonly origins: Origins
  readonly options: PageOptions
}

/** A step is given up after this many times what one action has: to act, to load, to read. */
const ACTION_TIMES = 4

/** Times that a page is read again because it navigated meanwhile. */
const TRIES = 5

/** The page of a session, and what belongs to it. */
interface Opened {
  readonly running: RunningBrowser
  readonly context: BrowserContext
  readonly page: Page
  readonly cdp: CDPSession
  readonly proxy: GuardedProxy
  readonly incidents: Incidents
}

/** What came of an action, as a step says it. */
type Done = Pick<Seen, 'problem' | 'target'>

/**
 * A page of one episode, in a context of its own: it may load from the allowed origins alone, through a proxy that checks where
 * names lead. It is driven as a person does, and never part of a state.
 */
export class PageSession {
  readonly #running: RunningBrowser
  readonly #context: BrowserContext
  readonly #page: Page
  readonly #cdp: CDPSession
  readonly #proxy: GuardedProxy
  readonly #settings: SessionSettings
  readonly #incidents: Incidents
  readonly #failure = new Failure()
  readonly #alive = new Alive()
  /** Tree of what was read last, with boxes. */
  #tree = ''

  private constructor(settings: SessionSettings, { running, context, page, cdp, proxy, incidents }: Opened) {
    this.#settings = settings
    this.#running = running
    this.#context = context
    this.#page = page
    this.#cdp = cdp
    this.#proxy = proxy
    this.#incidents = incidents
  }

  static async open(running: RunningBrowser, settings: SessionSettings): Promise<PageSession> {
    const incidents = new Incidents()
    const proxy = await GuardedProxy.open(settings.origins, (address, reason) =>
      incidents.add('request', `${address}: ${reason}`),
    )
    const { width, height, actionMs } = settings.options
    try {
      const viewport = { width, height }
      const context = await running.browser.newContext({
        ...CONTEXT,
        viewport,
        proxy: { server: proxy.url, bypass: '<-loopback>' },
      })
      const page = await context.newPage()
      page.setDefaultTimeout(actionMs)
      const cdp = await context.newCDPSession(page)
      const session = new PageSession(settings, { running, context, page, cdp, proxy, incidents })
      await session.#guard()
      session.#alive.hold()
      return session
    } catch (thrown) {
      proxy.close()
      throw thrown
    }
  }

  /** Opens the page that a task starts on. */
  start(url: string, judge: Judge, signal: AbortSignal): Promise<Seen> {
    return this.#do(
      async () => {
        await this.#page.goto(url, { waitUntil: 'domcontentloaded' })
        return { problem: null, target: null }
      },
      judge,
      signal,
    )
  }

  /** Does one thing, and shows what is there then. */
  act(action: PageAction, judge: Judge, signal: AbortSignal): Promise<Seen> {
    return this.#do(() => this.#acted(action), judge, signal)
  }

  /** A page that was given up may be too busy to hear of its end: its process is ended first. */
  async close(): Promise<void> {
    if (this.#failure.reason !== null) this.#cdp.send('Page.crash').catch(() => {})
    this.#failure.fail('closed')
    this.#proxy.close()
    this.#alive.release()
    await closeOrKill(this.#context, this.#running)
  }

  async #guard(): Promise<void> {
    const { origins } = this.#settings
    const giveUp = (reason: string): void => this.#failure.fail(reason)
    await guard(this.#context, this.#page, this.#incidents, giveUp, (url) => origins.allows(url))
    await this.#context.route(/.*/, (route) => this.#route(route))
    this.#context.on('request', (request) => this.#redirected(request))
  }

  /** Where an answer leads is not asked before the browser goes there: the proxy refuses it, and here it is reported. */
  #redirected(request: Request): void {
    const isRefused = request.redirectedFrom() !== null && !this.#settings.origins.allows(request.url())
    if (isRefused) this.#incidents.add('request', request.url())
  }

  /** What is not of an allowed origin is aborted, so that the page stays where it is. */
  #route(route: Route): Promise<void> {
    const url = route.request().url()
    if (!this.#settings.origins.allows(url) && !isApp(url)) {
      this.#incidents.add('request', url)
      return route.abort('aborted')
    }
    return isApp(url) ? route.fulfill(appPage(url)) : route.continue()
  }

  async #do(act: () => Promise<Done>, judge: Judge, signal: AbortSignal): Promise<Seen> {
    const work = act().then((done) => this.#seen(done, judge))
    const { actionMs } = this.#settings.options
    try {
      return await new Deadline(ACTION_TIMES * actionMs, signal).race(Promise.race([work, this.#failure.promise]))
    } catch (thrown) {
      this.#failure.fail(messageOf(thrown))
      throw thrown
    }
  }

  async #acted(action: PageAction): Promise<Done> {
    try {
      const target = 'x' in action ? await this.#target(action) : null
      await this.#perform(action)
      return { problem: null, target }
    } catch (thrown) {
      if (this.#failure.reason !== null) throw thrown
      return { problem: problemOf(thrown), target: null }
    }
  }

  #target(point: Point): Promise<string | null> {
    const window = windowOf(this.#settings.options)
    expectIn(window, point)
    return targetAt(point, this.#tree, window, this.#page, this.#cdp)
  }

  async #perform(action: PageAction): Promise<void> {
    switch (action.kind) {
      case 'click':
        return (await this.#element(action.ref)).click()
      case 'type':
        return (await this.#element(action.ref)).fill(action.text)
      case 'select':
        return void (await (await this.#element(action.ref)).selectOption(action.text))
      case 'click_at':
        return this.#page.mouse.click(action.x, action.y)
      case 'type_at':
        return typeAt(action, action.text, this.#page, this.#cdp)
      case 'press':
        return this.#page.keyboard.press(action.key)
      case 'goto':
        return void (await this.#page.goto(this.#allowed(action.url), { waitUntil: 'domcontentloaded' }))
      case 'back':
        return void (await this.#page.goBack({ waitUntil: 'domcontentloaded' }))
      case 'done':
        return
    }
  }

  /** References are of what was read: one that leads nowhere will not lead anywhere later. */
  async #element(ref: string): Promise<Locator> {
    const element = this.#page.locator(`aria-ref=${ref}`)
    if ((await element.count().catch(() => 0)) === 0) throw new Error(`the page has no element ${ref} now`)
    return element
  }

  #allowed(url: string): string {
    if (this.#settings.origins.allows(url) || isApp(url)) return url
    this.#incidents.add('request', url)
    throw new Error('this address is not allowed')
  }

  async #seen(done: Done, judge: Judge): Promise<Seen> {
    for (let tries = 1; ; tries++)
      try {
        return await this.#read(done, judge)
      } catch (thrown) {
        if (tries === TRIES || this.#failure.reason !== null) throw thrown
        await this.#page.waitForLoadState('load').catch(() => {})
      }
  }

  async #read(done: Done, judge: Judge): Promise<Seen> {
    await inIsolation(this.#cdp, SETTLED, true).catch(() => {})
    // A page whose pictures never come is shown without them.
    await this.#page.waitForLoadState('load').catch(() => {})
    const { boxedTree, ...shown } = await readingOf(this.#page, this.#cdp, this.#settings.options)
    this.#tree = boxedTree
    return {
      url: this.#page.url().slice(0, 2000),
      title: (await this.#page.title()).slice(0, 200),
      ...shown,
      ...done,
      holds: await holds(judge, this.#page, this.#cdp),
      incidents: this.#incidents.take(),
    }
  }
}

/** Waits until what an action began has been drawn. */
const SETTLED = `new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))`

/** First line of what Playwright says, without its own name for what it called and without a full stop. */
const problemOf = (thrown: unknown): string =>
  (messageOf(thrown).split('\n')[0] ?? '').replace(/^[a-z]+\.[a-zA-Z]+: |\.$/g, '').slice(0, 200)
