import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import webshop from '../../../envs/webshop/index.ts'
import { searchesFor } from '../../../envs/webshop/session/searches.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'

const MINIATURE = { catalogue: { generated: { products: 30 } }, searches: 2, history: 'none' }

async function modelOf(options: JsonObject, index: number, maxStates = 20_000) {
  const world = await openWorld(webshop, options)
  const episode = await startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
  return enumerate(episode, { maxStates })
}

/** The first task with one search, which several tests look at. */
const ONE_SEARCH = modelOf({ ...MINIATURE, searches: 1 }, 0)

describe('the web shop in miniature', () => {
  it('keeps the contract', async () => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(webshop, MINIATURE)) if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })

  it('has few enough states to list them all, with any request', async () => {
    for (const index of [0, 40]) {
      const model = index === 0 ? await ONE_SEARCH : await modelOf({ ...MINIATURE, searches: 1 }, index)
      expect(model.stateCount).toBeGreaterThan(1000)
      expect(model.stateCount).toBeLessThan(5000)
      expect(Math.max(...model.outcomeReward)).toBe(1)
    }
  })

  it('has more of them with each search, and no end of them with the whole history', async () => {
    const one = await ONE_SEARCH
    const two = await modelOf(MINIATURE, 0)
    expect(two.stateCount).toBeGreaterThan(1.2 * one.stateCount)
    const kept = modelOf({ ...MINIATURE, searches: 1, history: 'kept' }, 0, 2 * one.stateCount)
    await expect(kept).rejects.toMatchObject({ code: 'NOT_ENUMERABLE' })
  })

  it('identifies a state by its text, except for the page that it leads back to', async () => {
    const { anchors, stateCount } = await ONE_SEARCH
    const count = (name: string): number => anchors.get(name)?.texts.length ?? 0
    expect(count('state')).toBe(stateCount)
    expect(count('kind')).toBeLessThan(10)
    expect(count('kind')).toBeLessThan(count('place'))
    expect(count('place')).toBeLessThan(count('text'))
    expect(count('text')).toBeLessThan(stateCount)
  })

  it('forgets the order in which options were chosen', async () => {
    const world = await openWorld(webshop, MINIATURE)
    const states = []
    for (const swapped of [false, true]) {
      const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
      for (const choose of [0, 1]) {
        if (choose === 0) for (let step = 0; step < 2; step++) await episode.step(openingOf(episode.actions() ?? []))
        const options = world.tasks.at('train', 0).private as { options: Record<string, string> }
        const values = Object.values(options.options)
        await episode.step(`click[${(swapped ? values.toReversed() : values)[choose]}]`)
      }
      states.push(episode.stateHash())
      expect(episode.publicState().options).toHaveLength(2)
    }
    expect(states[0]).toBe(states[1])
  })

  it.each([{ searches: 0 }, { searches: 9 }, { searches: 1.5 }, { history: 'some' }])('refuses %j', async (options) => {
    await expect(openWorld(webshop, { ...MINIATURE, ...options })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

/** The first search, or the first product that is listed. */
const openingOf = (actions: readonly unknown[]): string =>
  `${actions.find((action) => /^search|^click\[b0/.test(`${action}`))}`

describe('listed searches', () => {
  it('are the whole wish first, then its words in order', () => {
    expect(searchesFor('a b [c] d e', 1)).toEqual(['a b c d e'])
    expect(searchesFor('a b c d e', 2)).toEqual(['a b c d e', 'a b'])
    expect(searchesFor('a b c d e', 3)).toEqual(['a b c d e', 'a b', 'c d e'])
    expect(searchesFor('a b', 8)).toEqual(['a b', 'a', 'b'])
    expect(searchesFor(' [] ', 3)).toEqual(['anything'])
  })

  it('say each once, in words of the wish and no others, that can be read back', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (wish, count) => {
        const searches = searchesFor(wish, count)
        expect(new Set(searches).size).toBe(searches.length)
        expect(searches.length).toBeLessThanOrEqual(count)
        const words = wish.split(/[\s[\]]+/)
        for (const search of searches)
          if (search !== 'anything') expect(search.split(' ').every((word) => words.includes(word))).toBe(true)
        expect(searches.join()).not.toMatch(/[[\]\n]/)
      }),
    )
  })
})
