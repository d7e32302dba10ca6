import { describe, expect, it } from 'vitest'
import { connected, quiet, served } from '../../support/server/client.ts'
import { post } from '../../support/server/http.ts'
import { NativeClient } from '../../support/server/native-client.ts'
import { recording } from '../../support/server/recording.ts'
import { echo } from '../../support/server/worlds.ts'

/** Resets that are refused where the group `full` is full and the episode `taken` is open, with their codes. */
const REFUSED = [
  [{ task: 'none' }, 'TASK_UNKNOWN'],
  [{ split: 'none' }, 'TASK_UNKNOWN'],
  [{ split: 'train', index: 99 }, 'TASK_UNKNOWN'],
  [{ seed: 1.5 }, 'SEED_INVALID'],
  [{ group_id: 'full' }, 'GROUP_INVALID'],
  [{ group_id: 'new' }, 'GROUP_INVALID'],
  [{ group_id: 'new', group_size: 2, member: 2 }, 'GROUP_INVALID'],
  [{ group_id: 'new', group_size: 5000 }, 'GROUP_INVALID'],
  [{ episode_id: 'taken' }, 'REQUEST_CONFLICT'],
  [{ episode_id: 'mine' }, 'REQUEST_CONFLICT'],
  [{ episode_id: 'x'.repeat(256) }, 'FRAME_INVALID'],
  [{ truncate: 'maxSteps' }, 'FRAME_INVALID'],
] as const

describe('a refused reset of a plain client', () => {
  it.each(REFUSED)('%j changes nothing', async (data, code) => {
    const server = await served([echo])
    const other = await connected(server)
    await other.reset({ episode_id: 'taken', group_id: 'full', group_size: 1 })
    const client = await connected(server)
    await client.reset({ episode_id: 'mine' })
    await client.step('one')
    const before = server.host.counts
    expect((await client.reset(data)).data.gym_code).toBe(code)
    expect(server.host.counts).toEqual(before)
    expect((await client.step('two')).data).toMatchObject({ step: 1, done: false })
  })

  it('for lack of room does not end the running episode, whose place the next one can use', async () => {
    const server = await served([echo], { limits: { episodes: 1 } })
    const [one, two] = [await connected(server), await connected(server)]
    await one.reset()
    expect((await two.reset()).data.gym_code).toBe('CAPACITY_REACHED')
    expect((await one.reset()).data).toMatchObject({ done: false })
    expect((await one.step('a')).data.step).toBe(0)
    expect(server.host.counts.episodes).toBe(1)
  })

  it('with an environment that cannot start does not end the running episode', async () => {
    let starts = 0
    const reset: typeof echo.reset = (context) => {
      if (starts++ > 0) throw new Error('cannot start')
      return echo.reset(context)
    }
    const client = await connected(await served([{ ...echo, reset } as typeof echo]))
    await client.reset()
    expect((await client.reset()).data.gym_code).toBe('ENV_FAILED')
    expect((await client.step('a')).data).toMatchObject({ step: 0, done: false })
  })

  it('takes the place of its own aborted member if the group has a replacement', async () => {
    const server = await served([echo])
    const client = await connected(server)
    const group = { group_id: 'g', group_size: 1, group_replacements: 1 }
    await client.reset({ ...group, episode_id: 'first' })
    expect((await client.reset({ ...group, group_size: 2 })).data.gym_code).toBe('GROUP_INVALID')
    expect((await client.step('a')).data.step).toBe(0)
    expect((await client.reset(group)).data.group).toMatchObject({ member: 0 })
    expect((await client.reset(group)).data.gym_code).toBe('GROUP_INVALID')
    expect((await client.step('a')).data.step).toBe(0)
  })

  it('with the id of an episode that the record has is a conflict, on sockets and over HTTP', async () => {
    const { server } = await recording(echo)
    const client = await connected(server)
    await client.reset({ episode_id: 'once' })
    await client.step('stop')
    await client.reset({ episode_id: 'now' })
    expect((await client.reset({ episode_id: 'once' })).data).toMatchObject({ gym_code: 'REQUEST_CONFLICT' })
    expect((await client.step('a')).data.step).toBe(0)
    expect(await post(server, '/reset', { episode_id: 'once' })).toMatchObject({
      status: 409,
      body: { error: { code: 'REQUEST_CONFLICT' } },
    })
  })
})

describe('a refused request over HTTP', () => {
  it.each(REFUSED)('%j changes nothing', async (data, code) => {
    const server = await served([echo])
    const other = await connected(server)
    await other.reset({ episode_id: 'taken', group_id: 'full', group_size: 1 })
    await post(server, '/reset', { episode_id: 'mine' })
    const before = [server.host.counts, server.connections]
    const refused = await post(server, '/reset', data)
    // Nothing is open that a reset over HTTP could end.
    if ('truncate' in data) expect(refused.status).toBe(422)
    else expect(refused.body).toMatchObject({ error: { code } })
    expect([server.host.counts, server.connections]).toEqual(before)
    const step = await post(server, '/step', { episode_id: 'mine', action: { action: 'a' } })
    expect(step.body).toMatchObject({ step: 0, done: false })
  })
})

describe('a refused request of a vector', () => {
  const turns = [0]

  it('leaves the slot its episode, its turn and its seeds', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { vector, episode } = await client.ask({ type: 'vector.open', slots: [{ seed: 5 }] })
    for (const start of [{ task: 'none' }, { group: { id: 'g' } }, { group: { id: 'g', size: 1 }, member: 3 }]) {
      const refused = await client.ask({ type: 'vector.reset', vector, starts: [start], turns })
      expect(refused.error[0]?.code).toMatch(/TASK_UNKNOWN|GROUP_INVALID/)
      expect(client.events('ended')).toEqual([])
      expect(server.host.counts).toMatchObject({ episodes: 1, groups: 0 })
    }
    const stepped = await client.ask({ type: 'vector.step', vector, actions: ['a'], turns })
    expect([stepped.error, stepped.episode, stepped.index]).toEqual([[null], episode, [0]])
    await client.ask({ type: 'close' })
    await quiet(server)
  })

  it('starts the same next episode whether a start failed before or not', async () => {
    const seedsOf = async (isFull: boolean): Promise<unknown> => {
      const server = await served([echo], { limits: { episodes: 1 } })
      const client = new NativeClient(`${server.url}/echo/ws`)
      const opened = await client.ask({ type: 'vector.open', slots: [{ seed: 5 }], autoreset: 'next-step' })
      const step = (action: string) => client.ask({ type: 'vector.step', vector: opened.vector, actions: [action] })
      await step('stop')
      if (isFull) {
        const { episode } = await client.ask({ type: 'reset' })
        expect((await step('a')).error[0]?.code).toBe('CAPACITY_REACHED')
        await client.ask({ type: 'close', episode })
      }
      return (await step('a')).start[0]?.seed
    }
    expect(await seedsOf(true)).toBe(await seedsOf(false))
  })

  it('aborts the open episode once another has started in its place', async () => {
    const server = await served([echo], { limits: { episodes: 1 } })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { vector, episode } = await client.ask({ type: 'vector.open', slots: [{}] })
    const reset = await client.ask({ type: 'vector.reset', vector, starts: [{ task: 'two' }] })
    expect([reset.error[0], reset.start[0]?.task.id]).toEqual([null, 'two'])
    expect(reset.episode).not.toEqual(episode)
    expect(server.host.counts.episodes).toBe(1)
    expect(client.events('ended')).toEqual([])
  })
})
