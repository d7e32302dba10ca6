import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import webshop from '../../../envs/webshop/index.ts'
import { tagged, unsafeIn } from '../../support/html.ts'
import { share } from '../../support/long.ts'
import { Browser, type Page } from '../../support/server/browser.ts'
import { served } from '../../support/server/client.ts'

const EPISODES = share(4, 190)
const OPTIONS = { catalogue: { generated: { products: 40, seed: 1 } } }

/** Ways on from a page: its buttons, and a search where there is a field. */
function waysFrom({ root }: Page, words: string): readonly Readonly<Record<string, string>>[] {
  const buttons = tagged(root, 'button').flatMap(({ attributes: { name, value = '' } }) =>
    name === 'click' ? [{ click: value }] : [],
  )
  const isSearch = tagged(root, 'input').some(({ attributes: { name } }) => name === 'search')
  return isSearch ? [...buttons, { search: words }] : buttons
}

describe('the web shop in a browser', () => {
  it('has episodes with the states and rewards of the same actions in text', async () => {
    const server = await served([webshop], { options: OPTIONS })
    const ended: Trajectory[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
    const { world } = await server.host.environmentHost('webshop')
    const browser = new Browser(server)
    const rng = new Rng({ word0: 5, word1: 5 }, 0)
    for (let index = 0; index < EPISODES; index++) {
      const task = world.tasks.at('train', index)
      const { instruction } = task.public as { instruction: string }
      const home = await browser.get('/webshop')
      let page = await browser.submit(home, '/webshop/visits', { split: 'train', index: `${index}` })
      while (ended.length === index) {
        const ways = waysFrom(page, instruction)
        page = await browser.submit(page, page.path, ways[rng.int(0, ways.length - 1)])
        expect([page.status, unsafeIn(page.root)]).toEqual([200, []])
      }
      const episode = await startEpisode(world, { task, seed: 1 })
      for (const { action, rewards, isActionValid, nextAnchors } of ended[index]?.steps ?? []) {
        const taken = await episode.step(action)
        expect([taken.reward, taken.isActionValid, episode.anchors()]).toEqual([
          rewards[0]?.value,
          isActionValid,
          nextAnchors,
        ])
        expect(isActionValid).toBe(true)
      }
      expect(episode.ending).toBe(ended[index]?.ending)
    }
  })
})
