import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { CHROMIUM_ARGS, foundChromium } from './chromium.ts'

/** Whether tests that need a browser run here. Where everything is checked a missing one is a failure. */
export function hasChromium(): boolean {
  const found = foundChromium() !== null
  if (!found && process.env.CI) throw new Error('there is no Chromium: run npm run setup:browser')
  if (!found) console.warn('tests of the browser are skipped: run npm run setup:browser')
  return found
}

export const launched = (): Promise<Browser> =>
  chromium.launch({ executablePath: foundChromium() ?? '', args: [...CHROMIUM_ARGS] })

/** A page, and what it did that a page of ours never does. */
export interface WatchedPage {
  readonly page: Page
  /** Requests for other hosts, dialogs, errors and reports of the policy. */
  readonly incidents: string[]
}

/** A page in a context of its own. */
export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const incidents: string[] = []
  page.on('request', (request) => {
    if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) incidents.push(`request ${request.url().slice(0, 80)}`)
  })
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) incidents.push(message.text())
  })
  page.on('pageerror', (error) => incidents.push(error.message))
  page.on('popup', () => incidents.push('popup'))
  page.on('dialog', (dialog) => {
    incidents.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, incidents }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious faults that axe-core finds on a page: the rule, and where. Evaluated from outside, since pages allow no script. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      readonly axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

/** Keeps a picture of a page in `artefacts/screenshots`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = join(process.cwd(), 'artefacts', 'screenshots')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
