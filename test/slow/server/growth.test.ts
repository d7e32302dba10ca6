import { describe, expect, it } from 'vitest'
import { PROTOCOL } from '../../../core/protocol/index.ts'
import type { GymServer } from '../../../server/listen.ts'
import { served } from '../../support/server/client.ts'
import { ForgetfulClient } from '../../support/server/forgetful-client.ts'
import { heldBytes } from '../../support/server/heap.ts'
import { post } from '../../support/server/http.ts'
import { recording } from '../../support/server/recording.ts'
import { echo } from '../../support/server/worlds.ts'

/** Does something once that begins and ends: an episode, a session, a group. */
type Once = (n: number) => Promise<unknown>

interface Path {
  readonly name: string
  /** How often a round does it. */
  readonly times: number
  /**
   * Bytes that may stay behind each, on average: an episode has a kilobyte and more, and what is compiled and cached
   * meanwhile counts too. Names of groups that closed are remembered, the last 65,536 of them.
   */
  readonly most: number
  open(server: GymServer): Promise<Once>
}

const said = (n: number): string => `${n} ${'x'.repeat(300)}`

const native = async ({ url }: GymServer): Promise<(request: object) => Promise<Readonly<Record<string, never>>>> => {
  const client = new ForgetfulClient(`${url}/ws`, [PROTOCOL])
  await client.next()
  let [id, ack] = [0, 0]
  return async (request) => {
    const own = `q${id++}`
    const text = await client.ask({ ...request, id: own, ack }, (each) => each.includes(`"id":"${own}"`))
    const reply = JSON.parse(text)
    ack = reply.seq
    if (reply.type === 'error') throw new Error(text)
    return reply
  }
}

const PATHS: readonly Path[] = [
  {
    name: 'episodes of one plain socket',
    times: 500,
    most: 400,
    async open({ url }) {
      const client = new ForgetfulClient(`${url}/ws`)
      await client.opened()
      return async (n) => {
        await client.ask({ type: 'reset', data: { episode_id: `plain-${n}` } })
        await client.ask({ type: 'step', data: { action: said(n) } })
        await client.ask({ type: 'step', data: { action: 'stop' } })
      }
    },
  },
  {
    name: 'plain sockets',
    times: 200,
    most: 400,
    open:
      async ({ url }) =>
      async (n) => {
        const client = new ForgetfulClient(`${url}/ws`)
        await client.opened()
        await client.ask({ type: 'reset', data: {} })
        await client.ask({ type: 'step', data: { action: said(n) } })
        await client.leave(n % 2 === 0)
      },
  },
  {
    name: 'groups of plain sockets',
    times: 200,
    most: 700,
    async open({ url }) {
      const clients = [new ForgetfulClient(`${url}/ws`), new ForgetfulClient(`${url}/ws`)]
      await Promise.all(clients.map((client) => client.opened()))
      return async (n) => {
        for (const client of clients)
          await client.ask({ type: 'reset', data: { group_id: `plain-group-${n}`, group_size: 2 } })
        for (const client of clients) await client.ask({ type: 'step', data: { action: 'stop' } })
      }
    },
  },
  {
    name: 'episodes of one native session',
    times: 500,
    most: 400,
    async open(server) {
      const ask = await native(server)
      return async (n) => {
        const { episode } = await ask({ type: 'reset' })
        await ask({ type: 'step', episode, action: said(n) })
        await ask({ type: 'step', episode, action: 'stop' })
      }
    },
  },
  {
    name: 'snapshots, forks and restored episodes of one native session',
    times: 200,
    most: 400,
    async open(server) {
      const ask = await native(server)
      return async () => {
        const { episode } = await ask({ type: 'reset' })
        const { snapshot } = await ask({ type: 'snapshot', episode })
        const forked = await ask({ type: 'fork', episode, count: 2 })
        const restored = await ask({ type: 'restore', snapshot })
        const forks = forked.episodes as unknown as readonly { readonly episode: string }[]
        for (const each of [...forks, restored]) await ask({ type: 'close', episode: each.episode })
        await ask({ type: 'close', snapshot })
        await ask({ type: 'step', episode, action: 'stop' })
      }
    },
  },
  {
    name: 'groups of one native session',
    times: 200,
    most: 700,
    async open(server) {
      const ask = await native(server)
      return async () => {
        const { episodes } = await ask({ type: 'group', size: 2 })
        for (const { episode } of episodes as unknown as readonly { readonly episode: string }[])
          await ask({ type: 'step', episode, action: 'stop' })
      }
    },
  },
  {
    name: 'vectors of one native session',
    times: 200,
    most: 400,
    async open(server) {
      const ask = await native(server)
      return async (n) => {
        const { vector } = await ask({ type: 'vector.open', slots: [{}, {}], autoreset: 'same-step' })
        await ask({ type: 'vector.step', vector, actions: [said(n), 'stop'] })
        await ask({ type: 'vector.close', vector })
      }
    },
  },
  {
    name: 'native sessions',
    times: 200,
    most: 400,
    open:
      async ({ url }) =>
      async (n) => {
        const client = new ForgetfulClient(`${url}/ws`, [PROTOCOL])
        await client.next()
        client.send({ type: 'subscribe', id: 1, events: ['ended', 'step.taken'] })
        await client.ask({ type: 'reset', id: 2 }, (text) => text.includes('"id":2'))
        await client.leave(n % 2 === 0)
      },
  },
  {
    name: 'episodes over HTTP',
    times: 200,
    // Clients of three connections each are in this process, too.
    most: 1200,
    open: async (server) => async (n) => {
      const { body } = await post(server, '/reset', {})
      const { episode_id } = body
      await post(server, '/step', { episode_id, action: { action: said(n) } })
      if (n % 2 === 0) await post(server, '/close', { episode_id })
      else await post(server, '/step', { episode_id, action: { action: n % 3 === 0 ? 'throw' : 'stop' } })
    },
  },
  {
    name: 'refused requests of every kind',
    times: 200,
    most: 400,
    open: async (server) => async (n) => {
      await post(server, '/reset', { task: `none-${n}` })
      await post(server, '/step', { episode_id: `none-${n}`, action: {} })
      await post(server, `/nowhere-${n}`, {})
      await post(server, `/t/wrong-token-${n}/dance`, {})
    },
  },
]

/** Until what is compiled and cached once for all is there. */
const WARM_ROUNDS = 4
const ROUNDS = 4

async function round(once: Once, from: number, times: number): Promise<void> {
  for (let n = from; n < from + times; n++) await once(n)
}

describe.each([
  ['without a record', () => served([echo], { limits: { resumeMs: 20, idleMs: 60_000 } })],
  ['with a record', async () => (await recording(echo, undefined, [], { resumeMs: 20 })).server],
])('a server %s', (_, start) => {
  it.each(PATHS)('holds on to nothing of thousands of $name', async ({ times, most, open }) => {
    const server = await start()
    const once = await open(server)
    const grown = async (from: number, rounds: number): Promise<number> => {
      await round(once, from * times, rounds * times)
      await server.stream.settled()
      return heldBytes()
    }
    const before = await grown(0, WARM_ROUNDS)
    const after = await grown(WARM_ROUNDS, ROUNDS)
    expect((after - before) / (ROUNDS * times)).toBeLessThan(most)
  })
})
