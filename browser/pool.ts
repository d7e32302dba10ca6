import type { Browser } from 'playwright-core'
import { Lapsed } from '../core/data/deadline.ts'
import { Alive } from './alive.ts'
import { closeOrKill } from './close.ts'
import type { RunningBrowser } from './launch.ts'

/** A page with all that belongs to it. */
export interface Tab {
  /** Why it cannot be used any more; null while it can. */
  readonly problem: string | null
  close(): Promise<void>
}

/** What a pool is made of. */
export interface PoolSettings<T extends Tab> {
  /** The browser that pages are opened in; asked again for each page, as it may have ended. */
  start(): Promise<RunningBrowser>
  /** Most pages that are open at one time. */
  readonly pages: number
  /** Opens a page; the pool closes it. */
  open(browser: Browser): Promise<T>
}

/** A page that one owner has, until it is given back. */
export interface Lease<T extends Tab> {
  readonly tab: T
  /** Gives the page back: one that has a problem, or whose owner has one, is closed. */
  end(isWell: boolean): void
}

/**
 * Pages of one browser that are used again and again: opening one takes a hundred times as long as a step. Each is leased by one
 * owner at a time; who finds none waits, first come, first served.
 */
export class PagePool<T extends Tab> {
  readonly #settings: PoolSettings<T>
  #idle: T[] = []
  #open = 0
  #waiting: (() => void)[] = []
  readonly #alive = new Alive()
  readonly #browserOf = new WeakMap<T, RunningBrowser>()

  constructor(settings: PoolSettings<T>) {
    this.#settings = settings
  }

  /** Pages that are open. */
  get size(): number {
    return this.#open
  }

  /**
   * Leases a page: of the idle ones the last that is preferred, else the one idle longest, else a new one.
   * @throws GymError BROWSER_UNAVAILABLE, Lapsed where the signal is aborted while it waits
   */
  async lease(isPreferred: (tab: T) => boolean, signal: AbortSignal): Promise<Lease<T>> {
    while (true) {
      if (signal.aborted) throw new Lapsed('cancelled', true)
      this.#dropBroken()
      const idle = this.#takeIdle(isPreferred)
      if (idle) return this.#leaseOf(idle)
      if (this.#open < this.#settings.pages) return this.#leaseOf(await this.#opened())
      await this.#turn(signal)
    }
  }

  /** Closes the idle pages. The browser stays for others. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((tab) => this.#closed(tab)))
  }

  #dropBroken(): void {
    const broken = this.#idle.filter(({ problem }) => problem !== null)
    if (broken.length === 0) return
    this.#idle = this.#idle.filter(({ problem }) => problem === null)
    for (const tab of broken) void this.#closed(tab)
  }

  #takeIdle(isPreferred: (tab: T) => boolean): T | undefined {
    const at = Math.max(0, this.#idle.findLastIndex(isPreferred))
    return this.#idle.splice(at, 1)[0]
  }

  async #opened(): Promise<T> {
    this.#open++
    this.#alive.hold()
    try {
      return await this.#openedIn(await this.#settings.start())
    } catch (thrown) {
      this.#open--
      this.#next()
      throw thrown
    } finally {
      this.#alive.release()
    }
  }

  /** A browser that has just ended is started again, once. */
  async #openedIn(running: RunningBrowser, isLast = false): Promise<T> {
    try {
      const tab = await this.#settings.open(running.browser)
      this.#browserOf.set(tab, running)
      return tab
    } catch (thrown) {
      if (running.browser.isConnected() || isLast) throw thrown
      return this.#openedIn(await this.#settings.start(), true)
    }
  }

  #leaseOf(tab: T): Lease<T> {
    this.#alive.hold()
    let hasEnded = false
    const end = (isWell: boolean): void => {
      if (hasEnded) return
      hasEnded = true
      this.#alive.release()
      if (!isWell || tab.problem !== null) void this.#closed(tab)
      else {
        this.#idle.push(tab)
        this.#next()
      }
    }
    return { tab, end }
  }

  async #closed(tab: T): Promise<void> {
    await closeOrKill(tab, this.#browserOf.get(tab))
    this.#open--
    this.#next()
  }

  async #turn(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== wake)
        resolve()
      }
      const wake = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      this.#waiting.push(wake)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  #next(): void {
    this.#waiting.shift()?.()
  }
}
