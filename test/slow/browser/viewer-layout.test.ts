import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { estimators } from '../../../registry/index.ts'
import { listenViewer, type Viewer } from '../../../viewer/listen.ts'
import { hasChromium, keepScreenshot, launched, watchedPage } from '../../support/browser/chrome.ts'
import { builtPages, LONG, longRun } from '../../support/browser/viewer-pages.ts'
import { newFolder } from '../../support/folder.ts'

const RUN = 'a-run-whose-name-is-too-long-for-a-telephone'
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } } as const
const PLACES: Readonly<Record<string, string>> = {
  run: `#/r/${RUN}?q=find`,
  group: `#/r/${RUN}/g/g`,
  'group-by-step': `#/r/${RUN}/g/g?as=step`,
  episode: `#/r/${RUN}/t/h/0`,
  'episode-table': `#/r/${RUN}/t/h/0?as=table`,
  'episode-text': `#/r/${RUN}/t/h/0?view=text`,
  compare: `#/r/${RUN}/d/h/h`,
  credit: `#/r/${RUN}/credit`,
}

let viewer: Viewer
let browser: Browser

beforeAll(async () => {
  if (!hasChromium()) return
  const folder = join(newFolder(), RUN)
  longRun(folder)
  viewer = await listenViewer({ folders: [folder], estimators: estimators(), files: builtPages() })
  browser = await launched()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await viewer?.close()
})

async function opened(at: string, viewport: { readonly width: number; readonly height: number }): Promise<Page> {
  const { page } = await watchedPage(browser, { viewport })
  await page.goto(`${viewer.url}/${at}`)
  await page.locator('main').waitFor()
  await expect.poll(() => page.getByText('reading …').count(), { timeout: 30_000 }).toBe(0)
  return page
}

describe.skipIf(!hasChromium())('long texts in Chromium', () => {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const [name, at] of Object.entries(PLACES))
      it(`make no page wider than its window: ${name}, ${size}`, async () => {
        const page = await opened(at, viewport)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
        await keepScreenshot(page, `viewer-long-${name}-${size}`)
        await page.context().close()
      })

  it('are cut, and shown whole on request', async () => {
    const page = await opened(PLACES.episode ?? '', SIZES.phone)
    const title = page.getByRole('heading', { level: 1 })
    const height = async (): Promise<number> => (await title.boundingBox())?.height ?? 0
    const cut = await height()
    expect(cut).toBeLessThan(100)
    expect(await title.innerText()).toBe(LONG)
    await page.getByRole('button', { name: 'the whole text' }).click()
    await expect.poll(height).toBeGreaterThan(5 * cut)
    expect(await page.locator('.obs pre').first().innerText()).toBe(LONG)
    await page.context().close()
  })
})
