import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RolloutPlan, rollOut } from '../../../bin/commands/rollout/roll-out.ts'
import { expectLinked, linkedTasks, recordedLinks } from '../../../bin/linked.ts'
import type { Group } from '../../../core/data/types.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet, withOptions } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { parseLinks, setsOf, unitsOf } from '../../../core/rollout/linked.ts'
import { createRun, readRun, rescoreRun } from '../../../records/index.ts'
import majorityLabel from '../../../rewards/hooks/majority-label.ts'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const IDS = ['sum', 'sum in words', 'other', 'lonely']
const LINKS = parseLinks([
  ['sum', 'sum in words'],
  ['other', 'not played'],
])

/** @param fails task whose episodes do not start */
const question = (fails = '') =>
  defineEnvironment({
    id: 'question@1',
    maxSteps: 1,
    action: (raw) => `${raw}`,
    tasks: () => ({ train: IDS.map((id) => ({ id, public: id })) }),
    reset({ task }) {
      if (task.id === fails) throw new Error('no start')
      return { said: '' }
    },
    step: (_state, action) => ({ state: { said: action }, reward: 0, terminated: true }),
    observe: { text: () => 'answer' },
  })

/** Most say 4 to the sum, and 5 to the sum in words. */
const SAID: Readonly<Record<string, readonly string[]>> = { sum: ['4', '4', '5'], 'sum in words': ['5', '5', '4'] }

const NO_SETTING = { task: null, member: 0 }
const speaker: Agent = {
  name: 'speaker',
  act({ setting: { task, member = 0 } = NO_SETTING }) {
    return { action: SAID[`${task}`]?.[member] ?? `${member}` }
  },
}

const seen: string[] = []
const label = withOptions(majorityLabel, { answer: 'text' })
const hooks = hookSet([
  label,
  defineRewardHook({
    name: 'partners',
    version: 1,
    scope: 'group',
    reward({ id, trajectories }, { linked }) {
      seen.push(`${id}: ${linked().map((each) => each.id)}`)
      return { perTrajectory: trajectories.map(() => linked().length) }
    },
  }),
])

async function played(folder: string, more: Partial<RolloutPlan> = {}) {
  const world = await openWorld(question())
  const log = createRun(folder, { world, agent: 'speaker', hooks })
  const groups = new Map<string, Group>()
  const plan = {
    ...{ world, agent: speaker, hooks, groups: 4, groupSize: 3, split: 'train', seed: 1, maxSteps: 1, concurrency: 1 },
    ...{ sampling: null, linked: LINKS, ...more },
  }
  const signal = new AbortController().signal
  const onGroup = (group: Group): unknown => groups.set(group.id, group)
  await rollOut(plan, { log, runKey: log.manifest.runKey, signal, onStep: () => {}, onGroup, dynamic: null })
  log.close()
  return { world, groups }
}

const valuesOf = (group: Pick<Group, 'trajectories'> | undefined, name: string) =>
  group?.trajectories.map(({ rewards }) => rewards.find((reward) => reward.name === name)?.value ?? null)

