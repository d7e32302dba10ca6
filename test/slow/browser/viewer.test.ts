import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { estimators } from '../../../registry/index.ts'
import type { GroupAnswer } from '../../../viewer/answers.ts'
import { exportRuns } from '../../../viewer/export/export.ts'
import type { AppFile } from '../../../viewer/http/app-files.ts'
import { listenViewer } from '../../../viewer/listen.ts'
import { viewerPages } from '../../../viewer/mount.ts'
import { faultsOf, hasChromium, keepScreenshot, launched, watchedPage } from '../../support/browser/chrome.ts'
import { builtPages, hostileRun, pictureRun } from '../../support/browser/viewer-pages.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { connected, served } from '../../support/server/client.ts'
import { echo } from '../../support/server/worlds.ts'

const folder = newFolder()
let files: ReadonlyMap<string, AppFile>
let browser: Browser

beforeAll(async () => {
  if (!hasChromium()) return
  files = builtPages()
  browser = await launched()
  const grid = ['--env', 'grid', '--set', 'world=slippery', '--set', 'size=3', '--seed', '4', '--agent', 'random']
  const rollout = ['rollout', ...grid, '--groups', '3', '--group-size', '4', '--hook', 'success', '--out', 'a']
  expect(await run(rollout, { folder })).toMatchObject({ code: 0 })
  expect(await run(['eval', 'values', 'a', '--forks', '16'], { folder })).toMatchObject({ code: 0 })
  await recordPair()
  hostileRun(join(folder, 'hostile'))
}, 120_000)
afterAll(() => browser?.close())

/** Two runs that differ by their seed, of enough groups for a line. */
async function recordPair(): Promise<void> {
  const grid = ['--env', 'grid', '--set', 'size=3', '--agent', 'random', '--groups', '6', '--group-size', '2']
  for (const [name, seed] of [
    ['one', '1'],
    ['two', '2'],
  ] as const)
    expect(await run(['rollout', ...grid, '--seed', seed, '--out', `pair/${name}`], { folder })).toMatchObject({
      code: 0,
    })
}

async function viewing(name: string): Promise<string> {
  const viewer = await listenViewer({ folders: [join(folder, name)], estimators: estimators(), files })
  closeAfterTest(() => viewer.close())
  return viewer.url
}

/** A page at an address, once it has shown its answer. */
async function opened(url: string, options: Parameters<typeof watchedPage>[1] = {}) {
  const watched = await watchedPage(browser, options)
  await watched.page.goto(url)
  await settled(watched.page)
  return watched
}

/** When nothing on the page is being read. */
const settled = async (page: Page): Promise<void> => {
  await page.locator('main').waitFor()
  await expect.poll(() => page.getByText('reading …').count(), { timeout: 30_000 }).toBe(0)
}

/** Pages of several runs. */
const OF_RUNS: Readonly<Record<string, string>> = {
  'runs-curves': '#/?x=episodes',
  'runs-curves-table': '#/?as=table',
  'runs-compare': '#/c/one/two',
}

/** Pages by name, as their fragments. */
const PLACES: Readonly<Record<string, string>> = {
  runs: '#/',
  run: '#/r/a',
  found: '#/r/a?q=at%3E1+right',
  group: '#/r/a/g/1?place=1',
  'group-by-step': '#/r/a/g/1?as=step&lens=gigpo',
  episode: '#/r/a/t/1.2/1?why=gigpo',
  'episode-table': '#/r/a/t/1.2/1?as=table',
  compare: '#/r/a/d/1.2/1.1?lens=gigpo',
  credit: '#/r/a/credit?x=truth&y=gigpo',
}

