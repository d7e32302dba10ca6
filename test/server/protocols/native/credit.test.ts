import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { batchOfTrajectories } from '../../../../core/batch/index.ts'
import type { World } from '../../../../core/episode/world.ts'
import type { CreditView, GroupCreditRequest } from '../../../../core/protocol/index.ts'
import { defineRewardHook, hookSet } from '../../../../core/reward/hook.ts'
import { readRun } from '../../../../records/index.ts'
import { estimators } from '../../../../registry/index.ts'
import { advantageAt, assignCredit, type Estimator } from '../../../../rewards/credit/index.ts'
import { parseRecipe } from '../../../../rewards/shaping/parse.ts'
import { recordedStore } from '../../../../server/hosting/run-store.ts'
import { served } from '../../../support/server/client.ts'
import { NativeClient, pause } from '../../../support/server/native-client.ts'
import { late, rank, TOKENS } from '../../../support/server/native-worlds.ts'
import { echo } from '../../../support/server/worlds.ts'

const catalog = estimators({ userFolder: tmpdir() })
const all: readonly Estimator[] = await Promise.all(catalog.names().map((name) => catalog.load(name)))
const byName = (name: string): Estimator => all.find((each) => each.name === name) ?? all[0] ?? fail()
const fail = (): never => {
  throw new Error('no estimators')
}

const whole = parseRecipe({
  name: 'ranked',
  version: 1,
  terms: [
    { signal: 'rank', weight: 10, aggregate: 'outcome' },
    { signal: 'late', weight: 0.5 },
  ],
  onNull: 'drop-trajectory',
})
const scheduled = parseRecipe({
  name: 'fading',
  version: 1,
  terms: [{ signal: 'env', weight: 1, schedule: { kind: 'linear', from: 1, to: 0 } }],
  onNull: 'error',
})
const tools = { estimators: all, recipes: [whole, scheduled] }

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** What each member says before it stops. */
const SAID = [['aa', 'b'], ['aa', 'b'], ['aa', 'ccc', 'b'], []]

/** Plays a group with these requests, each member in its words; null for one that breaks. */
async function played(
  client: NativeClient,
  credit: readonly GroupCreditRequest[],
  said: readonly (readonly string[])[] = SAID,
) {
  const { episodes } = await client.ask({ type: 'group', size: said.length, seed: 4, task: 'one', credit })
  for (const [member, words] of said.entries())
    for (const action of [...words, 'stop'])
      await client.ask({ type: 'step', episode: episodes[member]?.episode ?? '', action }).catch(() => {})
  return client.event('group.closed')
}

const valuesOf = ({ members }: CreditView) => members?.map(({ advantages }) => advantages)

async function asked(credit: readonly GroupCreditRequest[], said?: readonly (readonly string[])[]) {
  const server = await served([echo], { ...tools, hooks: [late, rank] })
  return played(new NativeClient(`${server.url}/echo/ws`), credit, said)
}

