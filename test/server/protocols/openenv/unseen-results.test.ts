import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { textAction } from '../../../../core/episode/action.ts'
import { defineEnvironment } from '../../../../core/episode/environment.ts'
import { type Client, connected, served, until } from '../../../support/server/client.ts'
import { gated } from '../../../support/server/worlds.ts'

/** When the server has every frame: it answers a ping after them. */
async function received({ socket }: Client): Promise<void> {
  const answered = once(socket, 'pong')
  socket.ping()
  await answered
}

/** A client that has given up on a step by asking for something else, whose reply is returned. */
async function givesUp(action: string, next: object) {
  const { environment, release } = gated()
  const server = await served([environment])
  const client = await connected(server)
  await client.reset({ episode_id: 'first' })
  client.send({ type: 'step', data: { action } })
  await until(() => server.host.environmentHosts[0]?.episode('first')?.runner.isStepping === true)
  client.send(next)
  await received(client)
  release(action)
  return { client, release, reply: await client.next() }
}

const stepping = async (client: Client, release: (action: string) => void, action: string) => {
  const position = client.frames.length
  client.send({ type: 'step', data: { action } })
  await until(() => {
    release(action)
    return client.frames.length > position
  })
  return client.next()
}

describe('a step whose client gave up', () => {
  it.each([
    ['state', { type: 'state' }],
    ['an error', { type: 'dance' }],
    ['mcp', { type: 'mcp', data: { id: 1 } }],
  ])('is in the reply that comes next, %s, and in the next observation', async (_, next) => {
    const { client, release, reply } = await givesUp('go', next)
    expect(JSON.stringify(reply)).toContain('"superseded":[0]')
    expect((await stepping(client, release, 'on')).data).toMatchObject({ step: 1, superseded: [0] })
    expect((await stepping(client, release, 'off')).data).not.toHaveProperty('superseded')
  })

  it.each([
    ['state', { type: 'state' }],
    ['an error', { type: 'dance' }],
    ['mcp', { type: 'mcp', data: { id: 1 } }],
  ])('and that was the last is in %s with its end, and in the next observation', async (_, next) => {
    const { client, reply } = await givesUp('stop', next)
    expect(JSON.stringify(reply)).toContain('"superseded":[0],"ending":"terminated","ending_reason":null')
    const { data } = await client.step('on')
    expect(data).toMatchObject({ step: null, done: true, superseded: [0], ending: 'terminated' })
    expect((await client.step('on')).data.gym_code).toBe('EPISODE_ENDED')
  })

  it.each([
    ['go', 'aborted', 'reset before its end'],
    ['stop', 'terminated', null],
  ])('%s is in the reply to a reset, with how its episode ended', async (action, ending, ending_reason) => {
    const { client, release, reply } = await givesUp(action, { type: 'reset', data: {} })
    const earlier = [{ episode_id: 'first', superseded: [0], ending, ending_reason }]
    expect(reply.data).toMatchObject({ done: false, earlier })
    expect((await stepping(client, release, 'on')).data).not.toHaveProperty('earlier')
  })
})

describe('a reset whose client gave up', () => {
  it('is in the next replies, since its episode is the one that is played', async () => {
    let begin = (): void => {}
    const slow = defineEnvironment({
      id: 'slow@1',
      kind: 'async',
      maxSteps: 10,
      action: textAction((text) => text),
      async reset() {
        await new Promise<void>((resolve) => {
          begin = resolve
        })
        return { said: 'begin' }
      },
      step: async (_, said) => ({ state: { said }, reward: 1, terminated: false }),
      observe: { text: ({ said }) => said },
      examples: ['go'],
    })
    const client = await connected(await served([slow]))
    const opened = begin
    client.send({ type: 'reset', data: { episode_id: 'mine' } })
    client.send({ type: 'state' })
    await until(() => begin !== opened)
    await received(client)
    begin()
    expect((await client.next()).data).toMatchObject({ episode_id: 'mine', reset: { episode_id: 'mine' } })
    expect((await client.step('a')).data).toMatchObject({ step: 0, reset: { episode_id: 'mine', max_steps: 10 } })
    expect((await client.step('a')).data).not.toHaveProperty('reset')
  })
})

describe('a reset with fields that mean nothing', () => {
  it('names them, shortened, and the first of many', async () => {
    const { environment } = gated()
    const client = await connected(await served([environment]))
    expect((await client.reset({ seed: 3 })).data).not.toHaveProperty('ignored')
    expect((await client.reset({ sede: 3, seed: 3 })).data.ignored).toEqual(['sede'])
    expect((await client.reset({ stragglers: 'wait' })).data.ignored).toEqual(['stragglers'])
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${'x'.repeat(200)}${at}`, 1]))
    const { ignored } = (await client.reset(many)).data as { ignored?: readonly string[] }
    expect(ignored).toEqual(Array.from({ length: 16 }, () => 'x'.repeat(80)))
    expect((await client.reset({ seed: 1.5 })).data).toMatchObject({
      gym_code: 'SEED_INVALID',
      message: '1.5 is not a seed: a seed is a whole number',
    })
  })
})
