import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { ViewContext } from '../../../core/episode/environment.ts'
import { fork } from '../../../core/episode/fork.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import webshop from '../../../envs/webshop/index.ts'
import type { ShopResources } from '../../../envs/webshop/resources.ts'
import { FIXTURE_FOLDER } from '../../support/shops.ts'

const FIXTURE = { catalogue: { folder: FIXTURE_FOLDER } }
const SMALL = { catalogue: { generated: { products: 40, seed: 1 } } }
const REFERENCE = { ...FIXTURE, profile: 'reference' }

const started = async (options: JsonObject, split = 'train', index = 0, seed: unknown = 1) => {
  const world = await openWorld(webshop, options)
  return { world, episode: await startEpisode(world, { task: world.tasks.at(split, index), seed }) }
}

const resourcesOf = ({ resources }: World): ViewContext<ShopResources> => ({ resources: resources as ShopResources })

/** Buys the product the task means, with the options it means. */
async function perfectEpisode(options: JsonObject) {
  const { world, episode } = await started(options, 'test', 2)
  const task = world.tasks.at('test', 2)
  const { instruction } = task.public as { instruction: string }
  const { asin, options: wanted } = task.private as { asin: string; options: Record<string, string> }
  await episode.step(`search[${instruction}]`)
  while (!episode.actions()?.includes(`click[${asin.toLowerCase()}]`)) await episode.step('click[next >]')
  await episode.step(`click[${asin}]`)
  for (const value of Object.values(wanted)) await episode.step(`click[${value}]`)
  const grades = webshop.grades?.(episode.state, resourcesOf(world))
  return { episode, grades, taken: await episode.step('click[Buy Now]') }
}

