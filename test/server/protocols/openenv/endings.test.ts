import { describe, expect, it } from 'vitest'
import { connectOpenEnv } from '../../../../agents/remote/openenv.ts'
import type { Group } from '../../../../core/data/types.ts'
import { defineRewardHook } from '../../../../core/reward/hook.ts'
import type { GymServer } from '../../../../server/listen.ts'
import { type Client, connected, quiet, served, until } from '../../../support/server/client.ts'
import { post } from '../../../support/server/http.ts'
import { echo } from '../../../support/server/worlds.ts'

const TOKENS = [
  { role: 'agent', token: 'the-agents-token' },
  { role: 'trainer', token: 'the-trainers-token' },
] as const
const agent = { headers: { authorization: 'Bearer the-agents-token' } }
const trainer = { headers: { authorization: 'Bearer the-trainers-token' } }
const outcome = defineRewardHook({ name: 'steps', version: 1, scope: 'outcome', reward: ({ steps }) => steps.length })

function endingsOf(server: GymServer): (readonly [string, string | null])[] {
  const endings: (readonly [string, string | null])[] = []
  server.host.listen({
    episodeEnded: ({ trajectory: { ending, endingReason } }) => endings.push([ending, endingReason]),
  })
  return endings
}

describe('a plain client that stops before the end', () => {
  it.each([
    [{}, 'aborted', 'aborted', 'reset before its end'],
    [{ truncate: 'stopped' }, 'aborted', 'truncated', 'stopped'],
    [{}, 'truncated', 'truncated', 'reset before its end'],
    [{ truncate: 'stopped' }, 'truncated', 'truncated', 'stopped'],
  ] as const)('by a reset with %j, where the server says %s, ends as %s (%s)', async (data, unfinished, ...ended) => {
    const server = await served([echo], { unfinished })
    const endings = endingsOf(server)
    const client = await connected(server)
    await client.reset()
    await client.step('a')
    await client.reset(data)
    await until(() => endings.length > 0)
    expect(endings).toEqual([ended])
  })

  it.each([
    [undefined, 'aborted', 'aborted', 'the client left'],
    [{ truncate: 'stopped' }, 'aborted', 'truncated', 'stopped'],
    [undefined, 'truncated', 'truncated', 'the client left'],
  ] as const)('by a close with %j, where the server says %s, ends as %s (%s)', async (data, unfinished, ...ended) => {
    const server = await served([echo], { unfinished })
    const endings = endingsOf(server)
    const client = await connected(server)
    await client.reset()
    client.send({ type: 'close', ...(data && { data }) })
    expect((await client.end()).status).toBe(1000)
    expect(endings).toEqual([ended])
  })

  it('by a lost socket ends as aborted, independent of the answer of the server', async () => {
    const server = await served([echo], { unfinished: 'truncated' })
    const endings = endingsOf(server)
    const client = await connected(server)
    await client.reset()
    client.socket.terminate()
    await quiet(server)
    expect(endings).toEqual([['aborted', 'the connection was lost']])
  })

  it('cannot say so as an agent, and its episode continues', async () => {
    const server = await served([echo], { tokens: TOKENS })
    const client = await connected(server, '/ws', agent)
    await client.reset()
    expect((await client.reset({ truncate: 'x' })).data.gym_code).toBe('FORBIDDEN')
    expect((await client.ask({ type: 'close', data: { truncate: 'x' } })).data.gym_code).toBe('FORBIDDEN')
    expect((await client.ask({ type: 'close', data: { other: 1 } })).data.gym_code).toBe('FRAME_INVALID')
    expect((await client.step('a')).data.step).toBe(0)
  })

  it('is in its group, as TRL plays one: each environment is reset when its model has stopped', async () => {
    const server = await served([echo], { unfinished: 'truncated', hooks: [outcome] })
    const groups: Group[] = []
    server.host.listen({ groupClosed: ({ group }) => groups.push(group) })
    const clients = [await connected(server), await connected(server), await connected(server)]
    const resetAll = async (id: string): Promise<void> => {
      for (const client of clients) await client.reset({ group_id: id, group_size: clients.length })
    }
    const play = async (client: Client, steps: number): Promise<void> => {
      for (let step = 0; step < steps; step++) await client.step('a')
    }
    await resetAll('one')
    for (const [at, client] of clients.entries()) await play(client, at + 1)
    await resetAll('two')
    await until(() => groups.length === 1)
    expect(groups[0]?.aborted).toEqual([])
    expect(groups[0]?.trajectories.map(({ ending, rewards }) => [ending, rewards[0]?.value])).toEqual([
      ['truncated', 1],
      ['truncated', 2],
      ['truncated', 3],
    ])
  })

  it('can be our own client', async () => {
    const server = await served([echo])
    const endings = endingsOf(server)
    const env = await connectOpenEnv(`${server.url}/echo`)
    await env.reset()
    await env.reset({ truncate: 'first' })
    env.close({ truncate: 'second' })
    await quiet(server)
    expect(endings).toEqual([
      ['truncated', 'first'],
      ['truncated', 'second'],
    ])
  })
})

describe('an episode over HTTP', () => {
  it('ends by a close, once, with its outcome', async () => {
    const server = await served([echo], { hooks: [outcome] })
    const endings = endingsOf(server)
    await post(server, '/reset', { episode_id: 'a' })
    await post(server, '/step', { episode_id: 'a', action: { action: 'x' } })
    const closed = await post(server, '/echo/close', { episode_id: 'a', truncate: 'stopped' })
    expect(closed).toMatchObject({
      status: 200,
      body: { episode_id: 'a', step_count: 1, ending: 'truncated', ending_reason: 'stopped', outcome: [{ value: 1 }] },
    })
    expect((await post(server, '/close', { episode_id: 'a' })).status).toBe(404)
    await post(server, '/reset', { episode_id: 'b' })
    expect((await post(server, '/close', { episode_id: 'b' })).body).toMatchObject({ ending: 'aborted' })
    expect(endings).toEqual([
      ['truncated', 'stopped'],
      ['aborted', 'closed by its client'],
    ])
    await quiet(server)
  })

  it('is not truncated by an agent', async () => {
    const server = await served([echo], { tokens: TOKENS })
    const [{ token }] = TOKENS
    await post(server, '/reset', { episode_id: 'a' }, token)
    expect((await post(server, '/close', { episode_id: 'a', truncate: 'x' }, token)).status).toBe(403)
    expect((await post(server, '/close', { episode_id: 'a' }, token)).body).not.toHaveProperty('outcome')
  })
})

it('a trainer may truncate by its token', async () => {
  const server = await served([echo], { tokens: TOKENS })
  const client = await connected(server, '/ws', trainer)
  await client.reset()
  expect((await client.reset({ truncate: 'x' })).data.done).toBe(false)
})
