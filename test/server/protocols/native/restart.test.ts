import { describe, expect, it } from 'vitest'
import { defineEnvironment, type Environment } from '../../../../core/episode/environment.ts'
import { openWorld, type World } from '../../../../core/episode/world.ts'
import { readRun } from '../../../../records/reader.ts'
import { replayRun } from '../../../../records/replay.ts'
import { clock, dice } from '../../../support/core-worlds.ts'
import { newFolder } from '../../../support/folder.ts'
import { NOTHING_OPEN } from '../../../support/server/client.ts'
import { NativeClient, pause, until } from '../../../support/server/native-client.ts'
import { late } from '../../../support/server/native-worlds.ts'
import { recording } from '../../../support/server/recording.ts'

/** Drives something outside, which a restart must drive again. */
const driven = (answer: () => number): Environment =>
  defineEnvironment({
    id: 'driven@1',
    kind: 'async',
    maxSteps: 5,
    action: (raw) => raw,
    open: () => ({ answer }),
    reset: async ({ effect, live }) => ({ seen: await effect('ask', null, () => live.answer()) }),
    step: async (state) => ({ state, reward: 0, terminated: false }),
    observe: { text: ({ seen }) => `${seen}` },
    examples: ['x'],
  })

const textsOf = async (client: NativeClient, episode: string, from: number): Promise<readonly string[]> => {
  const seen: string[] = []
  for (let index = from; index < from + 3; index++)
    seen.push((await client.ask({ type: 'step', episode, action: `${index}`, index })).observation)
  return seen
}

const replayed = async (world: World, folder: string): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  for await (const { divergence } of replayRun(world, readRun(folder))) if (divergence) found.push(divergence)
  return found
}

describe('a server that stops in good order', () => {
  it('aborts running episodes, so that there is nothing to continue', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    await client.ask({ type: 'group', size: 2 })
    await before.server.close()
    await until(() => client.closed !== null)
    expect(client.closed).toMatchObject({ status: 1001, reason: expect.stringContaining('SERVER_STOPPING') })
    expect(before.server.host.counts).toEqual(NOTHING_OPEN)
    const [group] = readRun(before.folder).groups()
    expect(group?.group).toMatchObject({ trajectories: [], aborted: [{ ending: 'aborted' }, { ending: 'aborted' }] })
    const after = await recording(dice, before.folder)
    const second = new NativeClient(after.url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    expect(resumed).toMatchObject({ restored: true, episodes: [] })
  })
})

