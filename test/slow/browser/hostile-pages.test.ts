import { afterAll, describe, expect, it } from 'vitest'
import { closeSharedBrowsers, sharedBrowser } from '../../../browser/shared.ts'
import type { Json } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { hasChromium } from '../../support/browser/chrome.ts'
import { type OpenShop, openShop, started } from '../../support/browser/shop.ts'

const firstAction = (episode: Episode): Json => episode.actions()?.[0] ?? ''

/** Runs a script in the page of an episode, without waiting for its end. @param ms that it has before the next step */
async function runInPage({ resources }: OpenShop, episode: Episode, script: string, ms: number): Promise<void> {
  const { tab, end } = await resources.pool.lease(({ owner }) => owner === episode.state, AbortSignal.timeout(60_000))
  await tab.page.evaluate(`setTimeout(() => { ${script} })`)
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
  end(true)
}

const endOf = async (episode: Episode): Promise<unknown> =>
  Promise.resolve(episode.step(firstAction(episode))).then(
    ({ isActionValid, info }) => ({ isActionValid, info }),
    (thrown: Error) => ({ thrown: (thrown.cause as Error | undefined)?.message ?? thrown.message }),
  )

const refused = (kind: string, detail: RegExp): unknown => ({
  isActionValid: true,
  info: { refused: expect.arrayContaining([{ kind, detail: expect.stringMatching(detail) }]) },
})

describe.skipIf(!hasChromium())('a page that does what pages of ours never do', () => {
  afterAll(closeSharedBrowsers)

  it.each<[what: string, script: string, expected: unknown]>([
    ['throws', 'throw new Error("broken")', refused('error', /broken/)],
    ['asks a question', 'confirm("sure?")', refused('dialog', /confirm: sure\?/)],
    ['leaves', 'location.href = "http://elsewhere.example/"', refused('request', /elsewhere/)],
    [
      'leaves without end',
      'setInterval(() => { location.href = "http://elsewhere.example/" }, 5)',
      refused('request', /e/),
    ],
    ['loads from elsewhere', 'new Image().src = "http://elsewhere.example/a.png"', { isActionValid: true, info: {} }],
    ['opens a window', 'window.open("about:blank")', refused('popup', /about:blank/)],
    ['opens a window of elsewhere', 'window.open("http://elsewhere.example/")', refused('request', /elsewhere/)],
    ['opens a socket', 'new WebSocket("ws://elsewhere.example/")', refused('socket', /elsewhere/)],
  ])('%s: it is refused and reported, and the episode continues', async (_, script, expected) => {
    const shop = await openShop({ pages: 1 })
    const episode = await started(shop.world)
    await runInPage(shop, episode, script, 300)
    expect(await endOf(episode)).toEqual(expected)
  })

  it.each<[what: string, script: string, reason: RegExp, pageMs: number]>([
    ['asks without end', 'for (;;) alert("again")', /opened 20 dialogs/, 60_000],
    ['never rests', 'for (;;);', /no answer within 4000 ms/, 4000],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1e7).fill(1.5))', /crashed/, 60_000],
  ])('%s: its episode is aborted, and others continue', async (_, script, reason, pageMs) => {
    const shop = await openShop({ pages: 1, pageMs })
    const [episode, other] = [await started(shop.world), await started(shop.world, 1)]
    await runInPage(shop, episode, script, 0)
    expect(await endOf(episode)).toEqual({ thrown: expect.stringMatching(reason) })
    expect(episode.ending).toBe('aborted')
    await expect.poll(() => shop.resources.pool.size, { timeout: 20_000 }).toBe(0)
    expect(await endOf(other)).toEqual({ isActionValid: true, info: {} })
    expect(shop.resources.pool.size).toBe(1)
  })

  it('goes with its browser where that is killed: the next step has another', async () => {
    const shop = await openShop({})
    const episodes = await Promise.all([0, 1, 2].map((index) => started(shop.world, index)))
    const before = await sharedBrowser(shop.resources.choice)
    before.kill()
    await expect.poll(() => before.browser.isConnected()).toBe(false)
    for (const episode of episodes) expect(await endOf(episode)).toEqual({ isActionValid: true, info: {} })
    expect(await sharedBrowser(shop.resources.choice)).not.toBe(before)
  })

  it('aborts the step that is in progress where its browser is killed', async () => {
    const shop = await openShop({ speed: 'real' })
    const episode = await started(shop.world)
    const { kill } = await sharedBrowser(shop.resources.choice)
    const step = endOf(episode)
    kill()
    expect(await step).toEqual({ thrown: expect.stringMatching(/closed|crashed/) })
    expect(episode.ending).toBe('aborted')
  })

  it('is shared by any number of episodes, and each has the trajectory that it has alone', async () => {
    const play = async (shop: OpenShop, index: number): Promise<readonly string[]> => {
      const episode = await started(shop.world, index)
      const seen = [episode.text()]
      for (let step = 0; step < 6 && episode.ending === null; step++) {
        await episode.step(episode.actions()?.[step % 3] ?? firstAction(episode))
        seen.push(episode.text())
      }
      return seen
    }
    for (const speed of ['fast', 'real']) {
      const shop = await openShop({ speed, pages: 1 })
      const indexes = [0, 1, 2, 3]
      const together = await Promise.all(indexes.map((index) => play(shop, index)))
      const alone: (readonly string[])[] = []
      for (const index of indexes) alone.push(await play(shop, index))
      expect(together).toEqual(alone)
      expect(shop.resources.pool.size).toBe(1)
    }
  })
})
