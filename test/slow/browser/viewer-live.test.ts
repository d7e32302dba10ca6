import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { estimators } from '../../../registry/index.ts'
import type { AppFile } from '../../../viewer/http/app-files.ts'
import { listenViewer } from '../../../viewer/listen.ts'
import { hasChromium, keepScreenshot, launched, watchedPage } from '../../support/browser/chrome.ts'
import { builtPages } from '../../support/browser/viewer-pages.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { newFolder } from '../../support/folder.ts'
import { judged, startedRun } from '../../support/live-run.ts'

let files: ReadonlyMap<string, AppFile>
let browser: Browser

beforeAll(async () => {
  if (!hasChromium()) return
  files = builtPages()
  browser = await launched()
}, 120_000)
afterAll(() => browser?.close())

/** Eventually: a run that is followed is read again every two seconds. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

/** A page on a run that is being written. */
async function opened(at: string) {
  const path = join(newFolder(), 'a')
  const run = startedRun(path)
  run.step(0)
  const viewer = await listenViewer({ folders: [path], estimators: estimators(), files })
  closeAfterTest(() => viewer.close())
  const { page, incidents } = await watchedPage(browser)
  closeAfterTest(() => page.close())
  await page.goto(`${viewer.url}/${at}`)
  return { ...run, page, incidents }
}

describe.skipIf(!hasChromium())('a run that is being written, in Chromium', () => {
  it('says what has come and moves nothing, until the reader asks, or follows', async () => {
    const { page, incidents, log, step, end } = await opened('#/r/a')
    await page.getByRole('button', { name: 'Follow' }).waitFor()
    expect(await page.locator('.tv').nth(2).innerText()).toContain('1.0')
    step(1)
    end()
    await page.getByRole('button', { name: '1 new ↑' }).waitFor()
    expect(await page.locator('.tv').nth(2).innerText()).toContain('1.0')
    await page.getByRole('button', { name: '1 new ↑' }).click()
    await soon(() => page.locator('.tv').nth(2).innerText()).toContain('2.0')
    expect(await page.getByText('↑').count()).toBe(0)
    await page.keyboard.press('f')
    await soon(() => page.url()).toContain('follow=1')
    log.rewardsArrived([{ trajectoryId: 'e', index: 0, reward: judged('worth', 0.5) }])
    await page.getByText('of 3 signals').waitFor()
    await page.mouse.wheel(0, 10)
    await soon(() => page.url()).not.toContain('follow')
    log.close()
    await page.getByText('finished', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Follow' }).count()).toBe(0)
    expect(incidents).toEqual([])
  })

  it('shows rewards that have not come as such, and then the rewards', async () => {
    const { page, incidents, log, step, end } = await opened('#/r/a/t/e/0')
    const row = page.locator('svg g').filter({ hasText: 'worth' })
    await soon(() => row.locator('.nul', { hasText: '◷' }).count()).toBe(1)
    expect(await row.locator('title').allTextContents()).toEqual(['not judged yet: this hook judges late'])
    await keepScreenshot(page, 'viewer-late-rewards')
    step(1)
    end()
    await soon(() => row.locator('.nul', { hasText: '◷' }).count()).toBe(2)
    log.rewardsArrived([{ trajectoryId: 'e', index: 0, reward: judged('worth', 0.5) }])
    await soon(() => row.getByText('+0.50', { exact: true }).count()).toBe(1)
    log.close()
    await soon(() => row.locator('title').allTextContents()).toEqual(['the run stopped before it was judged'])
    expect(incidents).toEqual([])
  })
})
