import { describe, expect, it } from 'vitest'
import { pass, stopClock } from '../../../support/clock.ts'
import { dice } from '../../../support/core-worlds.ts'
import { quiet, served } from '../../../support/server/client.ts'
import { NativeClient, pause } from '../../../support/server/native-client.ts'
import { late, rank } from '../../../support/server/native-worlds.ts'
import { echo, gated } from '../../../support/server/worlds.ts'

/** Plays an episode of `echo` to its end, saying `words` first. */
async function play(client: NativeClient, episode: string, words: readonly string[]): Promise<void> {
  for (const action of [...words, 'stop']) await client.ask({ type: 'step', episode, action })
}

describe('a group over the native dialect', () => {
  it('starts all members at once from one state, and closes once with all that was judged', async () => {
    const server = await served([dice], { hooks: [late, rank] })
    const client = new NativeClient(`${server.url}/dice/ws`)
    const group = await client.ask({ type: 'group', size: 3, seed: 5, maxSteps: 2, task: 'a' })
    expect(new Set(group.episodes.map(({ observation }) => observation)).size).toBe(1)
    expect(group.episodes.map(({ group: place }) => place?.member)).toEqual([0, 1, 2])
    for (const [member, { episode }] of group.episodes.entries())
      for (const action of ['1', `${member}`]) client.send({ type: 'step', episode, action })
    const closed = await client.event('group.closed')
    expect(closed).toMatchObject({ group: group.group, task: 'a', startTag: group.startTag, aborted: [] })
    expect(closed.members.map(({ ending, rewards }) => [ending, rewards.at(-1)?.value])).toEqual([
      ['truncated', 0],
      ['truncated', 1],
      ['truncated', 2],
    ])
    for (const [member, { steps }] of closed.members.entries()) {
      expect(steps.map((rewards) => rewards.map(({ name }) => name))).toEqual([
        ['env', 'late'],
        ['env', 'late'],
      ])
      expect(steps.map(([own]) => own?.value)).toEqual([1, member])
    }
    expect(closed).toMatchObject({ credit: [], abridged: null })
    await pause(40)
    expect(client.events('group.closed')).toHaveLength(1)
    expect(server.host.counts).toMatchObject({ episodes: 0, groups: 0, unscored: 0 })
  })

  it('is filled by several sockets, and each of them gets one event', async () => {
    const server = await served([echo])
    const clients = [0, 1].map(() => new NativeClient(`${server.url}/echo/ws`))
    const group = { id: 'shared', size: 2 }
    for (const client of clients) {
      const { episode, group: place } = await client.ask({ type: 'reset', group, seed: 3 })
      expect(place).toMatchObject({ id: 'shared', size: 2 })
      client.send({ type: 'step', episode, action: 'stop' })
    }
    for (const client of clients) {
      expect((await client.event('group.closed')).members).toHaveLength(2)
      expect(client.events('group.closed')).toHaveLength(1)
    }
    const [first] = clients
    await expect(first?.ask({ type: 'reset', group: { ...group, id: 'other', size: 0 } })).rejects.toThrow(
      'FRAME_INVALID',
    )
  })

  it.each([
    ['truncate', 'truncated', 1],
    ['abort', 'aborted', 0],
  ] as const)('ends stragglers at its deadline: %s', async (stragglers, ending, members) => {
    stopClock()
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episodes } = await client.ask({ type: 'group', size: 2, stragglers, deadlineMs: 80 })
    await play(client, episodes[0]?.episode ?? '', [])
    await client.ask({ type: 'step', episode: episodes[1]?.episode ?? '', action: 'slow' })
    await pass(80)
    expect(await client.event('ended')).toMatchObject({
      episode: episodes[1]?.episode,
      ending,
      endingReason: 'group deadline',
    })
    const closed = await client.event('group.closed')
    expect([closed.members.length, closed.aborted.length]).toEqual([1 + members, 1 - members])
  })

  it('waits for stragglers where that is set, but not for open places', async () => {
    stopClock()
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const group = { id: 'patient', size: 3, stragglers: 'wait', deadlineMs: 40 } as const
    const one = await client.ask({ type: 'reset', group })
    const two = await client.ask({ type: 'reset', group })
    await play(client, one.episode, [])
    await pass(80)
    expect(client.events('group.closed')).toEqual([])
    await play(client, two.episode, ['late'])
    expect((await client.event('group.closed')).members).toHaveLength(2)
  })

  it('takes replacements for aborted members, as many as it said', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { group, episodes } = await client.ask({ type: 'group', size: 2, replacements: 1, seed: 9 })
    const [kept, broken] = episodes
    await play(client, kept?.episode ?? '', [])
    await expect(client.ask({ type: 'step', episode: broken?.episode ?? '', action: 'throw' })).rejects.toThrow(
      'ENV_FAILED',
    )
    await pause(20)
    expect(client.events('group.closed')).toEqual([])
    const replacement = await client.ask({ type: 'reset', group: { id: group } })
    expect(replacement).toMatchObject({ observation: broken?.observation, member: 1, seed: 9 })
    expect(replacement.episode).not.toBe(broken?.episode)
    await client.ask({ type: 'close', episode: replacement.episode })
    const closed = await client.event('group.closed')
    expect(closed.members.map(({ episode }) => episode)).toEqual([kept?.episode])
    expect(closed.aborted.map(({ episode }) => episode)).toEqual([broken?.episode, replacement.episode])
  })

  it('waits for a replacement no longer than its deadline', async () => {
    stopClock()
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episodes } = await client.ask({ type: 'group', size: 1, replacements: 3, deadlineMs: 60 })
    await client.ask({ type: 'close', episode: episodes[0]?.episode ?? '' })
    expect(server.host.counts.groups).toBe(1)
    await pass(60)
    expect(await client.event('group.closed')).toMatchObject({ members: [], aborted: [{ ending: 'aborted' }] })
    expect(server.host.counts.groups).toBe(0)
  })

  it('starts whole or not at all', async () => {
    const server = await served([echo, gated().environment], { limits: { episodes: 3, groupMembers: 8 } })
    for (const name of ['echo', 'gated']) {
      const client = new NativeClient(`${server.url}/${name}/ws`)
      await expect(client.ask({ type: 'group', size: 4 })).rejects.toThrow('CAPACITY_REACHED')
      await expect(client.ask({ type: 'group', size: 9 })).rejects.toThrow('GROUP_INVALID')
      await client.ask({ type: 'close' })
    }
    await quiet(server)
  })

  it('is sent in brief, and its late rewards in parts, where a frame cannot hold them', async () => {
    const server = await served([echo], { hooks: [late], limits: { frameBytesOut: 1500 } })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episode } = await client.ask({ type: 'reset', group: { id: 'long', size: 1 } })
    for (let n = 0; n < 30; n++) client.send({ type: 'step', episode, action: n === 29 ? 'stop' : `${n}` })
    const closed = await client.event('group.closed')
    expect(closed).toMatchObject({ members: [{ episode, steps: [] }] })
    expect(closed.abridged).toContain('in the record')
    const steps = client.events('rewards').flatMap(({ rewards }) => rewards.map(({ step }) => step))
    expect(steps).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })

  it('is sent to observers that subscribed', async () => {
    const server = await served([echo], { hooks: [late] })
    const looker = new NativeClient(`${server.url}/echo/ws`)
    await looker.ask({ type: 'subscribe', events: ['group.closed', 'ended', 'rewards'] })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { group, episodes } = await client.ask({ type: 'group', size: 1 })
    await play(client, episodes[0]?.episode ?? '', ['a'])
    expect(await looker.event('group.closed')).toMatchObject({ group })
    expect(looker.events('ended')).toHaveLength(1)
    expect(looker.events('rewards').flatMap(({ rewards }) => rewards)).toHaveLength(2)
    await looker.ask({ type: 'subscribe', events: [] })
    await client.ask({ type: 'group', size: 1, maxSteps: 1 })
    await pause(30)
    expect(looker.events('group.closed')).toHaveLength(1)
  })
})
