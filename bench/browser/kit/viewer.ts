import type { CDPSession, Page } from 'playwright-core'

/** How a page of the viewer opened. */
export interface Opening {
  /** From the beginning of the navigation to the frame that shows the first row of the wall. */
  readonly firstRowMs: number
  /** Longest task of the page until all that was asked for had come; 0 for none of 50 ms. */
  readonly longestTaskMs: number
  /** Longest task while the wall is scrolled to its end and back. */
  readonly scrollingTaskMs: number
  readonly heapMegabytes: number
}

/** Watches a page from its beginning. */
const WATCH = `
  globalThis.watched = { firstRow: null, longest: 0 }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration)
  }).observe({ type: 'longtask', buffered: true })
  new MutationObserver((_, observer) => {
    if (document.querySelector('.wall [data-row]') === null) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => { watched.firstRow = performance.now() }))
  }).observe(document, { subtree: true, childList: true })
`

/** Milliseconds that a run has to be read and shown. */
const OPEN_MS = 300_000

/** Opens an address of the viewer. @param slowed times that the processor is slower for the page */
export async function opening(page: Page, url: string, slowed: number): Promise<Omit<Opening, 'scrollingTaskMs'>> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowed })
  await page.addInitScript(WATCH)
  await page.goto(url)
  await page.locator('.wall [data-row]').first().waitFor({ timeout: OPEN_MS })
  await page.waitForLoadState('networkidle', { timeout: OPEN_MS })
  return {
    firstRowMs: Number(await page.evaluate('watched.firstRow')),
    longestTaskMs: await longestTask(page),
    heapMegabytes: await heapOf(cdp),
  }
}

/** Scrolls through the whole wall, a tenth of it each frame, and back: the longest task. */
export async function scrolling(page: Page): Promise<number> {
  await page.evaluate('watched.longest = 0')
  await page.evaluate(`(async () => {
    const end = document.documentElement.scrollHeight
    for (const part of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5, 0]) {
      scrollTo(0, (end * part) / 10)
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    }
  })()`)
  return longestTask(page)
}

/** Entries of the observer come a moment after their tasks. */
const longestTask = async (page: Page): Promise<number> =>
  Number(await page.evaluate('new Promise((resolve) => setTimeout(() => resolve(watched.longest), 200))'))

async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}