describe('the web shop as an environment', () => {
  it.each([
    ['default', { ...SMALL, goals: 'human', observation: 'text_rich' }],
    ['reference', { ...REFERENCE, observation: 'html', reward: 'verl-agent' }],
  ])('keeps the contract in profile %s with other options', async (_, options) => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(webshop, options)) if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })

  it.each([
    [{ profile: 'other' }, 'option profile of the web shop is one of default, reference, not "other"'],
    [{ goals: 'none' }, 'option goals'],
    [{ observation: 'pixels' }, 'option observation'],
    [{ reward: 'none' }, 'option reward'],
    [{ catalogue: {} }, 'either "generated" or "folder"'],
    [{ catalogue: { folder: 'x', generated: {} } }, 'either "generated" or "folder"'],
    [{ catalogue: { folder: 'x', size: 1 } }, 'an object of folder, products, ins, humanIns, limit'],
    [{ catalogue: { folder: 1 } }, 'option catalogue.folder'],
    [{ catalogue: { folder: 'x', limit: 0 } }, 'option catalogue.limit'],
    [{ catalogue: { generated: { products: 1.5 } } }, 'option catalogue.generated.products'],
    [{ catalogue: { generated: { product: 40 } } }, 'an object of products, seed'],
    [{ catalogue: 'x' }, 'option catalogue'],
  ])('refuses %j', async (options, message) => {
    await expect(openWorld(webshop, options)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
    })
  })

  it('refuses a seed that lost digits', async () => {
    await expect(openWorld(webshop, { ...SMALL, priceSeed: 2 ** 60 })).rejects.toMatchObject({ code: 'SEED_INVALID' })
  })

  it('shows the view that was chosen, and any other beside it', async () => {
    for (const observation of ['text', 'text_rich', 'html', 'url']) {
      const { episode } = await started({ ...FIXTURE, observation })
      await episode.step('search[brass]')
      if (observation !== 'text') expect(episode.text()).toBe(episode.view(observation))
      expect(episode.view('url')).toMatch(/^http:\/\/127\.0\.0\.1:3000\/search_results\/shop\/brass\/1$/)
    }
  })

  it('names all sessions by one number in the reference profile, which says nothing of the goal', async () => {
    const { world, episode } = await started(REFERENCE, 'test', 5)
    expect(episode.view('url')).toBe('http://127.0.0.1:3000/0')
    expect(world.tasks.splits).toEqual(['test'])
  })

  it('has the same tasks for every price seed, with other caps', async () => {
    const worlds = [await openWorld(webshop, SMALL), await openWorld(webshop, { ...SMALL, priceSeed: 9 })]
    const [first, second] = worlds.map(({ tasks }) =>
      tasks.splits.map((split) => Array.from({ length: tasks.size(split) }, (_, i) => tasks.at(split, i))),
    )
    const ids = (tasks: typeof first) => tasks?.map((split) => split.map(({ id }) => id))
    expect(ids(first)).toEqual(ids(second))
    expect(first).not.toEqual(second)
  })

  it('distinguishes catalogues by their digest', async () => {
    const worlds = [SMALL, FIXTURE, { catalogue: { folder: FIXTURE_FOLDER, limit: 5 } }].map((options) =>
      openWorld(webshop, options),
    )
    const digests = (await Promise.all(worlds)).map((world) => webshop.digest?.(resourcesOf(world).resources))
    expect(new Set(digests).size).toBe(3)
  })

  it('rewards a perfect purchase with 1, or with 10 as verl-agent does', async () => {
    const { taken, grades, episode } = await perfectEpisode(SMALL)
    expect(taken).toMatchObject({ reward: 1, terminated: true, info: { score: 1, won: true } })
    expect(grades).toEqual({ progress: 1, reward: 1, type: 1, title: 1, attributes: 1, options: 1, price: 1 })
    expect(episode.ending).toBe('terminated')
    expect((await perfectEpisode({ ...SMALL, reward: 'verl-agent' })).taken).toMatchObject({ reward: 10 })
  })

  it('rewards any other purchase with 0 as verl-agent does, and says the score', async () => {
    const { episode } = await started({ ...FIXTURE, reward: 'verl-agent' })
    await episode.step('search[paper floor lamp]')
    await episode.step('click[b0fix00002]')
    const taken = await episode.step('click[buy now]')
    expect(taken).toMatchObject({ reward: 0, terminated: true, info: { won: false } })
    expect(taken.info.score).toBeLessThan(1)
  })

  it('has no progress and grades of null if no item is open', async () => {
    const { world, episode } = await started(FIXTURE)
    const { progress, ...others } = webshop.grades?.(episode.state, resourcesOf(world)) ?? {}
    expect(progress).toBe(0)
    expect(Object.values(others)).toEqual(Array(6).fill(null))
  })

  it('has an anchor of the page that a refused action does not change', async () => {
    const { episode } = await started(FIXTURE)
    const before = episode.anchors()
    const taken = await episode.step({ not: 'text' })
    const again = await episode.step('click[nothing]')
    expect(taken.isActionValid || again.isActionValid).toBe(false)
    expect(again.info).toEqual({ problem: 'nothing on this page is called that' })
    expect(episode.anchors().page).toBe(before.page)
    expect(episode.anchors().text).not.toBe(before.text)
  })

  it('draws the random sample of `<r>` from the episode, again for each fork', async () => {
    const { episode } = await started({ profile: 'reference', catalogue: { generated: { products: 100, seed: 0 } } })
    const futures = []
    for (const branch of [await fork(episode, { rng: 'common' }), await fork(episode), await fork(episode)]) {
      await branch.step('search[<r>]')
      futures.push(branch.text())
    }
    expect(new Set(futures).size).toBe(3)
    expect(futures[0]).toContain('Total results: 50')
  })

  it('lets an agent see its own page, and nothing of the goal', async () => {
    const { world, episode } = await started(SMALL)
    expect(episode.publicState()).toEqual({ page: 'search', query: null, pageNumber: 1, asin: null, options: [] })
    const { id, private: hidden } = world.tasks.at('train', 0)
    expect(id).not.toContain((hidden as { asin: string }).asin)
  })
})
