import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import { openWorld, startEpisode } from '../../../core/index.ts'
import grid from '../../../envs/grid/index.ts'
import { SPLITS } from '../../../envs/grid/levels.ts'
import { DEFAULT_OPTIONS, SIZES, WORLD_DEFAULTS, WORLD_NAMES } from '../../../envs/grid/options.ts'
import { textsUnder } from '../../support/pages.ts'
import { levelsOf, reachOf, stepsToReward } from './reach.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/grid.md', import.meta.url)), 'utf8')

const tableOf = (heading: string) => textsUnder(page, heading)

const numbersIn = (text = ''): readonly number[] => text.replaceAll(',', '').match(/\d+/g)?.map(Number) ?? []

describe('docs/grid.md', () => {
  it('shows the first observation as it is', async () => {
    const world = await openWorld(grid)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    expect(page).toContain(`\n\`\`\`\n${episode.text()}\n\`\`\`\n`)
  })

  it('lists the options with their defaults, and the sizes', () => {
    const listed = tableOf('option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(listed)).toEqual(DEFAULT_OPTIONS)
    const sizes = tableOf('option').find(([name]) => name === 'size')?.[2]
    expect(sizes).toBe(WORLD_NAMES.map((world) => `${world} ${SIZES[world].join(' to ')}`).join(', '))
  })

  it('lists the worlds with their defaults', () => {
    const listed = tableOf('world').map(([world = '', , ...numbers]) => {
      const [size, horizon, branching, noise] = numbers.map(Number)
      return [world, { size, horizon, branching, noise }]
    })
    expect(Object.fromEntries(listed)).toEqual(WORLD_DEFAULTS)
    for (const [split, { length }] of Object.entries(SPLITS)) expect(page).toContain(`\`${split}\` ${length}`)
  })

  it.each(WORLD_NAMES)('says how many states and steps tasks of %s have', (world) => {
    const row = tableOf('world').find(([name]) => name === world)
    const [states, steps] = [numbersIn(row?.[6]), numbersIn(row?.[7])]
    const levels = levelsOf({ world })
    for (let number = 0; number < 8; number++) {
      const reach = reachOf(levels, number)
      expect(reach.states.length).toBeGreaterThanOrEqual(states[0] ?? Number.NaN)
      expect(reach.states.length).toBeLessThanOrEqual(states.at(-1) ?? Number.NaN)
      expect(stepsToReward(reach)).toBeGreaterThanOrEqual(steps[0] ?? Number.NaN)
      expect(stepsToReward(reach)).toBeLessThanOrEqual(steps.at(-1) ?? Number.NaN)
    }
  })

  it('says how many states there are at most with other options', () => {
    const graded = { reward: 'graded', rewardDelay: 5 }
    const conditions: readonly JsonObject[] = [
      { world: 'key-door', size: 12, branching: 3 },
      { world: 'key-door', ...graded },
      { world: 'corridor', size: 12, branching: 6, horizon: 200 },
      { world: 'sokoban', size: 4 },
      { world: 'sokoban', reward: 'graded' },
      { world: 'sokoban', ...graded },
      { world: 'sokoban', size: 6 },
      { world: 'slippery', size: 20, horizon: 80 },
    ]
    const rows = tableOf('options')
    expect(rows.length).toBe(conditions.length)
    for (const [place, options] of conditions.entries()) {
      const [most = Number.NaN] = numbersIn(rows[place]?.[1])
      expect(rows[place]?.[0]).toContain(options.world)
      expect(reachOf(levelsOf(options), 0).states.length, rows[place]?.[0]).toBeLessThanOrEqual(most)
    }
  })

  it('names every option, grade and world that there is', async () => {
    const world = await openWorld(grid)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    for (const name of [
      ...Object.keys(episode.grades()),
      ...Object.keys(grid.observe).filter((view) => view !== 'text'),
    ])
      expect(page).toContain(`\`${name}\``)
  })
})
