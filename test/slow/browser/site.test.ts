import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import webshop from '../../../envs/webshop/index.ts'
import type { ShopResources } from '../../../envs/webshop/resources.ts'
import type { GymServer } from '../../../server/listen.ts'
import { faultsOf, hasChromium, keepScreenshot, launched, watchedPage } from '../../support/browser/chrome.ts'
import { served } from '../../support/server/client.ts'

const OPTIONS = { catalogue: { generated: { products: 60, seed: 1 } } }
const EPISODES = 12

const HOSTILE =
  `</title></bdi></button></form><script>window.hit=1</script><img src=x onerror=window.hit=1>"'><svg onload="window.hit=1">` +
  '\u001b[2J\u202egnp.exe\u2066\u0000 <a href="javascript:window.hit=1">x</a><style>*{display:none}</style>'

/** The shop, with texts that try to break its pages in every product. */
const hostileShop = {
  ...webshop,
  id: 'hostile@1' as const,
  resources: async (context: Parameters<NonNullable<typeof webshop.resources>>[0]) => {
    const resources = (await webshop.resources?.(context)) as ShopResources
    for (const product of resources.shop.catalogue.products)
      Object.assign(product, {
        title: `${product.title} ${HOSTILE}`,
        description: HOSTILE,
        bulletPoints: [HOSTILE],
        options: { [HOSTILE]: [HOSTILE.toLowerCase(), 'plain'] },
      })
    return resources
  },
}

/** Does what leads to another page, and waits until that one is there. */
const toNextPage = async (page: Page, act: Promise<void>): Promise<void> => {
  await Promise.all([page.waitForNavigation(), act])
}

const press = (page: Page, name: string): Promise<void> =>
  toNextPage(page, page.getByRole('button', { name, exact: true }).click())

const begin = async (page: Page, server: GymServer, name: string, index = 0): Promise<void> => {
  await page.goto(`${server.url}/${name}`)
  await page.getByText('Choose the task').click()
  await page.getByLabel('Task, from 0').fill(`${index}`)
  await press(page, 'Begin a visit with this task')
}

const search = async (page: Page, words: string): Promise<void> => {
  await page.getByLabel('What are you looking for?').fill(words)
  await press(page, 'Search')
}

/** Pixels from the left to the right end of what is on a page. */
const widthOf = (page: Page): Promise<number> => page.evaluate<number>('document.documentElement.scrollWidth')

/** Every kind of page, in the order of a visit. */
async function visit(
  page: Page,
  server: GymServer,
  name: string,
  seen: (kind: string) => Promise<void>,
): Promise<void> {
  await page.goto(`${server.url}/${name}`)
  await seen('home')
  await begin(page, server, name)
  await seen('search')
  await search(page, await page.locator('.instruction').innerText())
  await seen('results')
  await toNextPage(page, page.locator('.card button').first().click())
  await seen('item')
  await toNextPage(page, page.locator('.choice').first().click())
  await seen('chosen')
  for (const about of ['Description', 'Features', 'Reviews']) {
    await press(page, about)
    await seen(about.toLowerCase())
    await press(page, '< Prev')
  }
  await press(page, 'Buy Now')
  await seen('done')
  await page.goBack()
  await seen('stale')
}

