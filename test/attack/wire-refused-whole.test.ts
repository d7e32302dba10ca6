import { describe, expect, it } from 'vitest'
import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'
import { readRun } from '../../records/reader.ts'
import { newFolder } from '../support/folder.ts'
import { connected, quiet, until } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { recording } from '../support/server/recording.ts'
import { echo } from '../support/server/worlds.ts'

/** Resets and steps that wait until they are let go. */
function held() {
  const waiting: (() => void)[] = []
  const wait = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  const environment: Environment = defineEnvironment({
    id: 'held@1',
    kind: 'async',
    maxSteps: 10,
    action: textAction((text) => text),
    async reset() {
      await wait()
      return { said: 'begin' }
    },
    async step(_, said) {
      await wait()
      return { state: { said }, reward: 1, terminated: said === 'stop' }
    },
    observe: { text: ({ said }) => said },
    examples: ['go'],
  })
  const release = (): void => {
    for (const go of waiting.splice(0)) go()
  }
  return { environment, waiting, release }
}

/** Endings in the record; null for an episode that is running. */
const recordedIn = (folder: string) =>
  [...readRun(folder).trajectories()].map(({ trajectory, isFinished }) => (isFinished ? trajectory.ending : null))

describe('a request for more episodes than there is room for', () => {
  it.each([
    ['episodes', { episodes: 4 }],
    ['sessionEpisodes', { sessionEpisodes: 4 }],
    ['tokenEpisodes', { tokenEpisodes: 4 }],
    ['addressEpisodes', { addressEpisodes: 4 }],
  ])('is refused whole by %s: no member starts, is aborted, or stands in the record', async (limit, limits) => {
    const { server, folder, url } = await recording(echo, newFolder(), [], limits)
    const client = new NativeClient(url)
    const { episode } = await client.ask({ type: 'reset' })
    for (const request of [
      { type: 'group', size: 4 },
      { type: 'fork', episode, count: 4 },
    ] as const) {
      const id = client.send(request)
      const message = expect.stringContaining(limit)
      expect(await client.replyTo(id)).toMatchObject({ type: 'error', code: 'CAPACITY_REACHED', message })
      expect(server.host.counts).toMatchObject({ episodes: 1, groups: 0 })
      expect(recordedIn(folder)).toEqual([null])
    }
    expect(client.events('ended')).toEqual([])
    expect((await client.ask({ type: 'group', size: 3 })).episodes).toHaveLength(3)
  })

  it('is refused whole where its episodes would start later', async () => {
    const { environment, release, waiting } = held()
    const { server, folder, url } = await recording(environment, newFolder(), [], { episodes: 4 })
    const client = new NativeClient(url)
    await client.opened()
    const [first, second] = [client.send({ type: 'group', size: 3 }), client.send({ type: 'group', size: 2 })]
    expect(await client.replyTo(second)).toMatchObject({ code: 'CAPACITY_REACHED' })
    expect(waiting).toHaveLength(3)
    release()
    expect(await client.replyTo(first)).toMatchObject({ type: 'group', size: 3 })
    expect(recordedIn(folder)).toEqual([null, null, null])
    expect(server.host.counts).toMatchObject({ episodes: 3, groups: 1 })
  })
})

describe('a client that leaves while its request is in progress', () => {
  it.each([
    ['group', { type: 'group', size: 3 }],
    ['vector.open', { type: 'vector.open', slots: [{}, {}, {}] }],
  ] as const)('leaves nothing of a %s behind', async (_, request) => {
    const { environment, release, waiting } = held()
    const { server, folder, url } = await recording(environment)
    const client = new NativeClient(url)
    await client.opened()
    client.send(request)
    await until(() => waiting.length === 3)
    client.send({ type: 'close' })
    await until(() => client.closed !== null)
    release()
    await quiet(server)
    expect(recordedIn(folder)).toEqual(['aborted', 'aborted', 'aborted'])
    for (const { group } of readRun(folder).groups()) expect(group).toMatchObject({ trajectories: [] })
  })

  it.each([
    ['group', { type: 'group', size: 2 }],
    ['vector.open', { type: 'vector.open', slots: [{}, {}] }],
  ] as const)('and resumes is sent the reply to its %s, once started', async (type, request) => {
    const { environment, release, waiting } = held()
    const { server, url } = await recording(environment)
    const client = new NativeClient(url)
    const { session } = await client.welcome()
    client.send(request, 'once')
    await until(() => waiting.length === 2)
    await client.vanish()
    release()
    const second = new NativeClient(url)
    await second.ask({ type: 'resume', session, lastSeq: 0 })
    expect(await second.replyTo('once')).toMatchObject({ type })
    second.send(request, 'once')
    await second.ask({ type: 'tasks' })
    expect(server.host.counts.episodes).toBe(2)
    expect(second.texts.filter((text) => text.includes('"once"'))).toHaveLength(2)
  })

  it('and resumes is sent the steps of its vector that were taken meanwhile', async () => {
    const { environment, release, waiting } = held()
    const { url } = await recording(environment)
    const client = new NativeClient(url)
    const { session } = await client.welcome()
    const opening = client.ask({ type: 'vector.open', slots: [{}, {}] })
    await until(() => waiting.length === 2)
    release()
    const { vector } = await opening
    const { lastSeq } = client
    client.send({ type: 'vector.step', vector, actions: ['a', 'stop'], turns: [0, 0] }, 'once')
    await until(() => waiting.length === 2)
    await client.vanish()
    release()
    const second = new NativeClient(url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq })
    const reply = await second.replyTo('once')
    expect(reply).toMatchObject({ index: [0, 0], ending: [null, 'terminated'], observation: ['a', 'stop'] })
    expect(resumed.vectors).toMatchObject([{ vector, turn: [1, 1] }])
  })
})

describe('a reset into a group whose client gave up', () => {
  it('is in the next reply with its place, and keeps that place', async () => {
    const { environment, release, waiting } = held()
    const { server } = await recording(environment)
    const client = await connected(server, '/held/ws')
    client.send({ type: 'reset', data: { group_id: 'g', group_size: 2, episode_id: 'first' } })
    await until(() => waiting.length === 1)
    client.send({ type: 'state' })
    await new Promise((resolve) => client.socket.once('pong', resolve).ping())
    release()
    const reset = { episode_id: 'first', group: { id: 'g', member: 0 } }
    expect((await client.next()).data).toMatchObject({ episode_id: 'first', reset })
    const other = await connected(server, '/held/ws')
    other.send({ type: 'reset', data: { group_id: 'g' } })
    await until(() => waiting.length === 1)
    release()
    expect((await other.next()).data).toMatchObject({ group: { member: 1 } })
    client.send({ type: 'step', data: { action: 'stop' } })
    await until(() => waiting.length === 1)
    release()
    expect((await client.next()).data).toMatchObject({ step: 0, done: true, reset })
  })

  it('by another reset into it ends as aborted in its place, and the next reply says so', async () => {
    const { environment, release, waiting } = held()
    const { server } = await recording(environment)
    const client = await connected(server, '/held/ws')
    const group = { group_id: 'g', group_size: 2 }
    client.send({ type: 'reset', data: { ...group, episode_id: 'first' } })
    await until(() => waiting.length === 1)
    client.send({ type: 'reset', data: { ...group, episode_id: 'second' } })
    await new Promise((resolve) => client.socket.once('pong', resolve).ping())
    release()
    await until(() => waiting.length === 1)
    release()
    const earlier = [{ episode_id: 'first', ending: 'aborted' }]
    expect((await client.next()).data).toMatchObject({ episode_id: 'second', group: { member: 1 }, earlier })
  })
})