describe('linked tasks', () => {
  it('label each other by the majority of their answers', async () => {
    const { groups } = await played(join(newFolder(), 'a'))
    expect(valuesOf(groups.get('0'), 'majority-label')).toEqual([0, 0, 1])
    expect(valuesOf(groups.get('1'), 'majority-label')).toEqual([0, 0, 1])
    expect(valuesOf(groups.get('3'), 'partners')).toEqual([0, 0, 0])
    expect(valuesOf(groups.get('0'), 'partners')).toEqual([1, 1, 1])
  })

  it('label themselves where they are not linked', async () => {
    const { groups } = await played(join(newFolder(), 'a'), { linked: null })
    expect(valuesOf(groups.get('0'), 'majority-label')).toEqual([1, 1, 0])
    expect(valuesOf(groups.get('1'), 'majority-label')).toEqual([1, 1, 0])
  })

  it('are paired round by round, for any number of groups at a time', async () => {
    for (const concurrency of [1, 3, 8]) {
      seen.length = 0
      await played(join(newFolder(), 'a'), { groups: 9, concurrency })
      expect([...new Set(seen)].toSorted()).toEqual(
        ['0: 1', '1: 0', '2: ', '3: ', '4: 5', '5: 4', '6: ', '7: ', '8: '].toSorted(),
      )
    }
  })

  it('are judged alone where the episodes of the other could not start', async () => {
    const { groups } = await played(join(newFolder(), 'a'), { world: await openWorld(question('sum in words')) })
    expect(valuesOf(groups.get('0'), 'majority-label')).toEqual([1, 1, 0])
    expect(groups.get('1')).toMatchObject({ trajectories: [], aborted: [{ ending: 'aborted' }, {}, {}] })
  })

  it('label each other again when a recorded run is rescored', async () => {
    const folder = newFolder()
    const { world, groups } = await played(join(folder, 'a'), { groups: 6 })
    const again = new Map<string, Group>()
    for await (const judged of rescoreRun(world, readRun(join(folder, 'a')), hooks, {
      linked: LINKS,
      out: join(folder, 'b'),
    }))
      if (judged.kind === 'group') again.set(judged.group.id, judged.group)
    for (const [id, group] of groups)
      expect(valuesOf(again.get(id), 'majority-label')).toEqual(valuesOf(group, 'majority-label'))
    const written = [...readRun(join(folder, 'b')).groups()].map(({ group }) => [group.id, valuesOf(group, 'partners')])
    expect(new Map(written.map(([id, values]) => [`${id}`, values]))).toEqual(
      new Map([...groups].map(([id, group]) => [id, valuesOf(group, 'partners')])),
    )
    expect(recordedLinks(readRun(join(folder, 'b')).manifest.limits)).toEqual(LINKS)
  })

  it('form units that hold every group once, at most one of each task', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), (tasks) => {
        const links = parseLinks([['a', 'b', 'c']])
        const units = unitsOf(tasks, links)
        expect(units.flat().toSorted((one, other) => one - other)).toEqual(tasks.map((_, at) => at))
        for (const unit of units) {
          const own = unit.map((at) => tasks[at])
          expect(new Set(own).size).toBe(own.length)
          expect(own.length === 1 || !own.includes('d')).toBe(true)
        }
      }),
    )
  })

  it.each<readonly [unknown, string]>([
    [{}, 'a list of lists'],
    [[], 'a list of lists'],
    [[['a']], 'item 0 should be a list of two'],
    [[['a', 'b'], 'c'], 'item 1 should be a list of two'],
    [[['a', 1]], 'item 0 has an id that should be a text'],
    [
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      'b is in two places',
    ],
    [[['a', 'a']], 'a is in two places'],
  ])('are read strictly: %j', (json, message) => {
    expect(() => parseLinks(json)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('are read from a file or a text, and must link two of the groups', () => {
    const folder = newFolder()
    const sets = [['sum', 'sum in words']]
    writeFileSync(join(folder, 'links.json'), JSON.stringify(sets))
    expect(setsOf(linkedTasks(folder, 'links.json'))).toEqual(sets)
    expect(setsOf(linkedTasks(folder, ' [["sum","sum in words"]]'))).toEqual(sets)
    expect(() => linkedTasks(folder, 'none.json')).toThrow('none.json cannot be read')
    expect(() => linkedTasks(folder, '[["a"')).toThrow('linked tasks cannot be read as JSON')
    expect(() => expectLinked(['other', 'other'], LINKS)).toThrow('links no two of the groups: their tasks are other')
  })
})

describe('stepgym rollout --linked', () => {
  const args = ['rollout', '--env', 'guess-number', '--agent', 'random', '--linked', '[["default","x"]]'] as const

  it.each([
    [[], '--linked links no two of the groups: their tasks are default'],
    [['--keep', 'spread'], '--linked plays every group of independent members'],
    [['--sampling', 'tree'], '--linked plays every group of independent members'],
    [['--server', 'http://127.0.0.1:1'], '--linked is for rollouts here'],
  ])('refuses what it cannot do: %j', async (more, message) => {
    const { code, err } = await run([...args, ...more], { folder: newFolder() })
    expect(code).toBe(1)
    expect(err).toContain(message)
  })
})