describe.skipIf(!hasChromium())('the web shop in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launched()
  })
  afterAll(() => browser.close())

  it('is watched by what finds faults', async () => {
    const { page, incidents } = await watchedPage(browser)
    await page.goto('about:blank')
    const pale = '<input><img src="https://elsewhere.example/a.png"><p style="color:#ddd">pale</p>'
    await page.evaluate(`document.body.innerHTML = '${pale}'; alert('hello')`)
    const faults = (await faultsOf(page)).map((fault) => fault.replace(/:.*/, ''))
    expect(faults).toEqual(expect.arrayContaining(['label', 'color-contrast', 'image-alt']))
    await expect
      .poll(() => incidents.join())
      .toMatch(/request https:\/\/elsewhere.*dialog hello|dialog hello.*elsewhere/)
  })

  it('has episodes with the states and rewards of the same actions in text', async () => {
    const server = await served([webshop], { options: OPTIONS })
    const ended: Trajectory[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
    const { world } = await server.host.environmentHost('webshop')
    const { page, incidents } = await watchedPage(browser)
    const rng = new Rng({ word0: 8, word1: 8 }, 0)
    for (let index = 0; index < EPISODES; index++) {
      await begin(page, server, 'webshop', index)
      while (ended.length === index) {
        const buttons = page.locator('button[name=click]')
        const count = await buttons.count()
        if (count === 0) await search(page, await page.locator('.instruction').innerText())
        else await toNextPage(page, buttons.nth(rng.int(0, count - 1)).click())
      }
      const episode = await startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
      for (const { action, rewards, isActionValid, nextAnchors } of ended[index]?.steps ?? []) {
        const { reward } = await episode.step(action)
        expect([reward, true, episode.anchors()]).toEqual([rewards[0]?.value, isActionValid, nextAnchors])
      }
      expect(episode.ending).toBe(ended[index]?.ending)
      if (episode.ending === 'terminated')
        expect(await page.locator('#score').getAttribute('value')).toBe(String(ended[index]?.steps.at(-1)?.info.score))
    }
    expect(incidents).toEqual([])
  })

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as const)('has pages without a serious fault of accessibility, in %s at %i pixels', async (colorScheme, width) => {
    const server = await served([webshop], { options: OPTIONS })
    const { page, incidents } = await watchedPage(browser, { colorScheme, viewport: { width, height: 900 } })
    const faults: string[] = []
    const kinds: string[] = []
    await visit(page, server, 'webshop', async (kind) => {
      kinds.push(kind)
      faults.push(...(await faultsOf(page)).map((fault) => `${kind}: ${fault}`))
      const isWide = (await widthOf(page)) > width
      if (isWide) faults.push(`${kind} is wider than the screen`)
      await keepScreenshot(page, `webshop-${kind}-${colorScheme}-${width}`)
    })
    expect(kinds).toHaveLength(10)
    expect(faults).toEqual([])
    expect(incidents).toEqual([])
  })

  it('fits a screen of 320 pixels', async () => {
    const server = await served([webshop], { options: OPTIONS })
    const { page } = await watchedPage(browser, { viewport: { width: 320, height: 640 } })
    const widths: number[] = []
    await visit(page, server, 'webshop', async () => {
      widths.push(await widthOf(page))
    })
    expect(new Set(widths)).toEqual(new Set([320]))
  })

  it('is played without scripts', async () => {
    const server = await served([webshop], { options: OPTIONS })
    const { page } = await watchedPage(browser, { javaScriptEnabled: false })
    const kinds: string[] = []
    await visit(page, server, 'webshop', async (kind) => void kinds.push(kind))
    expect(kinds.at(-1)).toBe('stale')
    expect(await page.locator('h1').innerText()).toBe('This page is out of date')
  })

  it('is played with the keyboard alone', async () => {
    const server = await served([webshop], { options: OPTIONS })
    const { page } = await watchedPage(browser)
    await page.goto(`${server.url}/webshop`)
    const focusOn = async (text: RegExp): Promise<void> => {
      for (let tries = 0; tries < 60; tries++) {
        await page.keyboard.press('Tab')
        const focused = await page.evaluate<string>('document.activeElement.textContent')
        if (text.test(focused)) return
      }
      throw new Error(`the keyboard does not reach ${text}`)
    }
    const pressed = async (text: RegExp): Promise<void> => {
      await focusOn(text)
      await toNextPage(page, page.keyboard.press('Enter'))
    }
    await pressed(/^Begin a visit$/)
    await page.getByLabel('What are you looking for?').focus()
    await page.keyboard.type('a shop')
    await toNextPage(page, page.keyboard.press('Enter'))
    await pressed(/^Back to Search$/)
    expect(await page.locator('#steps').innerText()).toBe('Step 2 of 15')
  })

  it('is safe whatever its catalogue says', async () => {
    const server = await served([hostileShop], { options: OPTIONS })
    const { page, incidents } = await watchedPage(browser)
    await visit(page, server, 'hostile', async (kind) => {
      const hit = await page.evaluate<boolean>("'hit' in window")
      const scripts = await page.locator('script, img, iframe, [onload], [onerror]').count()
      const styles = await page.locator('style, [style]').count()
      expect([kind, hit, scripts, styles]).toEqual([kind, false, 0, 0])
      if (kind === 'chosen') expect(await page.locator('.choice[aria-pressed=true]').innerText()).toContain('<script>')
      await keepScreenshot(page, `hostile-${kind}`)
    })
    expect(incidents).toEqual([])
  })
})
