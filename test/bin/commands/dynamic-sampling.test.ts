import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DynamicSampling, inRounds } from '../../../bin/commands/rollout/dynamic.ts'
import type { Group, Trajectory } from '../../../core/data/types.ts'
import { readRun } from '../../../records/index.ts'
import { dynamicBatch } from '../../../rewards/curation/sampling.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const ARGS = [
  'rollout',
  '--env',
  'webshop',
  '--agent',
  'shop-novice',
  '--groups',
  '3',
  '--group-size',
  '3',
  '--set',
  'catalogue.generated.products=60',
]

function groupOf(number: number, outcomes: readonly (number | null)[]): Group {
  const trajectories = outcomes.map(
    (value, member): Trajectory => ({
      ...{
        id: `${number}.${member}`,
        groupId: `${number}`,
        environment: 'e@1',
        taskId: 'a',
        seed: 0,
        member,
        forkPath: '',
      },
      ...{ steps: [], ending: 'terminated', endingReason: null },
      rewards:
        value === null
          ? [{ name: 'success', version: 1, latencyMs: 0, value, reason: 'declined' }]
          : [{ name: 'success', version: 1, latencyMs: 0, value }],
    }),
  )
  return { id: `${number}`, environment: 'e@1', taskId: 'a', startTag: '', trajectories, aborted: [] }
}

const PLAN = { outcome: 'success', band: {}, mostGroups: 20 }

describe('dynamic sampling', () => {
  it('keeps the groups that DAPO keeps, in rounds of as many as are missing, for any number at a time', async () => {
    const metrics = Array.from({ length: 20 }, (_, at) => [at % 3 === 0 ? 1 : 0, 0])
    const rounds = [[0, 1, 2], [3, 4], [5], [6]].map((round) =>
      round.map((at) => ({ id: `${at}`, metric: metrics[at] ?? [] })),
    )
    const expected = dynamicBatch(rounds, { groups: 3, maxRounds: 0 })
    for (const concurrency of [1, 3]) {
      const dynamic = new DynamicSampling(PLAN, 3)
      const turns = { groups: 3, concurrency }
      await inRounds(turns, dynamic, new AbortController().signal, async (number) => {
        if (number % 2 === 0) await Promise.resolve()
        dynamic.add(number, groupOf(number, metrics[number] ?? []))
      })
      expect(dynamic.report()).toMatchObject({
        kept: expected.keptByRound.flat(),
        sampled: expected.sampled,
        state: 'full',
      })
    }
  })

  it('drops groups whose mean is outside the band, and outcomes that are not known', () => {
    const dynamic = new DynamicSampling({ ...PLAN, band: { least: 0.3, most: 0.7 } }, 2)
    for (const [number, outcomes] of [
      [1, 0, 0, 0],
      [1, 0],
      [1, 1, 0, null],
      [null, null],
      [0, 1],
    ].entries())
      dynamic.add(number, groupOf(number, outcomes))
    expect(dynamic.report()).toMatchObject({ kept: ['1', '2', '4'], sampled: 5 })
  })

  it('stops at the first group whose episodes have no such outcome, as on a server with other hooks', () => {
    const dynamic = new DynamicSampling({ ...PLAN, outcome: 'sucess' }, 2)
    expect(() => dynamic.add(0, groupOf(0, [1, 0]))).toThrow(expect.objectContaining({ code: 'SIGNAL_MISSING' }))
    expect(() => dynamic.add(0, groupOf(0, []))).not.toThrow()
  })

  it('ends where its budget of groups is used up', async () => {
    const dynamic = new DynamicSampling({ ...PLAN, mostGroups: 5 }, 4)
    await inRounds({ groups: 4, concurrency: 2 }, dynamic, new AbortController().signal, async (number) =>
      dynamic.add(number, groupOf(number, [1, 1])),
    )
    expect(dynamic.report()).toMatchObject({ kept: [], sampled: 5, state: 'exhausted' })
  })
})

describe('stepgym rollout --keep', () => {
  it('samples until as many groups differ as were asked for, and says which and how many it took', async () => {
    const { json } = await runJson([...ARGS, '--keep', 'spread', '--out', 'a'], { folder })
    const { kept, sampled, state, droppedSteps } = json.dynamic
    expect([kept.length, state]).toEqual([3, 'full'])
    const groups = [...readRun(join(folder, 'a')).groups()].map(({ group }) => group)
    expect(groups).toHaveLength(sampled)
    const returns = ({ trajectories }: Group) =>
      trajectories.map(({ steps }) => steps.reduce((sum, { rewards }) => sum + (rewards[0]?.value ?? 0), 0))
    const mixed = groups.filter((group) => new Set(returns(group)).size > 1)
    expect(mixed.map(({ id }) => id)).toEqual(kept)
    const dropped = groups.filter(({ id }) => !kept.includes(id)).flatMap(({ trajectories }) => trajectories)
    expect(droppedSteps).toBe(dropped.reduce((sum, { steps }) => sum + steps.length, 0))
    expect(readRun(join(folder, 'a')).manifest.limits).toMatchObject({ keep: { outcome: 'return' }, mostGroups: 30 })
    const again = await runJson([...ARGS, '--keep', 'spread', '--out', 'b', '--concurrency', '3'], { folder })
    expect(again.json.dynamic).toEqual(json.dynamic)
  })

  it('says when the batch could not be filled', async () => {
    const args = [...ARGS, '--agent', 'expert', '--keep', 'spread', '--most-groups', '4', '--out', 'c']
    const { out, code } = await run(args, { folder })
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/dynamic sampling: kept 0 of 4 groups \(0 %\); \d+ steps in/),
    ])
    expect(out).toContain('the batch is not full: the budget of 4 groups is used up')
  })

  it.each([
    [['--keep', 'spread:least=1,most=0'], /least 1 is above most 0, and keeps nothing/],
    [
      ['--keep', 'spread:outcome=sucess', '--hook', 'success'],
      /SIGNAL_MISSING: .* no signal sucess: did you mean success/,
    ],
    [['--keep', 'spread:outcome=step-cost', '--hook', 'step-cost'], /episodes have no signal step-cost/],
    [['--keep', 'range'], /groups are kept by spread, not range/],
    [['--keep', 'spread:mean=2'], /mean/],
    [['--most-groups', '9'], /is for dynamic sampling: give --keep spread, too/],
    [['--keep', 'spread', '--most-groups', '2'], /less than the 3 groups/],
  ])('refuses %j and records nothing', async (args, message) => {
    const { code, err } = await run([...ARGS, ...args, '--out', 'd'], { folder })
    expect([code, err]).toEqual([1, expect.stringMatching(message)])
  })

  it('compares independent members, and no trees', async () => {
    const args = ['rollout', '--env', 'guess-number', '--sampling', 'tree', '--keep', 'spread', '--out', 'e']
    expect((await run(args, { folder })).err).toContain('--keep compares independent members: leave --sampling out')
  })
})
