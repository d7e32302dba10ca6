import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openWorld, startEpisode } from '../../../core/index.ts'
import shop from '../../../envs/shop-miniature/index.ts'
import { DEFAULT_OPTIONS, LENGTHS } from '../../../envs/shop-miniature/options.ts'
import { SPLITS } from '../../../envs/shop-miniature/shop.ts'
import { textsUnder } from '../../support/pages.ts'

const page = readFileSync(new URL('../../../docs/shop-miniature.md', import.meta.url), 'utf8')

describe('docs/shop-miniature.md', () => {
  it('shows the item page of the right product of the first task as it is', async () => {
    const world = await openWorld(shop)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    for (const action of ['search[quiet waterproof clock]', 'click[item 24]', 'colour[red]']) await episode.step(action)
    expect(page).toContain(`\n\`\`\`\n${episode.text()}\n\`\`\`\n`)
    for (const action of episode.actions() ?? []) expect(page).toContain(`\`${action}\``)
  })

  it('lists the options with their defaults, the lengths and the splits', () => {
    const listed = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(listed)).toEqual(DEFAULT_OPTIONS)
    const lengths = textsUnder(page, 'length').map(([name, groups, horizon]) => [
      name,
      { groups: Number(groups), horizon: Number(horizon) },
    ])
    expect(Object.fromEntries(lengths)).toEqual(LENGTHS)
    for (const [split, { length }] of Object.entries(SPLITS)) expect(page).toContain(`\`${split}\` ${length}`)
  })

  it('names every anchor and grade', async () => {
    const world = await openWorld(shop)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    for (const name of [...Object.keys(episode.anchors()), ...Object.keys(episode.grades())])
      expect(page).toContain(`\`${name}\``)
  })
})
