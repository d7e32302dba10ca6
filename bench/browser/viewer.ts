import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { estimators } from '../../registry/index.ts'
import { launched } from '../../test/support/browser/chrome.ts'
import { builtPages } from '../../test/support/browser/viewer-pages.ts'
import { run } from '../../test/support/command.ts'
import { KeptAnswers } from '../../viewer/kept/kept-answers.ts'
import { listenViewer } from '../../viewer/listen.ts'
import { quantile } from '../measure.ts'
import { keepFigures, type Rate } from '../results.ts'
import { type Opening, opening, scrolling } from './kit/viewer.ts'

/*
 * A run of 10,000 episodes of the web shop, or of STEPGYM_EPISODES, opened in a real Chromium: the time until its first row is drawn, the first time, which
 * reads the run, and from kept answers, also with a processor that is slowed down to a quarter for the page; the longest
 * task of the page meanwhile, and while its wall is scrolled; the script that the page loads.
 */
const GROUP_SIZE = 8
const GROUPS = Math.ceil(Number(process.env.STEPGYM_EPISODES ?? 10_000) / GROUP_SIZE)
const EPISODES = (GROUPS * GROUP_SIZE).toLocaleString('en')
const SIZES = ['--groups', `${GROUPS}`, '--group-size', `${GROUP_SIZE}`]
const RUN = ['--env', 'webshop', '--agent', 'random', '--seed', '1', ...SIZES]
/** Openings from kept answers; the first one takes too long for more than one. */
const ROUNDS = 3
const TITLE = `a run of ${EPISODES} episodes`

type Pages = ReturnType<typeof builtPages>

const scratch = mkdtempSync(join(tmpdir(), 'stepgym-bench-viewer-'))
const browser = await launched()
try {
  const { code, err } = await run(['rollout', ...RUN, '--out', 'large'], { folder: scratch })
  if (code !== 0) throw new Error(err)
  console.log(`${EPISODES} episodes: ${megabytesOf(join(scratch, 'large'))} MB`)
  const files = builtPages()
  const scripts = [...files].filter(([path]) => path.endsWith('.js')).map(([, { body }]) => gzipSync(body).length)
  console.log(`script of the pages, gzipped: ${(scripts.reduce((sum, bytes) => sum + bytes, 0) / 1e3).toFixed(1)} kB`)
  print({
    'the first time': await openings(files, 1, 1),
    'from kept answers': await openings(files, 1, ROUNDS),
    'from kept answers, slowed four times': await openings(files, 4, ROUNDS),
  })
} finally {
  await browser.close()
  rmSync(scratch, { recursive: true })
}

async function openings(files: Pages, slowed: number, rounds: number): Promise<readonly Opening[]> {
  const seen: Opening[] = []
  for (let round = 0; round < rounds; round++) seen.push(await openedBy(files, slowed))
  return seen
}

/** A viewer of its own, so that nothing is in memory but what is kept in the folder. */
async function openedBy(files: Pages, slowed: number): Promise<Opening> {
  const viewer = await listenViewer({
    ...{ folders: [join(scratch, 'large')], estimators: estimators(), files },
    kept: new KeptAnswers({ folder: join(scratch, 'kept') }),
  })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    const opened = await opening(page, `${viewer.url}/#/r/large?lens=env`, slowed)
    return { ...opened, scrollingTaskMs: await scrolling(page) }
  } finally {
    await context.close()
    await viewer.close()
  }
}

function print(openings: Readonly<Record<string, readonly Opening[]>>): void {
  console.log(`\n${TITLE}`)
  const worst = (values: readonly number[]): string => `${Math.round(Math.max(...values))}`
  const row = (each: readonly Opening[]) => ({
    'first row, ms': Math.round(
      quantile(
        each.map(({ firstRowMs }) => firstRowMs),
        0.5,
      ),
    ),
    'longest task, ms': worst(each.map(({ longestTaskMs }) => longestTaskMs)),
    'while scrolling, ms': worst(each.map(({ scrollingTaskMs }) => scrollingTaskMs)),
    'heap, MB': worst(each.map(({ heapMegabytes }) => heapMegabytes)),
  })
  console.table(Object.fromEntries(Object.entries(openings).map(([name, each]) => [name, row(each)])))
  keepFigures(
    TITLE,
    'first rows',
    Object.entries(openings).map(([name, each]) => rateOf(name, each)),
  )
}

function rateOf(name: string, openings: readonly Opening[]): Rate {
  const rates = openings.map(({ firstRowMs }) => 1000 / firstRowMs)
  return { name, perSecond: quantile(rates, 0.5), lowest: Math.min(...rates), highest: Math.max(...rates) }
}

function megabytesOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  return (bytes / 1e6).toFixed(0)
}
