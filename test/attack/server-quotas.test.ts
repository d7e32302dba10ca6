import { describe, expect, it } from 'vitest'
import { Quotas } from '../../server/hosting/admission.ts'
import { limitsOf } from '../../server/limits.ts'
import type { Owner } from '../../server/roles.ts'
import { connected, refusal, served, until } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { TOKENS } from '../support/server/native-worlds.ts'
import { echo } from '../support/server/worlds.ts'

const tokens = [
  { role: 'agent', token: TOKENS.agent },
  { role: 'trainer', token: TOKENS.trainer },
] as const

const slots = (count: number): readonly object[] => Array.from({ length: count }, () => ({}))
const code = async (client: NativeClient, request: object): Promise<string> => {
  const id = client.send(request as never)
  const reply = await client.replyTo(id)
  return reply.type === 'error' ? `${reply.code}: ${reply.message}` : reply.type
}

describe('one session of an agent', () => {
  it('cannot take every episode of the server, and another session can still start one', async () => {
    const server = await served([echo], { tokens, limits: { episodes: 64, sessionEpisodes: 40 } })
    const greedy = new NativeClient(`${server.url}/ws`, TOKENS.agent)
    await greedy.opened()
    for (let n = 0; n < 16; n++) greedy.send({ type: 'vector.open', slots: slots(8) } as never, `v${n}`)
    await greedy.replyTo('v15')
    expect(server.host.counts.episodes).toBe(40)
    expect(await code(greedy, { type: 'reset' })).toMatch(/^CAPACITY_REACHED: .*sessionEpisodes/)
    const other = new NativeClient(`${server.url}/ws`, TOKENS.agent)
    await other.opened()
    expect(await code(other, { type: 'reset' })).toBe('reset')
  })

  it('gives back what it had when its episodes end', async () => {
    const server = await served([echo], { limits: { sessionEpisodes: 2 } })
    const client = new NativeClient(`${server.url}/ws`)
    for (let n = 0; n < 6; n++) {
      const { episode } = await client.ask({ type: 'reset' })
      await client.ask({ type: 'close', episode })
    }
    await client.ask({ type: 'reset' })
    await client.ask({ type: 'reset' })
    expect(await code(client, { type: 'reset' })).toMatch(/^CAPACITY_REACHED/)
  })

  it('resets in place where it has its share', async () => {
    const server = await served([echo], { limits: { sessionEpisodes: 1 } })
    const client = await connected(server)
    for (let n = 0; n < 3; n++) expect((await client.reset()).type).toBe('observation')
  })
})

describe('many sessions of one token or address', () => {
  it('share the episodes of their token, and other tokens have theirs', async () => {
    const server = await served([echo], { tokens, limits: { tokenEpisodes: 2 } })
    const clients = [TOKENS.agent, TOKENS.agent, TOKENS.trainer].map((one) => new NativeClient(`${server.url}/ws`, one))
    const [first, second, trainer] = clients
    await Promise.all(clients.map((client) => client.opened()))
    if (!first || !second || !trainer) throw new Error('there are three')
    expect([await code(first, { type: 'reset' }), await code(second, { type: 'reset' })]).toEqual(['reset', 'reset'])
    expect(await code(first, { type: 'reset' })).toMatch(/^CAPACITY_REACHED: .*tokenEpisodes/)
    expect(await code(trainer, { type: 'reset' })).toBe('reset')
  })

  it('share the episodes of their address, over HTTP too', async () => {
    const server = await served([echo], { limits: { addressEpisodes: 2 } })
    const reset = () => fetch(`${server.url}/reset`, { method: 'POST', body: '{}' })
    expect([(await reset()).status, (await reset()).status]).toEqual([200, 200])
    const refused = await reset()
    expect(refused.status).toBe(503)
    expect(await refused.text()).toMatch(/addressEpisodes/)
  })

  it('are refused beyond the sessions of their token, and let in again when some have gone', async () => {
    const server = await served([echo], { tokens, limits: { tokenSessions: 2 } })
    const url = `/t/${TOKENS.agent}/ws`
    const [one] = [await connected(server, url), await connected(server, url)]
    const third = await connected(server, url)
    expect((await third.reset()).data).toMatchObject({ code: 'CAPACITY_REACHED' })
    expect((await third.end()).status).toBe(1000)
    one.socket.close()
    await until(() => server.host.counts.sessions === 1)
    expect((await (await connected(server, url)).reset()).type).toBe('observation')
    expect(await refusal(server, '/ws')).toBe(401)
  })
})

describe('quotas', () => {
  it('count to nothing when all is given back', () => {
    const quotas = new Quotas(limitsOf({ sessionEpisodes: 2, tokenEpisodes: 3, addressEpisodes: 4 }))
    const owner = (session: string, token: string): Owner => ({ session, token, address: 'here' })
    const [a, b, c] = [owner('a', 'x'), owner('b', 'x'), owner('c', 'y')]
    const take = (one: Owner) => () => quotas.take(one, 'Episodes')
    for (let round = 0; round < 3; round++) {
      for (const one of [a, a, b, c]) take(one)()
      expect(take(a)).toThrow(/limit sessionEpisodes/)
      expect(take(b)).toThrow(/limit tokenEpisodes/)
      expect(take(c)).toThrow(/limit addressEpisodes/)
      for (const one of [a, a, b, c]) quotas.giveBack(one, 'Episodes')
    }
  })
})
