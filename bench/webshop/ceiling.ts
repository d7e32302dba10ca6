import { openWorld } from '../../core/episode/world.ts'
import { type Episode, expectSync, startEpisode } from '../../core/index.ts'
import webshop from '../../envs/webshop/index.ts'
import { printCeiling, rates } from '../measure.ts'

/** The ceiling of the shop: building the text of the same page from its parts, and nothing else. */
const world = await openWorld(webshop)
const [split = ''] = world.tasks.splits

function onResults(): Episode {
  const episode = expectSync(startEpisode(world, { task: world.tasks.at(split, 0), seed: 0, maxSteps: 1_000_000 }))
  expectSync(episode.step('search[gift for daily use]'))
  return episode
}

const page = onResults().text()
const parts = page.split(' [SEP] ')

/** Flattened by a hash-like read of its end: V8 would else only link the parts. */
function build(): number {
  let text = ''
  for (const part of parts) text = text === '' ? part : `${text} [SEP] ${part}`
  return text.charCodeAt(text.length - 1)
}

function walk(count: number): void {
  let episode = onResults()
  for (let step = 0; step < count; step++) {
    if (episode.index > 100) episode = onResults()
    expectSync(episode.step(step % 2 === 0 ? 'click[next >]' : 'click[< prev]'))
    episode.text()
  }
}

printCeiling(
  `pages of about ${page.length} characters`,
  'pages',
  await rates([
    {
      name: 'string building alone',
      count: 200_000,
      run: (count) => {
        for (let i = 0; i < count; i++) build()
      },
    },
    { name: 'step + text', count: 20_000, run: walk },
  ]),
)
