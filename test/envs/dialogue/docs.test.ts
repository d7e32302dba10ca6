import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import { DEFAULT_OPTIONS, SPLIT_SIZES } from '../../../envs/dialogue/engine/options.ts'
import negotiation from '../../../envs/dialogue/negotiation/index.ts'
import { negotiation as seller } from '../../../envs/dialogue/negotiation/scenario.ts'
import support from '../../../envs/dialogue/support/index.ts'
import { support as friend } from '../../../envs/dialogue/support/scenario.ts'
import tutoring from '../../../envs/dialogue/tutoring/index.ts'
import { tutoring as student } from '../../../envs/dialogue/tutoring/scenario.ts'
import { textsUnder } from '../../support/pages.ts'

const page = readFileSync(new URL('../../../docs/dialogue.md', import.meta.url), 'utf8')

async function begin(environment: Environment, difficulty = 2) {
  const world = await openWorld(environment, { difficulty })
  return startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
}
type Episode = Awaited<ReturnType<typeof begin>>

/** Takes the solver's turns, at most so many. */
function solve(episode: Episode, most = 99): number {
  let turn = 0
  for (; episode.ending === null && turn < most; turn++)
    expectSync(episode.step(episode.expert({ noise: 0, turn, rng: new Rng(keyOfSeed(1), turn) })))
  return turn
}

describe('docs/dialogue.md', () => {
  it('shows the observation of the third turn as it is', async () => {
    const episode = await begin(support)
    solve(episode, 2)
    expect(page).toContain(`\n\`\`\`\n${episode.text()}\n\`\`\`\n`)
  })

  it('lists the options with their defaults, and the splits', () => {
    const listed = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(listed)).toEqual(DEFAULT_OPTIONS)
    for (const [split, size] of Object.entries(SPLIT_SIZES)) expect(page).toContain(`\`${split}\` ${size}`)
  })

  it.each([
    ['support', support, friend],
    ['negotiation', negotiation, seller],
    ['tutoring', tutoring, student],
  ] as const)('says how long a conversation of %s is', async (name, environment, { turnsOf }) => {
    const lengths = await Promise.all([1, 2, 3].map(async (difficulty) => solve(await begin(environment, difficulty))))
    const turns = [1, 2, 3].map(turnsOf)
    expect(page).toContain(`| \`dialogue/${name}\` | ${turns.join(', ')} | ${lengths.join(', ')} |`)
  })

  it('names every environment, anchor and grade', async () => {
    for (const environment of [support, negotiation, tutoring]) {
      const episode = await begin(environment)
      const names = [environment.id, 'findings', ...Object.keys(episode.grades())]
      for (const name of names) expect(page).toContain(`\`${name}\``)
    }
  })
})
