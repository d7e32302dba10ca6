import { openWorld } from '../../core/episode/world.ts'
import { type Episode, expectSync, fork, startEpisode, tagOf } from '../../core/index.ts'
import webshop from '../../envs/webshop/index.ts'
import { printRates, quantile, rates, retainedBytes, rounded } from '../measure.ts'

/** WebShop's own environment, text mode, recorded on another day: steps per CPU-second of one process. */
const RECORDED_WEBSHOP = 78

const world = await openWorld(webshop)
const [split = ''] = world.tasks.splits
const settings = (seed: number) => ({
  task: world.tasks.at(split, seed % world.tasks.size(split)),
  seed,
  maxSteps: 1000,
})

/** A shopper's round: search, page on, open items, look at sub pages, choose options, go back. */
function* visits(episode: Episode): Generator<string> {
  for (let i = 0; ; i++) {
    const listed = episode.actions() ?? []
    const clicks = listed.filter((action) => typeof action === 'string' && !/buy now|^search/.test(action))
    const click = clicks[(i * 7 + 3) % Math.max(1, clicks.length)]
    yield typeof click === 'string' && i % 9 !== 0 ? click : `search[item ${i % 50} for daily use]`
  }
}

function walk(count: number, visit: (episode: Episode) => void): void {
  let taken = 0
  for (let seed = 0; taken < count; seed++) {
    const episode = expectSync(startEpisode(world, settings(seed)))
    for (const action of visits(episode)) {
      if (episode.ending !== null || taken++ >= count || episode.index > 100) break
      expectSync(episode.step(action))
      visit(episode)
    }
  }
}

const stepRates = await rates([
  { name: 'actions + step + text', count: 20_000, run: (count) => walk(count, (episode) => void episode.text()) },
  { name: '+ anchors', count: 20_000, run: (count) => walk(count, (episode) => void episode.anchors()) },
  { name: '+ grades', count: 5_000, run: (count) => walk(count, (episode) => void episode.grades()) },
  { name: 'html', count: 10_000, run: (count) => walk(count, (episode) => void episode.view('html')) },
])
printRates('steps in one process, text (1,000 products)', 'steps', stepRates)
console.log(
  `recorded for WebShop: ${RECORDED_WEBSHOP} steps per CPU-second; ours is ${rounded((stepRates[0]?.perSecond ?? 0) / RECORDED_WEBSHOP)} times that`,
)

printRates(
  'resets',
  'resets',
  await rates([
    {
      name: 'reset + text',
      count: 20_000,
      run: (count) => {
        for (let i = 0; i < count; i++) void expectSync(startEpisode(world, settings(i))).text()
      },
    },
  ]),
)

function opened(): Episode {
  const episode = expectSync(startEpisode(world, settings(5)))
  expectSync(episode.step('search[gift for daily use]'))
  const item = (episode.actions() ?? []).find(
    (action) => typeof action === 'string' && /^click\[[a-z0-9]{10}\]/.test(action),
  )
  expectSync(episode.step(item ?? 'click[back to search]'))
  return episode
}
const parent = opened()
const forkStepTag = (count: number): void => {
  for (let i = 0; i < count; i++) {
    const child = expectSync(fork(parent))
    expectSync(child.step('click[description]'))
    tagOf('key', child.state)
  }
}
printRates('forks', 'forks', await rates([{ name: 'fork + step + tag', count: 5_000, run: forkStepTag }]))

function sessions(count: number): Episode[] {
  return Array.from({ length: count }, (_, seed) => {
    const episode = expectSync(startEpisode(world, settings(seed)))
    for (const action of visits(episode)) {
      if (episode.index >= 5) break
      expectSync(episode.step(action))
      episode.text()
    }
    return episode
  })
}
sessions(1000)
function diverged(count: number): Episode[] {
  return Array.from({ length: count }, () => {
    const child = expectSync(fork(parent))
    for (const action of visits(child)) {
      if (child.index >= parent.index + 5) break
      expectSync(child.step(action))
    }
    return child
  })
}
diverged(1000)
const perSession = [1, 2, 3].map(() => retainedBytes(() => sessions(1000)) / 1000)
const perFork = [1, 2, 3].map(() => retainedBytes(() => diverged(1000)) / 1000)
console.log('\nmemory, median of three')
console.table({
  'a session of 1,000, after 5 steps': { bytes: rounded(quantile(perSession, 0.5)) },
  'a fork, 5 steps on': { bytes: rounded(quantile(perFork, 0.5)) },
})
