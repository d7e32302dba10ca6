import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { hookSet } from '../../../core/reward/hook.ts'
import webshop from '../../../envs/webshop/index.ts'
import { estimators } from '../../../registry/index.ts'
import { listen } from '../../../server/listen.ts'
import type { CreditAnswer } from '../../../viewer/answers.ts'
import { listenViewer } from '../../../viewer/listen.ts'
import { run } from '../command.ts'
import { launched } from './chrome.ts'
import { builtPages } from './viewer-pages.ts'

/* `npm run screenshots`: takes the pictures of the documentation again, in `docs/images`. */

const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url))

/** Agent of the run that the viewer shows: it knows the way, and takes a fifth of its actions at random. */
const ROLLOUT = ['--env', 'webshop', '--agent', 'shop-novice', '--groups', '8', '--group-size', '8']

mkdirSync(FOLDER, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'stepgym-screenshots-'))
const browser = await launched()
try {
  await shop(browser)
  await viewer(browser)
} finally {
  await browser.close()
  rmSync(scratch, { recursive: true })
}

async function shop(from: Browser): Promise<void> {
  const environments = [{ name: 'webshop', load: () => Promise.resolve(webshop) }]
  const server = await listen({ environments, hooks: hookSet([]) })
  const page = await from.newPage({ viewport: { width: 1080, height: 680 } })
  try {
    await page.goto(`${server.url}/webshop`)
    await page.getByText('Choose the task').click()
    await page.getByLabel('Task, from 0').fill('3')
    await page.getByRole('button', { name: 'Begin a visit with this task' }).click()
    await page.getByLabel('What are you looking for?').fill('washable paneled sandals for hiking, wide toe')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.locator('.card button').nth(2).click()
    await page.locator('.choice').nth(1).click()
    await page.screenshot({ path: `${FOLDER}webshop.png` })
  } finally {
    await server.close()
  }
}

/** The wall of a run, and the step of it that an estimator is most wrong about. */
async function viewer(from: Browser): Promise<void> {
  await succeed(['rollout', ...ROLLOUT, '--hook', 'progress', '--hook', 'success', '--out', 'novice'])
  await succeed(['eval', 'values', 'novice', '--forks', '32'])
  const { url, close } = await listenViewer({
    ...{ folders: [join(scratch, 'novice')], estimators: estimators(), files: builtPages() },
  })
  try {
    const page = await from.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' })
    await page.goto(`${url}/#/r/novice`)
    await page.locator('.wall svg').first().waitFor()
    await page.locator('.ag meter').first().waitFor()
    await page.screenshot({ path: `${FOLDER}viewer-run.png` })
    const credit = (await (await fetch(`${url}/-/api/runs/novice/credit`)).json()) as CreditAnswer
    const [worst] = credit.estimators.find(({ estimator }) => estimator === 'gigpo')?.contradictions ?? []
    if (!worst) throw new Error('GiGPO contradicts no sure truth in this run')
    await page.goto(`${url}/#/r/novice/t/${encodeURIComponent(worst.id)}/${worst.index}?why=gigpo`)
    await page.locator('.eq.sum').waitFor()
    await page.screenshot({ path: `${FOLDER}viewer-episode.png` })
  } finally {
    await close()
  }
}

async function succeed(args: readonly string[]): Promise<void> {
  const { code, err } = await run(args, { folder: scratch })
  if (code !== 0) throw new Error(`stepgym ${args.join(' ')}: ${err}`)
}