describe('a server that was killed', () => {
  it('continues in mid-episode from its log, as if there had been no crash', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset', seed: 21 })
    const { episodes: forks } = await client.ask({ type: 'fork', episode })
    const texts = await textsOf(client, episode, 0)
    const wreck = before.wreck()
    const expected = await textsOf(client, episode, 3)

    const after = await recording(dice, wreck)
    const second = new NativeClient(after.url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    expect(resumed).toMatchObject({ restored: true, missed: 0 })
    expect(resumed.seq).toBe(client.lastSeq + 1)
    expect(resumed.episodes.map((each) => [each.episode, each.index, each.observation])).toEqual([
      [episode, 3, texts[2]],
      [forks[0]?.episode, 0, forks[0]?.observation],
    ])
    expect(await textsOf(second, episode, 3)).toEqual(expected)
    expect(second.frames.at(-1)).toMatchObject({
      index: 5,
      truncated: true,
      ending: 'truncated',
      endingReason: 'maxSteps',
    })
    const next = await second.ask({ type: 'reset', seed: 21 })
    expect(next.episode).not.toBe(episode)
    await after.server.close()
    expect(await replayed(await openWorld(dice), wreck)).toEqual([])
    const run = [...readRun(wreck).trajectories()]
    expect(
      run.filter(({ trajectory }) => trajectory.id === episode).map(({ trajectory }) => trajectory.steps.length),
    ).toEqual([6])
  })

  it('answers a step again whose reply was lost, and takes it once', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset', seed: 5 })
    const first = await client.ask({ type: 'step', episode, action: '1', index: 0 })
    const after = await recording(dice, before.wreck())
    const second = new NativeClient(after.url)
    await second.ask({ type: 'resume', session, lastSeq: 1 })
    const again = await second.ask({ type: 'step', episode, action: '1', index: 0 })
    expect({ ...again, id: 0, seq: 0 }).toEqual({ ...first, id: 0, seq: 0 })
    await expect(second.ask({ type: 'step', episode, action: '2', index: 0 })).rejects.toThrow('REQUEST_CONFLICT')
    await expect(second.ask({ type: 'step', episode, action: '2', index: 2 })).rejects.toThrow('REQUEST_CONFLICT')
    expect(await second.ask({ type: 'step', episode, action: '2', index: 1 })).toMatchObject({ index: 1 })
  })

  it('answers the last step of an episode again, with its end', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset', seed: 5 })
    const last = await client.ask({ type: 'step', episode, action: '200', index: 0 })
    expect(last.ending).toBe('terminated')
    const after = await recording(dice, before.wreck())
    const second = new NativeClient(after.url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: 1 })
    expect(resumed.episodes).toEqual([])
    const again = await second.ask({ type: 'step', episode, action: '200', index: 0 })
    expect({ ...again, id: 0, seq: 0 }).toEqual({ ...last, id: 0, seq: 0 })
    await expect(second.ask({ type: 'step', episode, action: '1', index: 1 })).rejects.toThrow('EPISODE_ENDED')
  })

  it('drives again what an episode drove outside, and holds it to the record', async () => {
    let reading = 3
    const environment = clock(() => reading)
    const before = await recording(environment)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset' })
    await client.ask({ type: 'step', episode, action: 'tick' })
    const wreck = before.wreck()
    reading = 4
    const after = await recording(environment, wreck)
    const second = new NativeClient(after.url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    expect(resumed.episodes.map(({ observation }) => observation)).toEqual(['3'])
    expect(await second.ask({ type: 'step', episode, action: 'tick', index: 1 })).toMatchObject({ observation: '4' })
  })

  it('says why an episode cannot continue, and continues the others', async () => {
    const answers = [1, 1, 2]
    const environment = driven(() => answers.shift() ?? 9)
    const before = await recording(environment)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    await client.ask({ type: 'reset' })
    const after = await recording(environment, before.wreck())
    const second = new NativeClient(after.url)
    expect((await second.ask({ type: 'resume', session, lastSeq: 1 })).episodes).toHaveLength(1)
    const last = await recording(environment, after.wreck())
    const failures: string[] = []
    last.server.host.listen({ failed: ({ doing, error }) => failures.push(`${doing}: ${String(error)}`) })
    const third = new NativeClient(last.url)
    expect((await third.ask({ type: 'resume', session, lastSeq: second.lastSeq })).episodes).toEqual([])
    expect(failures).toEqual([expect.stringContaining('from the record')])
    expect(await third.ask({ type: 'reset' })).toMatchObject({ index: 0 })
  })

  it('forks on with new futures', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset', seed: 5 })
    await client.ask({ type: 'fork', episode, count: 3 })
    const after = await recording(dice, before.wreck())
    const second = new NativeClient(after.url)
    await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    const { episodes } = await second.ask({ type: 'fork', episode })
    expect(episodes.map(({ forkPath }) => forkPath)).toEqual(['3'])
  })

  it('lets a session come back once, with its own token only', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    await client.ask({ type: 'reset' })
    const after = await recording(dice, before.wreck())
    const forged = `${session.slice(0, -4)}AAAA`
    await expect(new NativeClient(after.url).ask({ type: 'resume', session: forged, lastSeq: 0 })).rejects.toThrow(
      'SESSION_UNKNOWN',
    )
    const both = [1, 2].map(() => new NativeClient(after.url))
    const asked = both.map((each) => each.ask({ type: 'resume', session, lastSeq: 1 }))
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    expect(outcomes.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : [])).join()).not.toMatch(
      /SESSION_UNKNOWN/,
    )
    expect(after.server.host.counts).toMatchObject({ sessions: 1, episodes: 1 })
  })

  it('says of all that it did not keep what happened, and what to do', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const joining = { type: 'reset', task: 'a', seed: 3, group: { id: 'alone', size: 1 } } as const
    const joined = await client.ask(joining)
    const { snapshot } = await client.ask({ type: 'snapshot', episode: joined.episode })
    await client.ask({ type: 'close', episode: joined.episode })
    await client.event('group.closed')
    const { vector } = await client.ask({ type: 'vector.open', slots: [{}] })
    await client.ask({ type: 'vector.close', vector })

    const after = await recording(dice, before.wreck())
    const second = new NativeClient(after.url)
    await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    const gone = 'the server was restarted'
    await expect(second.ask(joining)).rejects.toThrow(new RegExp(`GROUP_INVALID.*${gone}.*under another id`))
    const slot = await second.ask({ type: 'vector.open', slots: [{ group: joining.group }] })
    expect(slot.error).toMatchObject([{ code: 'GROUP_INVALID', message: expect.stringContaining(gone) }])
    for (const handle of [snapshot?.replace('.0.', '.1.') ?? '', `${snapshot}x`, 'AAAAAAAAAAAAAAAA'])
      for (const request of [
        { type: 'fork', snapshot: handle },
        { type: 'restore', snapshot: handle },
        { type: 'close', snapshot: handle },
      ] as const)
        await expect(second.ask(request)).rejects.toThrow(/SNAPSHOT_UNKNOWN.*the server was restarted.*take another/)
    const episode = `${session.split('.')[0]}-99`
    for (const request of [
      { type: 'step', episode, action: '1' },
      { type: 'snapshot', episode },
      { type: 'fork', episode },
      { type: 'close', episode },
    ] as const)
      await expect(second.ask(request)).rejects.toThrow(new RegExp(`EPISODE_UNKNOWN.*${gone}.*reset`))
    for (const request of [
      { type: 'vector.step', vector, actions: ['1'] },
      { type: 'vector.reset', vector },
      { type: 'vector.close', vector },
    ] as const)
      await expect(second.ask(request)).rejects.toThrow(/EPISODE_UNKNOWN.*open/)
    const other = await second.ask({ ...joining, group: { id: 'other', size: 1 } })
    await second.ask({ type: 'step', episode: other.episode, action: '100' })
    expect(second.events('group.closed').map(({ group }) => group)).toEqual(['alone', 'other'])
  })

  it('takes snapshots again from its record: what they lead to is the same, and no fork comes twice', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset', seed: 8 })
    await client.ask({ type: 'step', episode, action: '1' })
    const { snapshot } = await client.ask({ type: 'snapshot', episode })
    const { snapshot: dropped } = await client.ask({ type: 'snapshot', episode })
    const handle = snapshot ?? ''
    const { episodes: forks } = await client.ask({ type: 'fork', snapshot: handle, count: 2 })
    const fork = forks[1]?.episode ?? ''
    await client.ask({ type: 'step', episode: fork, action: '2' })
    const { snapshot: ofFork } = await client.ask({ type: 'snapshot', episode: fork })
    await client.ask({ type: 'step', episode, action: '2' })
    const futureOf = async (asker: NativeClient, given: string) => {
      const { episode: own, index } = await asker.ask({ type: 'restore', snapshot: given })
      return asker.ask({ type: 'step', episode: own, action: '3', index })
    }
    const folder = before.wreck()
    const expected = [await futureOf(client, handle), await futureOf(client, ofFork ?? '')]
    const after = await recording(dice, folder)
    const second = new NativeClient(after.url)
    await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    const found = [await futureOf(second, handle), await futureOf(second, ofFork ?? '')]
    expect(found.map(({ observation, index }) => [observation, index])).toEqual(
      expected.map(({ observation, index }) => [observation, index]),
    )
    const { episodes: later } = await second.ask({ type: 'fork', snapshot: handle, count: 2 })
    const { episodes: latest } = await second.ask({ type: 'fork', episode })
    const paths = [...forks, ...later, ...latest].map(({ forkPath }) => forkPath)
    expect(new Set(paths).size).toBe(5)
    const gone = { type: 'close', snapshot: dropped ?? '' } as const
    await second.ask(gone)
    await expect(second.ask(gone)).rejects.toThrow('SNAPSHOT_UNKNOWN')
    await expect(second.ask({ type: 'restore', snapshot: dropped ?? '' })).rejects.toThrow('SNAPSHOT_UNKNOWN')
    await after.server.close()
    expect(await replayed(await openWorld(dice), folder)).toEqual([])
  })

  it('says that it was restarted until its client has received that', async () => {
    const before = await recording(dice)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { seq } = await client.ask({ type: 'reset' })
    const after = await recording(dice, before.wreck())
    const resumed = []
    for (let cut = 0; cut < 3; cut++) {
      const again = new NativeClient(after.url)
      resumed.push(await again.ask({ type: 'resume', session, lastSeq: seq }))
      await again.vanish()
    }
    expect(resumed.map(({ restored }) => restored)).toEqual([true, true, true])
    const last = new NativeClient(after.url)
    const { restored } = await last.ask({ type: 'resume', session, lastSeq: resumed[2]?.seq ?? 0 })
    expect(restored).toBe(false)
  })

  it('sends late rewards to a resumed session', async () => {
    let judge = (): void => {}
    const isAsked = new Promise<void>((resolve) => {
      judge = resolve
    })
    const held = {
      ...late,
      reward: (...asked: Parameters<typeof late.reward>) => isAsked.then(() => late.reward(...asked)),
    }
    const before = await recording(dice, newFolder(), [held])
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episode } = await client.ask({ type: 'reset' })
    await client.ask({ type: 'step', episode, action: '1' })
    const unjudged = before.wreck()
    judge()
    await client.event('rewards')
    const other = new NativeClient((await recording(dice, unjudged, [late])).url)
    await other.ask({ type: 'resume', session, lastSeq: 2 })
    expect((await other.event('rewards')).rewards).toMatchObject([{ episode, step: 0, reward: { value: 0 } }])
    const after = await recording(dice, before.wreck(), [late])
    const second = new NativeClient(after.url)
    await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    await second.ask({ type: 'step', episode, action: '1', index: 1 })
    const { rewards } = await second.event('rewards')
    expect(rewards).toMatchObject([{ episode, step: 1, reward: { name: 'late', value: 1 } }])
    await pause(5)
  })
})
