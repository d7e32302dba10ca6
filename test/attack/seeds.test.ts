import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { connect } from '../../agents/remote/gym.ts'
import { playEpisode } from '../../agents/remote/play.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import type { GymServer } from '../../server/listen.ts'
import { dice } from '../support/core-worlds.ts'
import { connected, served } from '../support/server/client.ts'
import { post } from '../support/server/http.ts'
import { NativeClient } from '../support/server/native-client.ts'

const TOKENS = [
  { role: 'agent', token: 'agent-one' },
  { role: 'trainer', token: 'trainer-one' },
] as const

const WITH_TOKENS = { tokens: TOKENS }

/** The seeds of the open episodes, of which at least one is expected. */
function seedsOf(server: GymServer, ids: readonly string[]): readonly string[] {
  const [host] = server.host.environmentHosts
  return ids.map((id) => `${host?.episode(id)?.runner.episode.lineage.seed}`)
}

const drawing: Agent = {
  name: 'drawing',
  act: ({ rng }) => ({ action: `${rng.int(-1_000_000, -1)}` }),
}

describe('a seed that an agent did not give', () => {
  it('is in no frame of the native dialect: reset, observe, vectors and what a resumed session shows', async () => {
    const server = await served([dice], WITH_TOKENS)
    const client = new NativeClient(`${server.url}/dice/ws`, 'agent-one')
    const { session } = await client.welcome()
    const reset = await client.ask({ type: 'reset' })
    await client.ask({ type: 'observe', episode: reset.episode })
    const slots = [{}, {}]
    const opened = await client.ask({ type: 'vector.open', slots, autoreset: 'next-step' })
    const again = await client.ask({ type: 'vector.reset', vector: opened.vector, slots: [0] })
    expect([reset.seed, ...opened.start, ...again.start].map((start) => (start ? Object(start).seed : start))).toEqual([
      ...[null, null, null, null],
    ])
    await client.vanish()
    const second = new NativeClient(`${server.url}/dice/ws`, 'agent-one')
    const resumed = await second.ask({ type: 'resume', session, lastSeq: 0 })
    expect(resumed.episodes.map(({ seed }) => seed)).toEqual([null, null, null])
    const open = resumed.episodes.map(({ episode }) => episode)
    const texts = [...client.texts, ...second.texts].join('\n')
    for (const seed of seedsOf(server, open)) {
      expect(seed).toMatch(/^\d+$/)
      expect(texts).not.toContain(seed)
    }
  })

  it('is in no reply of the OpenEnv dialect, over a socket and over HTTP', async () => {
    const server = await served([dice], WITH_TOKENS)
    const client = await connected(server, '/ws', { headers: { authorization: 'Bearer agent-one' } })
    const { data } = await client.reset({})
    const { body } = await post(server, '/reset', { episode_id: 'web' }, 'agent-one')
    const texts = JSON.stringify([data, body])
    expect(texts).not.toContain('"seed"')
    for (const seed of seedsOf(server, [String(data.episode_id), 'web'])) {
      expect(seed).toMatch(/^\d+$/)
      expect(texts).not.toContain(seed)
    }
  })

  it('is shown to trainers', async () => {
    const server = await served([dice], WITH_TOKENS)
    const client = new NativeClient(`${server.url}/dice/ws`, 'trainer-one')
    const { seed, episode } = await client.ask({ type: 'reset' })
    const { start } = await client.ask({ type: 'vector.open', slots: [{ seed: 5 }] })
    const { body } = await post(server, '/reset', { seed: 6 }, 'trainer-one')
    expect([`${seed}`, start[0]?.seed, body.seed]).toEqual([seedsOf(server, [episode])[0], 5, 6])
  })
})

describe('a seed that an agent gives to a server with a seed key', () => {
  const keyOf = (secret: string) => ({ ...WITH_TOKENS, seedKey: secret })
  const seedFor = async (server: GymServer, token: string): Promise<string | undefined> => {
    const client = new NativeClient(`${server.url}/dice/ws`, token)
    const { episode } = await client.ask({ type: 'reset', seed: 5 })
    return seedsOf(server, [episode])[0]
  }

  it('is derived from the secret, alike in each dialect and vector, and only for agents', async () => {
    const server = await served([dice], keyOf('a secret of a server, long enough'))
    const client = new NativeClient(`${server.url}/dice/ws`, 'agent-one')
    const { episode } = await client.ask({ type: 'vector.open', slots: [{ seed: 5 }] })
    await post(server, '/reset', { seed: 5, episode_id: 'web' }, 'agent-one')
    const digest = createHmac('sha256', 'a secret of a server, long enough').update('dice@1 5').digest('hex')
    const derived = `${BigInt(`0x${digest}`) >> 192n}`
    expect(seedsOf(server, [`${episode[0]}`, 'web'])).toEqual([derived, derived])
    expect(await seedFor(server, 'agent-one')).toBe(derived)
    expect(await seedFor(server, 'trainer-one')).toBe('5')
  })

  it('gives other episodes under another secret, and a short secret is refused', async () => {
    const [one, other] = [
      await served([dice], keyOf('a secret of server one, long enough')),
      await served([dice], keyOf('a secret of server two, long enough')),
    ]
    expect(await seedFor(one, 'agent-one')).not.toBe(await seedFor(other, 'agent-one'))
    for (const weak of ['short', 'a secret of 31 characters, alas', 'ab'.repeat(40)])
      await expect(served([dice], keyOf(weak))).rejects.toThrow('at least 32 characters, 8 of them different')
  })
})

describe('a client with an agent token', () => {
  const played = async (server: GymServer, request: object) => {
    const gym = await connect(`${server.url}/dice`, { token: 'agent-one' })
    const episode = await gym.reset({ maxSteps: 3, ...request })
    const { steps } = await playEpisode(episode, { agent: drawing })
    await gym.close()
    return { seed: episode.seed, actions: steps.map(({ action }) => action) }
  }

  it('plays with the seed that it gave, and without one that it did not', async () => {
    const server = await served([dice], WITH_TOKENS)
    const [one, other, drawn] = [
      await played(server, { seed: 5 }),
      await played(server, { seed: 5 }),
      await played(server, {}),
    ]
    expect(one.actions).toHaveLength(3)
    expect(one).toEqual(other)
    expect([one.seed, drawn.seed, drawn.actions.length]).toEqual([5, null, 3])
  })
})
