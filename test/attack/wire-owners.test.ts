import { describe, expect, it } from 'vitest'
import type { GymServer } from '../../server/listen.ts'
import { connected, served } from '../support/server/client.ts'
import { post } from '../support/server/http.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { echo, mover } from '../support/server/worlds.ts'

const TOKENS = [
  { role: 'agent', token: 'agent-one' },
  { role: 'agent', token: 'agent-two' },
  { role: 'trainer', token: 'trainer-one' },
  { role: 'trainer', token: 'trainer-two' },
] as const

const stateOf = (server: GymServer, path: string, token: string): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } })

describe('an episode over HTTP', () => {
  const strangers = ['agent-one', 'agent-two', 'trainer-two']

  it.each(strangers)('of a trainer is unknown to %s, who learns and changes nothing', async (token) => {
    const server = await served([echo], { tokens: TOKENS })
    await post(server, '/reset', { episode_id: 'mine' }, 'trainer-one')
    const unknown = await post(server, '/step', { episode_id: 'none', action: { action: 'x' } }, token)
    expect(unknown.status).toBe(404)
    expect(await post(server, '/step', { episode_id: 'mine', action: { action: 'x' } }, token)).toEqual(unknown)
    expect(await post(server, '/close', { episode_id: 'mine' }, token)).toEqual(unknown)
    const state = await stateOf(server, '/state?episode_id=mine', token)
    expect([state.status, await state.json()]).toEqual([404, unknown.body])
    const own = await post(server, '/step', { episode_id: 'mine', action: { action: 'x' } }, 'trainer-one')
    expect(own.body).toMatchObject({ step: 0, rewards: [{ name: 'env' }] })
  })

  it('is of one environment: the same id in another is another episode', async () => {
    const server = await served([echo, mover], { tokens: TOKENS })
    await post(server, '/echo/reset', { episode_id: 'mine' }, 'trainer-one')
    await post(server, '/mover/reset', { episode_id: 'mine' }, 'trainer-one')
    const moved = await post(server, '/mover/step', { episode_id: 'mine', action: { by: 1 } }, 'trainer-one')
    expect(moved.body).toMatchObject({ observation: { text: '{"by":1}' } })
    const said = await post(server, '/echo/step', { episode_id: 'mine', action: { action: 'x' } }, 'trainer-one')
    expect(said.body).toMatchObject({ step: 0, observation: { text: 'x' } })
  })

  it('whose id is taken is refused to another token, and stays with its owner', async () => {
    const server = await served([echo], { tokens: TOKENS })
    await post(server, '/reset', { episode_id: 'mine' }, 'trainer-one')
    expect((await post(server, '/reset', { episode_id: 'mine' }, 'agent-one')).status).toBe(409)
    const own = await post(server, '/step', { episode_id: 'mine', action: { action: 'x' } }, 'trainer-one')
    expect(own.status).toBe(200)
  })
})

describe('a split that agents may not play', () => {
  /** What a client names, and whether an agent may play it where only `allowed` is. */
  const NAMED = [
    { split: 'train' },
    { split: 'train', index: 0 },
    { task: 'one' },
    { split: 'test' },
    { split: 'test', index: 0 },
    { task: 'three' },
  ] as const
  const splitOf = (named: (typeof NAMED)[number]): string =>
    'task' in named ? (named.task === 'three' ? 'test' : 'train') : named.split

  it.each([undefined, ['test'], ['train', 'test']])(
    'is refused alike everywhere: %j are played',
    async (agentSplits) => {
      const server = await served([echo], { tokens: TOKENS, ...(agentSplits && { agentSplits }) })
      const plain = await connected(server, '/ws', { headers: { authorization: 'Bearer agent-one' } })
      const native = new NativeClient(`${server.url}/echo/ws`, 'agent-one')
      const trainer = new NativeClient(`${server.url}/echo/ws`, 'trainer-one')
      for (const named of NAMED) {
        const isPlayed = (agentSplits ?? ['train']).includes(splitOf(named))
        const code = isPlayed ? undefined : 'FORBIDDEN'
        expect((await plain.reset(named)).data.gym_code).toBe(code)
        const over = await post(server, '/reset', named, 'agent-one')
        expect(over.status).toBe(isPlayed ? 200 : 403)
        const id = native.send({ type: 'reset', ...named })
        expect(await native.replyTo(id)).toMatchObject({ type: isPlayed ? 'reset' : 'error', ...(code && { code }) })
        const opened = await native.ask({ type: 'vector.open', slots: [named] })
        expect(opened.error[0]?.code).toBe(code)
        const reset = await native.ask({ type: 'vector.reset', vector: opened.vector, starts: [named] })
        expect(reset.error[0]?.code).toBe(code)
        expect(await trainer.ask({ type: 'reset', ...named })).toMatchObject({ task: { split: splitOf(named) } })
      }
      for (const split of ['train', 'test']) {
        const status = (agentSplits ?? ['train']).includes(split) ? 200 : 403
        expect((await stateOf(server, `/tasks?split=${split}`, 'agent-one')).status).toBe(status)
        expect((await post(server, '/task', { split, index: 0 }, 'agent-one')).status).toBe(status)
        const id = native.send({ type: 'tasks', split })
        expect((await native.replyTo(id)).type).toBe(status === 200 ? 'tasks' : 'error')
      }
    },
  )

  it('is not played if nothing is named: agents get the first that they may play', async () => {
    const server = await served([echo], { tokens: TOKENS, agentSplits: ['test'] })
    const native = new NativeClient(`${server.url}/echo/ws`, 'agent-one')
    expect(await native.ask({ type: 'reset' })).toMatchObject({ task: { split: 'test' } })
    expect(await native.ask({ type: 'tasks' })).toMatchObject({ split: 'test' })
    expect((await post(server, '/reset', {}, 'agent-one')).body).toMatchObject({ task: { split: 'test' } })
  })

  it('is each split of an environment that has none of those that agents may play', async () => {
    const server = await served([echo], { tokens: TOKENS, agentSplits: ['other'] })
    const native = new NativeClient(`${server.url}/echo/ws`, 'agent-one')
    await expect(native.ask({ type: 'reset' })).rejects.toThrow('FORBIDDEN')
    await expect(native.ask({ type: 'tasks' })).rejects.toThrow('FORBIDDEN')
  })
})
