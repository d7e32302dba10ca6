import { join } from 'node:path'
import { connect } from '../../agents/remote/client.ts'
import type { World } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { type RunStore, recordedStore } from '../../server/hosting/run-store.ts'
import { listen } from '../../server/listen.ts'
import type { Acknowledge } from '../../server/shards/feed.ts'
import { natsBus } from '../../server/shards/nats/bus.ts'
import { serveShards } from '../../server/shards/node.ts'
import { pairedRates, printPaired } from '../measure.ts'
import { echo } from '../wire/kit/echo.ts'
import { type BenchBroker, benchBroker, SHARE } from './kit/broker.ts'

/**
 * Steps per second of one server that records: without a bus, acknowledged by its own disk, and by the feed. Clients live
 * in this process. `local` is to be within 10 % of no bus.
 */
const SESSIONS = 16
const COUNT = Math.ceil(4000 * SHARE)
const hooks = hookSet([])
const environments = [{ name: 'echo', load: async () => echo }]

const broker = await benchBroker()
if (broker) {
  const servers = [await withoutBus(broker), await onBus(broker, 'local'), await onBus(broker, 'feed')]
  printPaired(`steps of ${SESSIONS} sessions, recorded`, 'steps', await pairedRates(servers, SHARE < 1 ? 3 : 9))
  for (const { close } of servers) await close()
  broker.stop()
}

async function withoutBus({ folder }: BenchBroker) {
  const runStoreOf = (world: World): RunStore => storeIn(join(folder, 'alone'), world)
  const server = await listen({ environments, hooks, runStoreOf })
  const playing = await sessions(`${server.url}/echo`)
  return { name: 'no bus', count: COUNT, ...playing, close: () => playing.end().then(() => server.close('done')) }
}

async function onBus({ url, folder }: BenchBroker, acknowledge: Acknowledge) {
  const bus = await natsBus(`${url}/${acknowledge}`)
  const failed = (doing: string, error: unknown): void => console.error(doing, error)
  const node = await serveShards({
    ...{ bus, node: acknowledge, shards: 1, acknowledge, folder: join(folder, acknowledge), storeIn, failed },
    server: { environments, hooks },
  })
  while (node.shards.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  const playing = await sessions([`${node.url}/echo`])
  const close = async (): Promise<void> => {
    await playing.end()
    await node.close()
    await bus.close()
  }
  return { name: acknowledge, count: COUNT, ...playing, close }
}

function storeIn(folder: string, world: World): RunStore {
  return recordedStore(folder, { world, agent: 'clients', hooks })
}

/** Closed loops: each session sends a step when the last is answered. */
async function sessions(url: string | readonly string[]) {
  const gyms = await Promise.all(Array.from({ length: SESSIONS }, () => connect(url)))
  const episodes = await Promise.all(gyms.map((gym) => gym.reset({ seed: 1 })))
  const run = async (count: number): Promise<void> => {
    const each = Math.ceil(count / SESSIONS)
    await Promise.all(
      episodes.map(async (episode) => {
        for (let step = 0; step < each; step++) await episode.step('hello')
      }),
    )
  }
  return { run, end: () => Promise.all(gyms.map((gym) => gym.close())) }
}
