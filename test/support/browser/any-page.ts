import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { pageEnvironment } from '../../../envs/browser/index.ts'
import type { PageState } from '../../../envs/browser/state.ts'
import { closeAfterTest } from '../cleanup.ts'
import { foundChromium } from './chromium.ts'

/** The environment with the browser of tests. */
export const environment = pageEnvironment(foundChromium() ?? undefined)

/** An episode of the first split. */
export async function opened(options: JsonObject, index = 0): Promise<Episode> {
  const world = await openWorld(environment, options)
  const task = world.tasks.at(world.tasks.splits[0] ?? '', index)
  const episode = await startEpisode(world, { task, seed: 1 })
  closeAfterTest(() => episode.close())
  return episode
}

/** Origin of a small site of the test's own. */
export async function site(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfterTest(() => server.closeAllConnections())
  closeAfterTest(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers any request with a page. */
export const html =
  (body: string): RequestListener =>
  (_, answer) => {
    answer.setHeader('content-type', 'text/html').end(`<!DOCTYPE html><title>page</title><body>${body}`)
  }

/** An episode on a page of a site, which is done by the answer alone. */
export async function onPage(body: string, options: JsonObject = {}): Promise<Episode> {
  const origin = await site(html(body))
  const task = { start: `${origin}/`, instruction: 'look', judge: { answer: 'yes' } }
  return opened({ allow: [origin], tasks: [task], actionMs: 1500, ...options })
}

/** Reference of an element by its name. */
export const refOf = (episode: Episode, name: string): string =>
  new RegExp(`"${name}".*\\[ref=((?:f\\d+)?e\\d+)\\]`).exec((episode.state as PageState).tree)?.[1] ?? 'e0'
