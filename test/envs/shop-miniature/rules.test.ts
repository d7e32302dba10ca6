import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import shop from '../../../envs/shop-miniature/index.ts'
import { LENGTHS, shopSettings } from '../../../envs/shop-miniature/options.ts'
import { drawShop } from '../../../envs/shop-miniature/shop.ts'

const begin = async (options: JsonObject = {}, split = 'train', index = 0) => {
  const world = await openWorld(shop, options)
  return startEpisode(world, { task: world.tasks.at(split, index), seed: 1 })
}
type Episode = Awaited<ReturnType<typeof begin>>

const play = (episode: Episode, actions: readonly string[]) => actions.map((action) => expectSync(episode.step(action)))

/** The way to a purchase of the first task of `train`: quiet waterproof clock, red medium, at most $77. */
const WAY = ['search[quiet waterproof clock]', 'click[item 24]', 'colour[red]', 'size[medium]', 'click[buy]']

describe('the miniature shop', () => {
  it('has 36 products in six categories that share attributes, and three of four values an option group', () => {
    for (const length of ['short', 'long'] as const) {
      const { products, groups } = drawShop(shopSettings({ length, reward: 'success', seed: 0 }))
      expect(products).toHaveLength(36)
      expect(new Set(products.map(({ category }) => category)).size).toBe(6)
      for (const { options, attributes } of products) {
        expect(options.map(({ length: count }) => count)).toEqual(Array.from({ length: groups }, () => 3))
        expect(new Set(attributes).size).toBe(4)
      }
      const lamps = products.filter(({ category }) => category === 'lamp').map(({ attributes }) => attributes)
      expect(new Set(lamps.flat()).size).toBeLessThanOrEqual(7)
    }
  })

  it('has no instruction in two tasks, whatever their split', async () => {
    const world = await openWorld(shop, { length: 'long' })
    const instructions = world.tasks.splits.flatMap((split) =>
      Array.from({ length: world.tasks.size(split) }, (_, at) => JSON.stringify(world.tasks.at(split, at).public)),
    )
    expect(instructions).toHaveLength(128)
    expect(new Set(instructions).size).toBe(128)
  })

  it('pays 1 for the right product with the right options, at the end', async () => {
    const steps = play(await begin(), WAY)
    expect(steps.map(({ reward }) => reward)).toEqual([0, 0, 0, 0, 1])
    expect(steps.map(({ terminated }) => terminated)).toEqual([false, false, false, false, true])
  })

  it('pays nothing for a near miss, or its share of what was asked for', async () => {
    const miss = WAY.toSpliced(2, 1, 'colour[blue]')
    expect(play(await begin(), miss).at(-1)?.reward).toBe(0)
    expect(play(await begin({ reward: 'graded' }), miss).at(-1)?.reward).toBeCloseTo(4 / 5, 12)
  })

  it('pays a tenth of the share in another category', async () => {
    const way = ['search[quiet waterproof clock]', 'click[item 14]', 'click[buy]']
    expect(play(await begin({ reward: 'graded' }), way).at(-1)?.reward).toBeCloseTo((0.1 * 2) / 5, 12)
  })

  it('changes nothing by an action that the page does not list, and says so', async () => {
    const episode = await begin()
    const [before, [step]] = [episode.text(), play(episode, ['click[buy]'])]
    expect(step).toMatchObject({ isActionValid: false, reward: 0, info: { problem: expect.stringMatching(/listed/) } })
    expect(episode.text()).toBe(before)
  })

  it('leaves a page by turning it, by going back, and keeps it under its description', async () => {
    const episode = await begin()
    play(episode, ['search[clock]', 'click[item 24]'])
    const item = episode.text()
    play(episode, ['click[description]'])
    expect(episode.text()).toBe(item)
    play(episode, ['click[back]'])
    expect(episode.text()).toMatch(/\nSearch page$/)
    play(episode, ['search[quiet waterproof clock]'])
    const first = episode.text()
    play(episode, ['click[next]'])
    expect(episode.text()).toMatch(/Results page 2 of 2/)
    play(episode, ['click[previous]'])
    expect(episode.text()).toBe(first)
  })

  it('says which option groups have a value, and replaces a value by another of its group', async () => {
    const episode = await begin()
    play(episode, WAY.slice(0, 2))
    expect(episode.text()).toContain('Item page, nothing selected\n')
    play(episode, ['colour[blue]', 'size[medium]'])
    expect(episode.text()).toMatch(/Item page, colour size selected\n.*\noptions blue, medium$/s)
    play(episode, ['colour[red]'])
    expect(episode.text()).toMatch(/\noptions red, medium$/)
    expect(episode.grades().progress).toBe(1)
  })

  it('merges the states of one product under the anchor product, and all products under page', async () => {
    const world = await openWorld(shop)
    const anchorsAfter = (actions: readonly string[]) => {
      const episode = expectSync(startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 }))
      play(episode, actions)
      return episode.anchors()
    }
    const [bare, chosen] = [anchorsAfter(WAY.slice(0, 2)), anchorsAfter(WAY.slice(0, 3))]
    const other = anchorsAfter(['search[clock]', 'click[item 25]'])
    expect(bare.text).not.toBe(chosen.text)
    expect(bare.product).toBe(chosen.product)
    expect(bare.product).not.toBe(other.product)
    expect(bare.page).toBe(other.page)
  })

  it('ends an episode without a purchase at its horizon', async () => {
    for (const length of ['short', 'long'] as const) {
      const { horizon } = LENGTHS[length]
      const steps = play(
        await begin({ length }),
        Array.from({ length: horizon }, () => 'click[back]'),
      )
      expect(steps.at(-1)?.truncated).toBe(true)
      expect(steps.filter(({ truncated }) => truncated)).toHaveLength(1)
    }
  })

  it.each([
    [{ length: 'endless' }, /length .* short, long, not "endless"/],
    [{ reward: 'shaped' }, /reward .* success, graded/],
    [{ groups: 2 }, /no option groups/],
  ])('refuses %j', async (options: JsonObject, message) => {
    await expect(openWorld(shop, options)).rejects.toThrow(message)
  })

  it('is another shop under another seed, and the same under the same', () => {
    const drawn = (seed: number) => drawShop(shopSettings({ length: 'short', reward: 'success', seed }))
    expect(drawn(3)).toEqual(drawn(3))
    expect(drawn(3).products).not.toEqual(drawn(4).products)
  })
})
