import { readFileSync, truncateSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import { readRun } from '../../../records/reader.ts'
import { replayRun } from '../../../records/replay.ts'
import { segmentPath } from '../../../records/segments.ts'
import { estimators } from '../../../registry/index.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { dice } from '../../support/core-worlds.ts'
import { newFolder } from '../../support/folder.ts'
import { share } from '../../support/long.ts'
import { type EventOf, NativeClient, until } from '../../support/server/native-client.ts'
import { recording } from '../../support/server/recording.ts'

const catalog = estimators({ userFolder: newFolder() })
const tools = await Promise.all(['rloo', 'gigpo'].map((name) => catalog.load(name)))

/** Judges of every scope: what they say depends on what those before them said. */
const hooks = [
  defineRewardHook({ name: 'turn', version: 1, scope: 'turn', reward: ({ index }) => index }),
  defineRewardHook({ name: 'outcome', version: 1, scope: 'outcome', reward: ({ steps }) => steps.length }),
  defineRewardHook({
    ...{ name: 'late', version: 1, maxBatch: 2 },
    scope: 'process',
    reward: (steps) => ({ perStep: steps.map(({ index, rewards }) => index + rewards.length) }),
  }),
  defineRewardHook({
    ...{ name: 'rank', version: 1 },
    scope: 'group',
    reward: ({ trajectories }) => ({ perTrajectory: trajectories.map(({ rewards }, at) => at + rewards.length) }),
  }),
  defineRewardHook({
    ...{ name: 'per-step', version: 1 },
    scope: 'group',
    reward: ({ trajectories }) => ({
      perStep: trajectories.map(({ steps, rewards }) => steps.map((step) => step.rewards.length + rewards.length)),
    }),
  }),
]

const CREDIT = [{ estimator: 'rloo' }, { estimator: 'gigpo', as: 'by anchor' }]
const GROUP = { type: 'group', size: 3, seed: 5, maxSteps: 3, task: 'a', credit: CREDIT } as const
const ACTIONS = [
  ['1', '2', '3'],
  ['2', '200'],
  ['3', 'nothing', '1'],
]

type Limits = Parameters<typeof recording>[3]
const start = (folder = newFolder(), limits: Limits = {}) => recording(dice, folder, hooks, limits, tools)

/** Takes the steps of each episode that it has not taken. */
async function playOn(
  client: NativeClient,
  episodes: readonly { readonly episode: string; readonly index: number; readonly member: number }[],
) {
  for (const { episode, index, member } of episodes)
    for (const [at, action] of (ACTIONS[member] ?? []).entries())
      if (at >= index) await client.ask({ type: 'step', episode, action, index: at })
}

/** What a closing says, without what differs from run to run. */
const bare = ({ seq: _, ...event }: EventOf<'group.closed'>): unknown =>
  JSON.parse(JSON.stringify(event, (key, value: unknown) => (key === 'latencyMs' ? 0 : value)))

/** Offsets of the ends of a run's lines. */
function lineEnds(folder: string): readonly number[] {
  const bytes = readFileSync(segmentPath(folder, 0))
  return [...bytes].flatMap((byte, at) => (byte === 10 ? [at + 1] : []))
}

async function expectOneGroup(folder: string): Promise<void> {
  const groups = [...readRun(folder).groups()]
  expect(groups).toHaveLength(1)
  const world = await openWorld(dice)
  for await (const { divergence } of replayRun(world, readRun(folder))) expect(divergence).toBeNull()
}

describe('a group whose server is killed', () => {
  it('closes once, with the rewards and advantages of an undisturbed run, after whichever line the record ends', async () => {
    const whole = await start()
    const client = new NativeClient(whole.url)
    const { session } = await client.welcome()
    const { group, episodes } = await client.ask(GROUP)
    await playOn(client, episodes)
    const undisturbed = bare(await client.event('group.closed'))
    const ends = lineEnds(whole.folder)
    expect(ends.length).toBeGreaterThan(20)
    for (const end of ends.slice(GROUP.size - 1).filter((_, at) => at % share(3, 1) === 0)) {
      const folder = whole.wreck()
      truncateSync(segmentPath(folder, 0), end)
      const again = await start(folder)
      const second = new NativeClient(again.url)
      const resumed = await second.ask({ type: 'resume', session, lastSeq: 1 })
      expect([end, resumed.groups]).toEqual([end, [group]])
      await playOn(second, resumed.episodes)
      expect([end, bare(await second.event('group.closed'))]).toEqual([end, undisturbed])
      expect(second.events('group.closed')).toHaveLength(1)
      await again.server.close()
      await expectOneGroup(folder)
    }
  })

  it('is filled by members that join after the restart, under its rules', async () => {
    const before = await start()
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const rules = { id: 'shared', size: 2, replacements: 1, credit: CREDIT }
    await client.ask({ type: 'reset', group: rules, seed: 5, task: 'a', maxSteps: 2, agent: 'tester' })
    const after = await start(before.wreck())
    const other = new NativeClient(after.url)
    const join = { type: 'reset', group: { id: 'shared' } } as const
    await expect(other.ask({ ...join, group: { id: 'shared', size: 3 } })).rejects.toThrow('GROUP_INVALID')
    await expect(other.ask({ ...join, seed: 6 })).rejects.toThrow('GROUP_INVALID')
    const joined = await other.ask(join)
    expect(joined).toMatchObject({ member: 1, seed: 5, maxSteps: 2, task: { id: 'a' }, group: { size: 2 } })
    await expect(other.ask(join)).rejects.toThrow('all its places are taken')
    const second = new NativeClient(after.url)
    const { episodes } = await second.ask({ type: 'resume', session, lastSeq: 1 })
    expect(episodes[0]?.group).toEqual({ ...joined.group, member: 0 })
    for (const [each, episode] of [
      [other, joined.episode],
      [second, episodes[0]?.episode ?? ''],
    ] as const)
      for (const index of [0, 1]) await each.ask({ type: 'step', episode, action: '1', index })
    for (const each of [other, second]) {
      const closed = await each.event('group.closed')
      expect(closed.members.map(({ member, ending }) => [member, ending])).toEqual([
        [0, 'truncated'],
        [1, 'truncated'],
      ])
      expect(closed.credit.map(({ as, members }) => [as, members?.length])).toEqual([
        ['rloo', 2],
        ['by anchor', 2],
      ])
    }
    await expect(other.ask(join)).rejects.toThrow('it has closed')
  })

  it('gives a place that was free for a replacement to another, and takes no more than it may', async () => {
    const before = await start()
    const client = new NativeClient(before.url)
    await client.welcome()
    const rules = { id: 'shared', size: 2, replacements: 1 }
    const [first, last] = [
      await client.ask({ type: 'reset', group: rules, seed: 5 }),
      await client.ask({ type: 'reset', group: rules, seed: 5 }),
    ]
    await client.ask({ type: 'close', episode: first.episode })
    const after = await start(before.wreck(), { resumeMs: 200 })
    const other = new NativeClient(after.url)
    const joined = await other.ask({ type: 'reset', group: { id: 'shared' } })
    expect(joined.member).toBe(0)
    await other.ask({ type: 'close', episode: joined.episode })
    await expect(other.ask({ type: 'reset', group: { id: 'shared' } })).rejects.toThrow('all its places are taken')
    const { members, aborted } = await other.event('group.closed')
    expect(members).toEqual([])
    expect(aborted.map(({ episode, endingReason }) => [episode, endingReason])).toEqual([
      [first.episode, 'closed by its client'],
      [joined.episode, 'closed by its client'],
      [last.episode, 'the client left'],
    ])
  })

  it.each([
    ['aborts members whose session does not return', { resumeMs: 60 }, {}, 'aborted', 'the client left'],
    ['truncates them at its deadline', { resumeMs: 5000 }, { deadlineMs: 80 }, 'truncated', 'group deadline'],
    [
      'aborts them at its deadline',
      { resumeMs: 5000 },
      { deadlineMs: 80, stragglers: 'abort' },
      'aborted',
      'group deadline',
    ],
  ] as const)('%s, and says so to a session that returns later', async (_, limits, terms, ending, endingReason) => {
    stopClock()
    const before = await start(newFolder(), { resumeMs: 5000 })
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { group, episodes } = await client.ask({ ...GROUP, ...terms })
    const [finished, open] = [episodes.slice(0, 2), episodes[2]]
    await playOn(client, finished)
    await client.ask({ type: 'step', episode: open?.episode ?? '', action: '3', index: 0 })
    const after = await start(before.wreck(), limits)
    await after.server.host.environmentHost('dice')
    await pass(80)
    await until(() => [...readRun(after.folder).groups()].length === 1)
    const second = new NativeClient(after.url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: 1 })
    expect(resumed).toMatchObject({ restored: true, groups: [group], episodes: [] })
    const closed = await second.event('group.closed')
    const all = [...closed.members, ...closed.aborted].map((each) => [each.member, each.ending, each.endingReason])
    expect(all).toContainEqual([2, ending, endingReason])
    expect(all).toHaveLength(3)
    const last = { type: 'step', episode: open?.episode ?? '' } as const
    expect(await second.ask({ ...last, action: '3', index: 0 })).toMatchObject({ ending, endingReason })
    await expect(second.ask({ ...last, action: '1', index: 1 })).rejects.toThrow(
      ending === 'aborted' ? 'EPISODE_ABORTED' : 'EPISODE_ENDED',
    )
  })

  it('stays open in the record where the server stops before its sessions return', async () => {
    const before = await start()
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { group, episodes } = await client.ask(GROUP)
    await playOn(client, episodes.slice(0, 1))
    const folder = before.wreck()
    const between = await start(folder, { stopMs: 20_000 })
    await between.server.host.environmentHost('dice')
    expect(between.server.host.counts.groups).toBe(1)
    await between.server.close('stopped')
    expect([...readRun(folder).groups()]).toEqual([])
    const after = await start(folder)
    const second = new NativeClient(after.url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: 1 })
    expect(resumed.groups).toEqual([group])
    await playOn(second, resumed.episodes)
    expect((await second.event('group.closed')).members).toHaveLength(3)
  })

  it('closes without a member that cannot be restored, and reports that', async () => {
    let isChanged = false
    const fickle = defineEnvironment({
      ...{ id: 'dice@1', maxSteps: 3, action: textAction((text) => text), examples: ['x'] },
      reset: () => ({ seen: isChanged ? 'new' : 'old' }),
      step: ({ seen }, said) => ({ state: { seen: `${seen} ${said}` }, reward: 1, terminated: false }),
      observe: { text: ({ seen }) => seen },
    })
    const before = await recording(fickle, newFolder(), hooks)
    const client = new NativeClient(before.url)
    const { session } = await client.welcome()
    const { episodes } = await client.ask({ type: 'group', size: 2, seed: 1 })
    const [first, second] = episodes.map(({ episode }) => episode)
    for (const index of [0, 1, 2]) await client.ask({ type: 'step', episode: first ?? '', action: 'x', index })
    await client.ask({ type: 'step', episode: second ?? '', action: 'x', index: 0 })
    isChanged = true
    const after = await recording(fickle, before.wreck(), hooks)
    const failures: string[] = []
    after.server.host.listen({ failed: ({ doing }) => failures.push(doing) })
    const again = new NativeClient(after.url)
    expect((await again.ask({ type: 'resume', session, lastSeq: 1 })).episodes).toEqual([])
    const { members, aborted } = await again.event('group.closed')
    expect([members.length, aborted]).toMatchObject([1, [{ endingReason: 'could not be restored' }]])
    expect(failures).toEqual([`restoring ${second} from the record`])
  })

  it.each([
    ['no rules', undefined, []],
    ['rules without a size', { id: 'shared', startTag: '' }, ['continuing group shared']],
    ['rules of another group', { id: 'other', size: 2, startTag: '' }, ['continuing group shared']],
    ['rules of a wrong type', { id: 'shared', size: '2', startTag: '' }, ['continuing group shared']],
  ])('is not continued where its record has %s', async (_, group, expected) => {
    const before = await start()
    const client = new NativeClient(before.url)
    await client.ask({ type: 'reset', group: { id: 'shared', size: 2 } })
    const folder = newFolder()
    const store = recordedStore(folder, { world: await openWorld(dice), agent: 'clients', hooks: hookSet(hooks) })
    for (const { start: recorded } of readRun(before.folder).trajectories())
      store.log?.episodeStarted({ ...recorded, serving: group === undefined ? {} : { group } })
    store.close()
    const after = await start(folder)
    const failures: string[] = []
    after.server.host.listen({ failed: ({ doing }) => failures.push(doing) })
    const other = new NativeClient(after.url)
    await expect(other.ask({ type: 'reset', group: { id: 'shared' } })).rejects.toThrow('cannot be continued')
    expect([failures, after.server.host.counts.groups]).toEqual([expected, 0])
  })
})