describe.skipIf(!hasChromium())('the viewer in Chromium', () => {
  it('shows a run: every episode, and its figures', async () => {
    const { page, incidents } = await opened(`${await viewing('a')}/#/r/a`)
    expect(await page.locator('a.cell').count()).toBe(12)
    const { json } = await runJson(['show', 'a'], { folder })
    const means = json.groups.map(({ mean }: { mean: number }) => mean)
    const mean = means.reduce((sum: number, each: number) => sum + each, 0) / means.length
    expect(await page.locator('.tv').first().innerText()).toContain(mean.toFixed(3).replace('-', '−'))
    expect(incidents).toEqual([])
  })

  it('shows an episode: its actions, the advantages of stepgym show, and why', async () => {
    const { json } = await runJson(['show', 'a', '1.2', '--estimator', 'gigpo'], { folder })
    const { page, incidents } = await opened(`${await viewing('a')}/#/r/a/t/1.2/1?why=gigpo`)
    const advantage: number = json.steps[1].advantages.gigpo
    await expect.poll(() => page.locator('.eq.sum').getAttribute('title')).toBe(`${advantage}`)
    expect(await page.locator('[aria-current=true] .i').allInnerTexts()).toEqual(['1'])
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.url()).toContain('/t/1.2/2?why=gigpo')
    await page.keyboard.press('g')
    await expect.poll(() => page.url()).toContain('/r/a/g/1')
    expect(incidents).toEqual([])
  })

  it('shows the steps of an episode as a table of the same numbers', async () => {
    const { json } = await runJson(['show', 'a', '1.2', '--estimator', 'gigpo'], { folder })
    const { page, incidents } = await opened(`${await viewing('a')}/#/r/a/t/1.2/1`)
    await page.keyboard.press('t')
    const table = page.getByRole('table', { name: 'Steps of the episode' })
    const names = await table.getByRole('columnheader').allInnerTexts()
    expect(names.slice(0, 4)).toEqual(['step', 'action', 'value', 'env'])
    const rows = table.getByRole('row').filter({ has: page.getByRole('rowheader') })
    await expect.poll(() => rows.count()).toBe(json.steps.length)
    const gigpo = names.indexOf('GiGPO')
    const said: number = json.steps[1].advantages.gigpo
    const cells = await rows.nth(1).locator('th, td').allInnerTexts()
    expect(cells[gigpo]?.replace('−', '-').replace(' ≠', '')).toBe(`${said > 0 ? '+' : ''}${said.toFixed(3)}`)
    await rows.nth(0).getByRole('link').click()
    await expect.poll(() => page.url()).toContain('/t/1.2/0?as=table')
    await page.keyboard.press('t')
    await expect.poll(() => table.count()).toBe(0)
    expect(incidents).toEqual([])
  })

  it('shows a group by place: a row a place, a column a member, and the same as a graph', async () => {
    const url = await viewing('a')
    const answer: GroupAnswer = JSON.parse(await (await fetch(`${url}/-/api/runs/a/g/1`)).text())
    const { page, incidents } = await opened(`${url}/#/r/a/g/1`)
    expect(await page.locator('.places tbody tr').count()).toBe(answer.anchors.length)
    expect(await page.locator('.places .c').count()).toBe(answer.visits.length)
    expect(await page.locator('.graph a circle.node').count()).toBe(answer.anchors.length)
    await page.keyboard.press('j')
    await page.keyboard.press('l')
    await expect.poll(() => page.url()).toMatch(/place=1&m=1$/)
    await expect.poll(() => page.locator('tr.on td.here').count()).toBe(1)
    await page.keyboard.press('2')
    await expect.poll(() => page.url()).toContain('lens=grpo')
    await page.reload()
    await settled(page)
    expect(await page.locator('[aria-pressed=true]', { hasText: 'GRPO' }).count()).toBe(1)
    await page.keyboard.press(']')
    await expect.poll(() => page.url()).toContain('/g/2?lens=grpo')
    expect(incidents).toEqual([])
  })

  it('finds steps by a search, goes through them by keys, and offers to drop what excludes most', async () => {
    const url = await viewing('a')
    const { page, incidents } = await opened(`${url}/#/r/a`)
    await page.keyboard.press('/')
    await page.keyboard.type('at>=1 action:right')
    await page.keyboard.press('Enter')
    await page.locator('.found a').first().waitFor()
    const links = await page.locator('.found a').evaluateAll((all) => all.map((each) => each.getAttribute('href')))
    expect(await page.locator('.found mark').first().innerText()).toBe('right')
    await page.locator('.found a').first().click()
    await settled(page)
    await page.keyboard.press('j')
    await expect.poll(() => page.url()).toContain(links[1])
    await page.keyboard.press('/')
    await page.keyboard.type('at>=1 action:nowhere')
    await page.keyboard.press('Enter')
    await page.getByText('excludes most').waitFor()
    await page.getByRole('link', { name: /without it/ }).click()
    await expect.poll(() => page.url()).toMatch(/q=at%3E%3D1$/)
    await page.keyboard.press('/')
    await page.keyboard.type('at>=x')
    await page.keyboard.press('Enter')
    await page.getByText('character 1: at is a number').waitFor()
    expect(incidents).toEqual([])
  })

  it('draws the groups near the screen, and those that scrolling leads to', async () => {
    const rollout = ['rollout', '--env', 'grid', '--agent', 'random', '--max-steps', '3', '--group-size', '2']
    expect(await run([...rollout, '--groups', '200', '--out', 'many'], { folder })).toMatchObject({ code: 0 })
    const { page, incidents } = await opened(`${await viewing('many')}/#/r/many?sort=name`)
    const rows = page.locator('.wall tr[data-row]')
    const gids = async () => (await page.locator('.wall .gid').allInnerTexts()).map(Number)
    expect(await rows.count()).toBeLessThan(80)
    expect((await gids())[0]).toBe(0)
    const height = await page.evaluate<number>('document.documentElement.scrollHeight')
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
    await expect.poll(async () => (await gids()).at(-1)).toBe(199)
    expect(await rows.count()).toBeLessThan(80)
    expect(Math.abs((await page.evaluate<number>('document.documentElement.scrollHeight')) - height)).toBeLessThan(200)
    expect(incidents).toEqual([])
  })

  it('has less than 100 kB of script, compressed', () => {
    const scripts = [...files].filter(([path]) => path.endsWith('.js'))
    const bytes = scripts.reduce((sum, [, { body }]) => sum + gzipSync(body).length, 0)
    expect(scripts).toHaveLength(1)
    expect(bytes).toBeLessThan(100_000)
  })

  it('compares two episodes: places in line, words of what they saw, and the numbers of each', async () => {
    const url = await viewing('a')
    const { page, incidents } = await opened(`${url}/#/r/a/t/1.2/0`)
    await page.keyboard.press('d')
    await page.locator('.compare').waitFor()
    const steps = async (id: string) =>
      JSON.parse(await (await fetch(`${url}/-/api/runs/a/t/${id}`)).text()).steps.length
    const other = /d\/1\.2\/([\d.]+)/.exec(page.url())?.[1] ?? ''
    const halves = await page.locator('.compare .half a').count()
    expect(halves).toBe((await steps('1.2')) + (await steps(other)))
    await page.keyboard.press('j')
    await expect.poll(() => page.url()).toMatch(/row=\d+/)
    await page.keyboard.press('s')
    await expect.poll(() => page.url()).toContain(`/d/${other}/1.2`)
    expect(incidents).toEqual([])
  })

  it('draws a group of forks as a tree, an episode a row', async () => {
    const grid = ['--env', 'grid', '--agent', 'random', '--max-steps', '6', '--sampling', 'tree', '--k', '2']
    expect(await run(['rollout', ...grid, '--groups', '1', '--out', 'forks'], { folder })).toMatchObject({ code: 0 })
    const url = await viewing('forks')
    const { members }: GroupAnswer = JSON.parse(await (await fetch(`${url}/-/api/runs/forks/g/0`)).text())
    const forked = members.filter(({ parent }) => parent !== null)
    const { page, incidents } = await opened(`${url}/#/r/forks/g/0?as=tree`)
    expect(forked.length).toBeGreaterThan(0)
    expect(await page.locator('.tree path.forked').count()).toBe(forked.length)
    expect(await page.locator('.tree .lab2').allInnerTexts()).toHaveLength(members.length)
    expect(await faultsOf(page)).toEqual([])
    await keepScreenshot(page, 'viewer-tree')
    expect(incidents).toEqual([])
  })

  it('shows its keys on a sheet, which also turns them off', async () => {
    const { page } = await opened(`${await viewing('a')}/#/r/a/t/1.2/1`)
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('next, previous ≠').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.getByLabel('single keys do this').uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('u')
    expect(page.url()).toMatch(/t\/1\.2\/1$/)
  })

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as const)('has no serious fault of accessibility, in %s at %i pixels', async (colorScheme, width) => {
    const [url, urlOfPair] = [await viewing('a'), await viewing('pair')]
    const faults: string[] = []
    const places = [
      ...Object.entries(PLACES).map(([name, fragment]) => [name, `${url}/${fragment}`] as const),
      ...Object.entries(OF_RUNS).map(([name, fragment]) => [name, `${urlOfPair}/${fragment}`] as const),
    ]
    for (const [name, address] of places) {
      const { page, incidents } = await opened(address, { colorScheme, viewport: { width, height: 900 } })
      faults.push(...(await faultsOf(page)).map((fault) => `${name}: ${fault}`))
      const across = await page.evaluate<number>('document.documentElement.scrollWidth')
      if (across > width) faults.push(`${name} is wider than the screen`)
      await keepScreenshot(page, `viewer-${name}-${colorScheme}-${width}`)
      faults.push(...incidents)
      await page.context().close()
    }
    expect(faults).toEqual([])
  })

  it('draws the curves of runs, folded over seeds, each alone, and as a table', async () => {
    const { page, incidents } = await opened(`${await viewing('pair')}/#/?x=episodes`)
    const curve = page.getByRole('img', { name: /^return by episodes/ })
    expect(await curve.getAttribute('aria-label')).toContain('random on grid@1, 2 seeds')
    expect(await curve.locator('.band').count()).toBe(1)
    await page.getByRole('button', { name: 'each run' }).click()
    expect(await page.getByRole('img', { name: /^return by episodes: one .*; two / }).count()).toBe(1)
    await page.keyboard.press('t')
    const rows = page.locator('table', { has: page.getByText('return', { exact: true }) }).locator('tbody tr')
    expect(await rows.count()).toBe(12)
    expect(page.url()).toMatch(/as=table/)
    expect(incidents).toEqual([])
  })

  it('compares two runs that were picked: figures, curves, and the difference by task', async () => {
    const { page, incidents } = await opened(await viewing('pair'))
    await page.getByLabel('pick one to compare').check()
    await page.getByLabel('pick two to compare').check()
    await page.getByRole('link', { name: 'compare one and two' }).click()
    await page.getByText(/two earned .+ per task against one/).waitFor()
    const { json } = await runJson(['show', 'pair/one'], { folder })
    expect(await page.getByRole('row', { name: /^episodes/ }).innerText()).toContain(`${json.episodes.length}`)
    expect(incidents).toEqual([])
  })

  it('says on a page that an address leads nowhere', async () => {
    const { page } = await watchedPage(browser)
    await page.goto(`${await viewing('a')}/nowhere`)
    expect(await page.getByRole('alert').innerText()).toContain('the viewer has no page /nowhere')
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('link').click()
    await settled(page)
  })

  it('lists the runs, and says what is wrong with an address', async () => {
    const url = await viewing('a')
    expect(await (await opened(url)).page.locator('.runs a[href="#/r/a"]').count()).toBe(1)
    const { page } = await opened(`${url}/#/r/a/t/9.9/0`)
    expect(await page.getByRole('alert').first().innerText()).toContain('EPISODE_UNKNOWN')
  })

  it('takes the token out of the address, and asks for it where it is missing', async () => {
    const token = 'a-token-of-this-test'
    const options = { folders: [join(folder, 'a')], estimators: estimators(), files }
    const viewer = await listenViewer({ ...options, tokens: [{ role: 'trainer', token }], hosts: [] })
    closeAfterTest(() => viewer.close())
    const { page } = await opened(`${viewer.url}/#/r/a?token=${token}`)
    expect(await page.locator('.wall').count()).toBe(1)
    expect(page.url()).not.toContain(token)
    const stranger = await opened(`${viewer.url}/#/r/a`)
    expect(await stranger.page.getByRole('alert').first().innerText()).toContain('UNAUTHORIZED')
    await stranger.page.getByLabel(/Token/).fill(token)
    await stranger.page.getByRole('button', { name: 'Watch' }).click()
    await stranger.page.locator('.wall').waitFor()
  })

  it.each(['#/r/hostile', '#/r/hostile/t/h/0', '#/r/hostile/t/h/0?view=raw', '#/r/hostile/g/g', '#/'])(
    'shows hostile text as text at %s: nothing runs, nothing loads, nothing is hidden',
    async (fragment) => {
      const { page, incidents } = await opened(`${await viewing('hostile')}/${fragment}`)
      expect(await page.locator('main').innerText()).toMatch(/<img src=x onerror|1 member|hostile/)
      expect(await page.locator('img, iframe, [onerror]').count()).toBe(0)
      expect(await page.locator('script').count()).toBe(1)
      expect(await page.title()).not.toBe('owned')
      expect(await page.locator('body').innerText()).not.toMatch(/\u202E/)
      expect(incidents).toEqual([])
    },
  )

  it('draws an observation that is a picture, and nothing that is only called one', async () => {
    pictureRun(join(folder, 'picture'))
    const { page, incidents } = await opened(`${await viewing('picture')}/#/r/picture/t/h/0`)
    const picture = page.getByRole('img', { name: 'the picture that the agent saw' })
    await picture.waitFor()
    await expect.poll(() => page.evaluate('document.querySelector("img")?.naturalWidth')).toBe(12)
    expect(await page.locator('img').count()).toBe(1)
    expect(await page.title()).not.toBe('1')
    expect(await faultsOf(page)).toEqual([])
    expect(incidents).toEqual([])
  })

  it('opens from disk as one file that makes no request', async () => {
    const { html } = await exportRuns({ folders: [folder], estimators: estimators(), files })
    const path = join(folder, 'runs.html')
    writeFileSync(path, html)
    const context = await browser.newContext({ offline: true })
    const page = await context.newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => asked.push(message.text()))
    page.on('pageerror', (error) => asked.push(error.message))
    const address = pathToFileURL(path).href
    for (const fragment of [
      ...Object.values(PLACES).filter((each) => !each.includes('q=')),
      '#/r/hostile/t/h/0',
      '#/r/hostile/g/g?anchor=state',
    ]) {
      await page.goto(address + fragment)
      // The fragment of an open file has changed: what it leads to is drawn with the next frame.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
      await settled(page)
      expect([fragment, await page.getByRole('alert').count()]).toEqual([fragment, 0])
    }
    await page.goto('about:blank')
    await page.goto(address + PLACES.episode)
    await page.locator('.steps').waitFor()
    await keepScreenshot(page, 'viewer-exported')
    expect(new Set(asked.filter((each) => each !== 'about:blank').map((each) => each.replace(/#.*/, '')))).toEqual(
      new Set([address]),
    )
    expect(await page.title()).not.toBe('owned')
  })

  it('shows what a server plays and records, as it happens', async () => {
    const record = newFolder()
    const pagesOf = viewerPages({ folders: [record], userFolder: record, files })
    const server = await served([echo], { pagesOf })
    const { page, incidents } = await opened(server.url)
    await page.getByText('no episode has been played').waitFor()
    const client = await connected(server)
    await client.ask({ type: 'reset', data: { seed: 1 } })
    await client.ask({ type: 'step', data: { action: '<b>hello</b>' } })
    await page.getByText('<b>hello</b>').waitFor()
    expect(await page.locator('.live tbody tr').count()).toBe(1)
    await client.ask({ type: 'step', data: { action: 'stop' } })
    await page.locator('.live').getByText('terminated').waitFor()
    await keepScreenshot(page, 'viewer-live')
    expect(incidents).toEqual([])
  })
})
