import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { PROTOCOL } from '../../../core/protocol/index.ts'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import type { GymServer } from '../../../server/listen.ts'
import { quiet, served } from '../../support/server/client.ts'
import { ForgetfulClient } from '../../support/server/forgetful-client.ts'
import { heldBytes } from '../../support/server/heap.ts'
import { echo } from '../../support/server/worlds.ts'

const EPISODES_A_ROUND = 600
/** Until caches are full and the machine has compiled what it runs. */
const WARM_ROUNDS = 3
const ROUNDS = 4
const WORKERS = 16
/** Room for the names of groups that closed lately. Holding on to a third of all episodes takes more than that. */
const BYTES_AN_EPISODE = 800

const late = defineRewardHook({
  name: 'late',
  version: 1,
  scope: 'process',
  maxBatch: 16,
  reward: async (steps) => ({ perStep: steps.map(({ index }) => index) }),
})

type Play = (server: GymServer, rng: Rng) => Promise<void>

/** Long, so that an episode that is held on to is seen. */
const said = (index: number): string => `${index} ${'x'.repeat(500)}`

const overOpenEnv: Play = async (server, rng) => {
  const client = new ForgetfulClient(`${server.url}/ws`)
  await client.opened()
  const group = rng.int(0, 2) === 0 ? { group_id: `g${rng.int(0, 2 ** 31)}`, group_size: 2, group_deadline_s: 0.2 } : {}
  await client.ask({ type: 'reset', data: group })
  for (let index = 0; index < rng.int(1, 8); index++) await client.ask({ type: 'step', data: { action: said(index) } })
  if (rng.int(0, 1) === 0) await client.ask({ type: 'step', data: { action: 'stop' } })
  await client.leave(rng.int(0, 1) === 0)
}

const overHttp: Play = async (server, rng) => {
  const post = async (path: string, body: unknown): Promise<string> =>
    (await fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) })).text()
  const { episode_id } = JSON.parse(await post('/reset', {})) as { readonly episode_id: string }
  for (let index = 0; index < rng.int(1, 4); index++)
    await post('/step', { episode_id, action: { action: said(index) } })
  await post('/step', { episode_id, action: { action: 'stop' } })
}

const overNative: Play = async (server, rng) => {
  const client = new ForgetfulClient(`${server.url}/ws`, [PROTOCOL])
  await client.next()
  const reply = (id: number) => (text: string) => text.includes(`"id":${id},`)
  client.send({ type: 'subscribe', id: 1, events: ['rewards', 'group.closed', 'ended'] })
  const start = await client.ask({ type: 'reset', id: 2 }, reply(2))
  const { episode } = JSON.parse(start) as { readonly episode: string }
  client.send({ type: 'snapshot', id: 3, episode })
  const forked = await client.ask({ type: 'fork', id: 4, episode, count: 2 }, reply(4))
  expect(forked).toContain('"type":"fork"')
  for (let id = 5; id < rng.int(6, 12); id++) client.send({ type: 'step', id, episode, action: said(id) })
  if (rng.int(0, 1) === 0) await client.ask({ type: 'step', id: 20, episode, action: 'stop' }, reply(20))
  await client.leave(rng.int(0, 1) === 0)
}

async function round(server: GymServer, rng: Rng): Promise<number> {
  let left = EPISODES_A_ROUND
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left--
      await rng.choice([overOpenEnv, overHttp, overNative])(server, rng)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
  await quiet(server)
  await server.stream.settled()
  await (await fetch(`${server.url}/metrics`)).text()
  return heldBytes()
}

describe('a server over thousands of episodes of every dialect', () => {
  it('holds on to none of them, with consumers, metrics and an observer that never reads', async () => {
    const server = await served([echo], { hooks: [late], limits: { resumeMs: 50, groupMs: 500 } })
    server.stream.observe({}, { capacity: 16 })
    server.stream.attach({ name: 'all', overflow: 'block', capacity: 4, take: () => new Promise(setImmediate) })
    const rng = new Rng(keyOfSeed(3), 0)
    const held: number[] = []
    for (let rounds = 0; rounds < WARM_ROUNDS + ROUNDS; rounds++) held.push(await round(server, rng))
    const growth = (held.at(-1) ?? 0) - (held[WARM_ROUNDS - 1] ?? 0)
    expect(growth / (ROUNDS * EPISODES_A_ROUND)).toBeLessThan(BYTES_AN_EPISODE)
    expect(server.host.counts).toEqual({ sessions: 0, waiting: 0, episodes: 0, groups: 0, unscored: 0 })
  })
})