describe('credit over the native dialect', () => {
  it('is to the last bit what the recorded run has by the same estimators', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stepgym-credit-'))
    folders.push(folder)
    const hooks = [late, rank]
    const runStoreOf = (world: World) => recordedStore(folder, { world, agent: 'clients', hooks: hookSet(hooks) }, {})
    const server = await served([echo], { ...tools, hooks, runStoreOf })
    const requests: readonly GroupCreditRequest[] = [
      { estimator: 'gigpo', options: { gamma: 0.9 } },
      { estimator: 'gigpo', as: 'gigpo by likeness', options: { enableSimilarity: true, similarityThresh: 0.5 } },
      { estimator: 'hgpo' },
      { estimator: 'oprl', options: { process: 'late' } },
      { estimator: 'grpo', as: 'shaped', recipe: 'ranked' },
    ]
    const closed = await played(new NativeClient(`${server.url}/echo/ws`), requests)
    await server.close()
    const batch = batchOfTrajectories([...readRun(folder).trajectories()].map(({ trajectory }) => trajectory))
    expect(closed.credit.map(({ as }) => as)).toEqual(['gigpo', 'gigpo by likeness', 'hgpo', 'oprl', 'shaped'])
    for (const [at, { estimator, options = {}, recipe }] of requests.entries()) {
      const shaping = recipe === undefined ? null : { recipe: whole }
      const [assigned] = assignCredit(batch, [{ estimator: byName(estimator), options }], shaping)
      const { members, diagnostics, reason } = closed.credit[at] ?? fail()
      expect(reason).toBeNull()
      expect(diagnostics).toEqual(JSON.parse(JSON.stringify(assigned?.credit?.diagnostics)))
      for (const [place, { episode, member, advantages, reason: gap }] of members?.entries() ?? []) {
        const row = batch.trajectories.starts[batch.trajectories.ids.indexOf(episode)] ?? -1
        expect({ episode, member, gap }).toEqual({ episode: closed.members[place]?.episode, member: place, gap: null })
        expect(advantages).toHaveLength(closed.members[place]?.steps.length ?? -1)
        expect(advantages).toEqual(advantages.map((_, t) => assigned?.credit && advantageAt(assigned.credit, row + t)))
      }
      expect(new Set(members?.flatMap(({ advantages }) => advantages)).size).toBeGreaterThan(2)
    }
  })

  it('is given for a group that is joined, on the terms of its first member', async () => {
    const server = await served([echo], { ...tools, hooks: [late] })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const credit = [{ estimator: 'rloo' }]
    const first = await client.ask({ type: 'reset', group: { id: 'g', size: 2, credit } })
    const other = { type: 'reset', group: { id: 'g', credit: [{ estimator: 'grpo' }] } } as const
    await expect(client.ask(other)).rejects.toThrow('GROUP_INVALID: group "g": it has other credit')
    const second = await client.ask({ type: 'reset', group: { id: 'g', credit } })
    for (const { episode } of [first, second]) await client.ask({ type: 'step', episode, action: 'stop' })
    expect((await client.event('group.closed')).credit.map(valuesOf)).toEqual([[[0], [0]]])
  })

  it('leaves aborted members out, and says why a step has none', async () => {
    const declining = defineRewardHook({
      name: 'shy',
      version: 1,
      scope: 'process',
      maxBatch: 4,
      reward: (steps) => ({ perStep: steps.map(({ action, index }) => (action === 'x' ? null : index)) }),
    })
    const server = await served([echo], { ...tools, hooks: [declining] })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const request = { estimator: 'grpo', options: { episode: 'shy', onNull: 'drop-row' } }
    const closed = await played(
      client,
      [request, { estimator: 'rloo', options: { onNull: 'drop-row' } }],
      [['a'], ['throw'], ['x', 'b'], ['a', 'b', 'c']],
    )
    const [abortedOne] = closed.aborted
    expect(abortedOne).toMatchObject({ member: 1, ending: 'aborted' })
    const [shy, own] = closed.credit
    expect(shy?.members?.map(({ member, reason }) => [member, reason])).toEqual([
      [0, null],
      [2, 'shy of step 0 is null: declined'],
      [3, null],
    ])
    expect(valuesOf(shy ?? fail())?.[1]).toEqual([null, null, null])
    expect(own?.members?.every(({ reason }) => reason === null)).toBe(true)
    expect(own?.diagnostics?.leftOut).toEqual({ aborted: 1, empty: 0 })
  })

  it('says why a group has none, by each estimator for itself', async () => {
    const { credit } = await asked(
      [{ estimator: 'grpo' }, { estimator: 'prime', options: { outcome: 'env', process: 'late' } }],
      [['a']],
    )
    expect(credit.map(({ members, reason }) => [members, reason])).toEqual([
      [null, { code: 'SIGNAL_MISSING', message: 'too few trajectories are usable (1; a group needs 2)' }],
      [null, { code: 'SIGNAL_MISSING', message: 'too few trajectories are usable (1; a group needs 2)' }],
    ])
    const [none] = (await asked([{ estimator: 'grpo' }], [['throw'], ['throw']])).credit
    expect(none).toMatchObject({
      members: null,
      reason: { message: 'all trajectories were aborted (2): none has steps to credit' },
      diagnostics: null,
    })
  })

  it('waits for late rewards, closes once, and is sent to subscribers', async () => {
    const server = await served([echo], { ...tools, hooks: [late] })
    const looker = new NativeClient(`${server.url}/echo/ws`)
    await looker.ask({ type: 'subscribe', events: ['group.closed'] })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const closed = await played(
      client,
      [{ estimator: 'rloo', options: { episode: 'late', crossSteps: false } }],
      [['a', 'b'], []],
    )
    // 0 + 1 + 2 of the judge that comes after every reply, against 0.
    expect(closed.credit.map(valuesOf)).toEqual([[[3, 3, 3], [-3]]])
    expect((await looker.event('group.closed')).credit).toEqual(closed.credit)
    await pause(40)
    expect(client.events('group.closed')).toHaveLength(1)
  })

  it.each<[string, GroupCreditRequest, string]>([
    [
      'an estimator that there is not',
      { estimator: 'grop' },
      'ESTIMATOR_UNKNOWN: this server has no estimator "grop": did you mean grpo',
    ],
    ['a path in its place', { estimator: '../x.ts' }, 'ESTIMATOR_UNKNOWN'],
    [
      'an option that there is not',
      { estimator: 'grpo', options: { nrom: 1 } },
      'CONFIG_INVALID: the estimator grpo has no option nrom',
    ],
    [
      'a value that an option may not have',
      { estimator: 'gigpo', options: { gamma: 2 } },
      'CONFIG_INVALID: the estimator gigpo: gamma should be',
    ],
    [
      'an option of prototypes',
      { estimator: 'gigpo', options: JSON.parse('{"__proto__":1}') },
      'CONFIG_INVALID: the estimator gigpo has no option __proto__',
    ],
    [
      'a signal that no hook makes',
      { estimator: 'mt-grpo' },
      'SIGNAL_MISSING: the batch has no signal turn of steps: it has env, late, rank',
    ],
    [
      'an anchor that the environment has not',
      { estimator: 'gigpo', options: { anchor: 'page' } },
      'SIGNAL_MISSING: the batch has no anchor page: it has text, state',
    ],
    [
      'a recipe that there is not',
      { estimator: 'grpo', recipe: 'x' },
      'HOOK_UNKNOWN: this server has no recipe "x": it has ranked, fading',
    ],
    [
      'a recipe with a schedule but without progress',
      { estimator: 'grpo', recipe: 'fading' },
      'CONFIG_INVALID: recipe fading runs by the progress',
    ],
  ])('is refused when the group opens, for %s', async (_, request, message) => {
    const server = await served([echo], { ...tools, hooks: [late, rank] })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const credit = [{ estimator: 'grpo' }, { ...request, as: 'other' }]
    await expect(client.ask({ type: 'group', size: 2, credit })).rejects.toThrow(message)
    await expect(client.ask({ type: 'reset', group: { id: 'g', size: 2, credit } })).rejects.toThrow(message)
    expect(server.host.counts).toMatchObject({ episodes: 0, groups: 0 })
    // The session continues.
    expect(
      await client.ask({ type: 'group', size: 1, credit: [{ estimator: 'grpo', recipe: 'fading', progress: 0.5 }] }),
    ).toMatchObject({ size: 1 })
  })

  it.each<[string, unknown]>([
    ['no list', {}],
    ['none', []],
    ['too many', Array.from({ length: 17 }, (_, at) => ({ estimator: 'grpo', as: `${at}` }))],
    ['two of one name', [{ estimator: 'grpo' }, { estimator: 'grpo' }]],
    ['no estimator', [{ as: 'a' }]],
    ['a field that there is not', [{ estimator: 'grpo', option: {} }]],
    ['options within options', [{ estimator: 'grpo', options: { norm: {} } }]],
    ['null as an option', [{ estimator: 'grpo', options: { norm: null } }]],
    ['endless options', [{ estimator: 'grpo', options: { norm: 'x'.repeat(256) } }]],
    [
      'too many options',
      [{ estimator: 'grpo', options: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`o${n}`, n])) }],
    ],
    ['progress beyond its end', [{ estimator: 'grpo', progress: 1.01 }]],
  ])('is refused unread for %s', async (_, credit) => {
    const client = new NativeClient(`${(await served([echo], tools)).url}/echo/ws`)
    const request = { type: 'group', size: 2, credit } as { type: 'group'; size: number }
    await expect(client.ask(request)).rejects.toThrow('FRAME_INVALID')
  })

  it('is for trainers', async () => {
    const tokens = (['agent', 'observer'] as const).map((role) => ({ role, token: TOKENS[role] }))
    const server = await served([echo], { ...tools, tokens })
    for (const { token } of tokens) {
      const client = new NativeClient(`${server.url}/echo/ws`, token)
      const credit = [{ estimator: 'grpo' }]
      await expect(client.ask({ type: 'group', size: 2, credit })).rejects.toThrow('FORBIDDEN')
      await expect(client.ask({ type: 'reset', group: { id: 'g', size: 2, credit } })).rejects.toThrow('FORBIDDEN')
    }
  })

  it('continues beside an estimator that breaks, and that is reported', async () => {
    const broken: Estimator = {
      ...byName('grpo'),
      name: 'broken',
      compute: () => {
        throw new TypeError('a defect')
      },
    }
    const nan: Estimator = {
      ...byName('grpo'),
      name: 'nan',
      compute: (batch, options) => {
        const credit = byName('grpo').compute(batch, options)
        return { ...credit, advantages: credit.advantages.map(() => Number.NaN) }
      },
    }
    const server = await served([echo], { estimators: [...all, broken, nan] })
    const failures: string[] = []
    server.host.listen({ failed: ({ doing, error }) => failures.push(`${doing}: ${error}`) })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { credit } = await played(client, [{ estimator: 'broken' }, { estimator: 'nan' }, { estimator: 'grpo' }])
    expect(credit.map(({ reason }) => reason?.code)).toEqual(['ESTIMATOR_INVALID', 'ESTIMATOR_INVALID', undefined])
    expect(failures).toEqual([
      expect.stringMatching(/^giving group .* its credit: .*a defect/),
      expect.stringMatching(/^giving group .* its credit: .*nan/),
    ])
  })

  it('is kept if only the rewards of steps are more than a frame may hold, and left out with them else', async () => {
    const long = Array.from({ length: 30 }, (_, n) => `${n}`)
    for (const [frameBytesOut, isMet] of [
      [4000, true],
      [1400, false],
    ] as const) {
      const server = await served([echo], { ...tools, hooks: [late], limits: { frameBytesOut } })
      const client = new NativeClient(`${server.url}/echo/ws`)
      const closed = await played(client, [{ estimator: 'rloo' }], [long, []])
      expect(closed.abridged).toContain('in the record')
      expect(closed.members.map(({ steps }) => steps)).toEqual([[], []])
      const [credit] = closed.credit
      if (isMet) expect(credit?.members?.map(({ advantages }) => advantages.length)).toEqual([31, 1])
      else expect(credit).toMatchObject({ members: null, reason: { code: 'FRAME_TOO_LARGE' } })
    }
  })
})
