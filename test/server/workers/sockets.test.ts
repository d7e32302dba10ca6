import { once } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { homeOf } from '../../../server/workers/home.ts'
import { Client } from '../../support/server/client.ts'
import { NativeClient, until } from '../../support/server/native-client.ts'
import { episodesOf, type Together, together } from './together.ts'

const native = ({ url }: Together, query = ''): NativeClient => new NativeClient(`${url}/guess-number/ws${query}`)

async function openEnv({ url }: Together): Promise<Client> {
  const client = new Client(`${url.replace('http', 'ws')}/guess-number/ws`)
  await once(client.socket, 'open')
  return client
}

let gym: Together
beforeEach(async () => {
  gym = await together(3)
})

describe('sockets behind one address', () => {
  it('are shared among the servers in turn', async () => {
    for (let each = 0; each < 6; each++) await native(gym).ask({ type: 'reset', seed: each })
    expect(episodesOf(gym)).toEqual([2, 2, 2])
  })

  it('resume their session wherever it is', async () => {
    const first = native(gym)
    const { session } = await first.welcome()
    const { episode } = await first.ask({ type: 'reset', seed: 7 })
    await first.ask({ type: 'step', episode, index: 0, action: '50' })
    await first.vanish()
    let { lastSeq } = first
    // One of any three sockets in a row is handed to the server of the session, the others are relayed to it.
    for (let index = 1; index <= 3; index++) {
      const again = native(gym)
      const resumed = await again.ask({ type: 'resume', session, lastSeq })
      expect(resumed).toMatchObject({ missed: 0, episodes: [{ episode, index }] })
      const step = await again.ask({ type: 'step', episode, index, action: `${index}` })
      expect(step).toMatchObject({ index, ending: null })
      expect(again.frames.filter(({ type }) => type === 'welcome')).toHaveLength(1)
      lastSeq = again.lastSeq
      await again.vanish()
    }
    expect(episodesOf(gym).toSorted()).toEqual([0, 0, 1])
  })

  it('whose session is unknown are refused by the server that would have it', async () => {
    const client = native(gym)
    await expect(client.ask({ type: 'resume', session: 'none.at-all', lastSeq: 0 })).rejects.toThrow(/SESSION_UNKNOWN/)
  })

  it('are closed while the server of their session is being replaced', async () => {
    const first = native(gym)
    const { session } = await first.welcome()
    await first.ask({ type: 'reset', seed: 7 })
    await first.vanish()
    gym.lose(homeOf(session.split('.')[0] ?? '', 3))
    const again = native(gym)
    await again.opened()
    again.send({ type: 'resume', session, lastSeq: 0 })
    await until(() => again.closed !== null)
    for (const other of [native(gym), native(gym)])
      expect(await other.ask({ type: 'reset', seed: 1 })).toMatchObject({ index: 0 })
  })

  it('of one group are at one server, in the protocol of OpenEnv', async () => {
    for (const group of ['g1', 'g2', 'g3', 'g4']) {
      const members = await Promise.all([openEnv(gym), openEnv(gym), openEnv(gym), openEnv(gym)])
      for (const member of members) {
        const { data } = await member.reset({ group_id: group, group_size: 4, seed: 3 })
        expect(data).toMatchObject({ done: false })
      }
      expect(episodesOf(gym)[homeOf(group, 3)]).toBe(4)
      expect((await members[0]?.step('50'))?.data).toMatchObject({ done: false })
      for (const member of members) member.socket.close()
      await until(() => episodesOf(gym).every((count) => count === 0))
    }
  })

  it('move to the server of each group that they join, and are answered once', async () => {
    const client = await openEnv(gym)
    for (const group of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await client.reset({ group_id: group, group_size: 1, seed: 3 })
      expect((await client.step('50')).type).toBe('observation')
      const counts = [0, 0, 0]
      counts[homeOf(group, 3)] = 1
      await until(() => `${episodesOf(gym)}` === `${counts}`)
    }
    expect(client.frames).toHaveLength(12)
  })

  it('join a group of the native protocol at the server that their address names', async () => {
    const group = { id: 'g1', size: 2 }
    const members = [native(gym, '?group=g1'), native(gym, '?group=g1')]
    for (const member of members) await member.ask({ type: 'reset', seed: 3, group })
    expect(episodesOf(gym)[homeOf('g1', 3)]).toBe(2)
    const others = [native(gym), native(gym), native(gym)]
    const join = { type: 'reset', seed: 3, group: { id: 'g2', size: 3 } } as const
    const joined = await Promise.allSettled(others.map((each) => each.ask(join)))
    const refused = joined.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
    expect(refused).toHaveLength(2)
    for (const reason of refused) expect(reason).toMatch(/GROUP_INVALID.*\?group=g2/)
  })

  it('have the role of their token at every server', async () => {
    const tokens = [{ role: 'agent', token: 'agent-token' }] as const
    const guarded = await together(2, { tokens })
    const dialled = () => new NativeClient(`${guarded.url}/guess-number/ws`, 'agent-token')
    const client = dialled()
    const { session, role } = await client.welcome()
    expect(role).toBe('agent')
    await client.ask({ type: 'reset' })
    await client.vanish()
    for (let each = 0; each < 2; each++) {
      const again = dialled()
      expect(await again.ask({ type: 'resume', session, lastSeq: 0 })).toMatchObject({ episodes: [{ index: 0 }] })
      await again.vanish()
    }
  })
})
