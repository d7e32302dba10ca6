import { describe, expect, it } from 'vitest'
import { connect } from '../../agents/remote/gym.ts'
import { rolloutRemote } from '../../agents/remote/rollout.ts'
import type { CategoricalEvidence, Group, Reward, Step } from '../../core/data/types.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { defineRewardHook, hookSet, type RewardHook } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import { readRun } from '../../records/reader.ts'
import { createRun } from '../../records/recorder.ts'
import { recordedStore } from '../../server/hosting/run-store.ts'
import { NO_HOOKS, setupOf } from '../records/scene.ts'
import { dice, settingsOf } from '../support/core-worlds.ts'
import { newFolder } from '../support/folder.ts'
import { served } from '../support/server/client.ts'

const world = await openWorld(dice)
const settings = await settingsOf(dice, { maxSteps: 3 })

/** What JavaScript may hand over where types say otherwise. */
const untyped = <T>(value: unknown): T => value as T

const sampled = { policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 }
const tokens: Agent = {
  name: 'tokens',
  act: ({ history }) => ({
    action: '1',
    evidence: {
      ...{ kind: 'token', ...sampled, promptTokenIds: [1], finishReason: 'stop' },
      ...{ actionTokenIds: [history.length, 9], logProbs: [-1, -2] },
    },
  }),
}

const SCOPES = ['turn', 'outcome', 'process', 'group'] as const
type Scope = (typeof SCOPES)[number]
type Judge = (given: never, context: never) => unknown

const hookOf = (scope: Scope, reward: Judge): RewardHook =>
  untyped({ name: 'hostile', version: 1, scope, maxBatch: 100, timeoutMs: 20, reward })

/** A group of two, judged by this hook, recorded and read back: what is recorded is what was judged. */
async function judgedBy(hook: RewardHook | null): Promise<Group> {
  const folder = newFolder()
  const hooks = hook ? hookSet([hook]) : NO_HOOKS
  const log = createRun(folder, setupOf(world, hooks))
  const group = await rolloutGroup(world, settings, { groupId: 'g', size: 2, agent: tokens, hooks, runKey: 'key', log })
  log.close()
  expect([...readRun(folder).groups()].map((read) => read.group)).toStrictEqual([group])
  return group
}

/** A group of two that was played, judged and recorded on a server, as its client has it. */
async function servedGroup(hooks: readonly RewardHook[]): Promise<Group> {
  const folder = newFolder()
  const set = hookSet(hooks)
  const runStoreOf = (world: World) => recordedStore(folder, { world, agent: 'clients', hooks: set }, {})
  const server = await served([dice], { hooks, runStoreOf })
  const gym = await connect(server.url)
  const group = await rolloutRemote(gym, { size: 2, maxSteps: 3 }, { agent: tokens })
  await gym.close()
  await server.close('the test is over')
  const recorded = [...readRun(folder).groups()].flatMap((read) => rewardsIn(read.group))
  expect(recorded.map(namedValue).sort()).toEqual(rewardsIn(group).map(namedValue).sort())
  return group
}

const namedValue = ({ name, value }: Reward): string => `${name} ${value}`

const rewardsIn = ({ trajectories }: Group): readonly Reward[] =>
  trajectories.flatMap(({ steps, rewards }) => [...steps.flatMap((step) => step.rewards), ...rewards])
const hostileIn = (group: Group): readonly Reward[] => rewardsIn(group).filter(({ name }) => name === 'hostile')
const ofFirstMember = ({ trajectories }: Group): readonly (number | null | undefined)[] =>
  trajectories[0]?.steps.map(({ rewards }) => rewards.find(({ name }) => name === 'hostile')?.value) ?? []

const asProxy = (target: object): unknown =>
  new Proxy(target, {
    get(list, key, receiver) {
      if (key === 'map' || key === Symbol.iterator || key === 'every') throw new Error('no')
      return Reflect.get(list, key, receiver)
    },
  })
class Twisted extends Array<unknown> {
  override map(): never {
    throw new Error('twisted')
  }
  override [Symbol.iterator](): never {
    throw new Error('twisted')
  }
  toJSON(): unknown {
    return 'twisted'
  }
}
function flipping(): unknown {
  let asked = 0
  return Object.defineProperty([1, 1, 1], 1, { get: () => (asked++ === 0 ? 7 : 'changed'), enumerable: true })
}
const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic
const unreadable = new Proxy({}, { get: () => expect.fail('read'), ownKeys: () => Reflect.ownKeys({}) })

describe('what a hook returns', () => {
  const answers: readonly (readonly [string, unknown])[] = [
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 10n ** 400n],
    ['a number object', Object(1)],
    ['an object with toJSON', { toJSON: () => 1 }],
    ['an object with valueOf', { valueOf: () => 1 }],
    ['a cyclic object', cyclic],
    ['megabytes', 'x'.repeat(5_000_000)],
    ['a symbol', Symbol('x')],
    ['a proxy', unreadable],
    ['a revoked proxy', revoked()],
    ['an object whose text throws', { toString: () => expect.fail('asked') }],
    ['a list', [1, 1, 1]],
    [
      'a promise whose then returns no promise',
      Object.assign(
        Promise.resolve(1),
        withThen(() => 5),
      ),
    ],
    ['a thenable that answers twice', withThen(twice)],
    ['a thenable that answers nonsense', withThen((done) => done(cyclic))],
    ['a sparse list as long as lists get', { perStep: new Array(2 ** 32 - 1), perTrajectory: new Array(2 ** 32 - 1) }],
    ['a list that claims to be endless', { perStep: endless(), perTrajectory: endless() }],
    ['lists that claim to be endless', { perStep: [1, 1, 1, 1, 1, 1], perToken: Array.from({ length: 6 }, endless) }],
    ['lists in lists in lists', { perStep: [[[1]]], perTrajectory: [[[1]]] }],
  ]
  it.each(answers.flatMap(([name, answer]) => SCOPES.map((scope) => [scope, name, answer] as const)))(
    'of scope %s is null with a reason if it is %s, and the record reads',
    async (scope, _, answer) => {
      const judged = hostileIn(await judgedBy(hookOf(scope, () => answer)))
      expect(judged.length).toBeGreaterThan(0)
      for (const reward of judged.filter(({ value }) => value !== 1)) {
        expect(reward).toMatchObject({ value: null, reason: expect.stringMatching(/^(threw|not-finite|lapsed)$/) })
        expect(JSON.stringify(reward).length).toBeLessThan(500)
      }
    },
  )

  it.each(answers)('on a server is null with a reason if it is %s, and the record reads', async (_, answer) => {
    const group = await servedGroup(
      SCOPES.map((scope) => ({ ...hookOf(scope, () => answer), name: `hostile-${scope}` })),
    )
    const judged = rewardsIn(group).filter(({ name }) => name.startsWith('hostile-'))
    expect(new Set(judged.map(({ name }) => name)).size).toBe(SCOPES.length)
    for (const reward of judged.filter(({ value }) => value !== 1)) {
      expect(reward).toMatchObject({ value: null, reason: expect.stringMatching(/^(threw|not-finite|lapsed)$/) })
    }
  })

  it('is read by position: holes are null, and objects with a class or getters are read once', async () => {
    const values = async (perStep: unknown) => {
      const group = await judgedBy({
        ...untyped<RewardHook & { scope: 'process' }>(hookOf('process', () => ({ perStep }))),
        maxBatch: 3,
      })
      return ofFirstMember(group)
    }
    const holed = [1, 2, 3]
    delete holed[1]
    expect(await values(holed)).toEqual([1, null, 3])
    expect(await values([1, -0, 3])).toEqual([1, 0, 3])
    expect(await values(asProxy([1, 2, 3]))).toEqual([1, 2, 3])
    expect(await values(Twisted.from([1, 2, 3]))).toEqual([1, 2, 3])
    expect(await values(new Float64Array([1, 2, 3]))).toEqual([null, null, null])
    expect(
      ofFirstMember(
        await judgedBy({
          ...untyped<RewardHook>(hookOf('process', () => ({ perStep: flipping() }))),
          ...{ maxBatch: 3 },
        }),
      ),
    ).toEqual([1, 7, 1])
  })

  it('of token values is one finite number a token, or its step has none', async () => {
    const tokenValues = async (...lists: readonly unknown[]) => {
      const hook = hookOf('process', () => ({ perStep: [1, 1, 1], perToken: lists }))
      const [first] = (await judgedBy(untyped({ ...hook, maxBatch: 3 }))).trajectories
      return first?.steps.map(({ rewards }) => rewards.at(-1)?.perToken ?? rewards.at(-1)?.value)
    }
    const holed = [1, 2]
    delete holed[0]
    expect(await tokenValues([1, -0], null, Twisted.from([3, 4]))).toEqual([[1, 0], 1, [3, 4]])
    expect(await tokenValues([1], [1, Number.NaN], holed)).toEqual([null, null, null])
    expect(await tokenValues([1, '2'], new Float64Array([1, 2]), [1, 2, 3])).toEqual([null, null, null])
  })

  it('cannot change after it was returned', async () => {
    const kept: number[][] = []
    const hook = hookOf('process', (steps: readonly Step[]) => {
      const perToken = steps.map(() => [1, 2])
      kept.push(...perToken)
      return { perStep: steps.map(() => 1), perToken }
    })
    const group = await judgedBy(hook)
    for (const list of kept) list.length = 0
    expect(group.trajectories[0]?.steps[0]?.rewards.at(-1)).toMatchObject({ perToken: [1, 2] })
  })
})

describe('what a hook is given', () => {
  /** Tries to change whatever it can reach, and swallows what that throws. */
  function vandalised(...given: readonly unknown[]): void {
    const seen = new Set<unknown>()
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return
      seen.add(value)
      if (Array.isArray(value)) {
        for (const change of ['reverse', 'shift', 'pop', 'sort'] as const) attempt(() => value[change]())
        attempt(() => value.push('more'))
      }
      for (const key of Object.keys(value)) {
        visit(Reflect.get(value, key))
        attempt(() => Reflect.set(value, key, 'changed'))
        attempt(() => Reflect.deleteProperty(value, key))
      }
      attempt(() => Object.assign(value, { value: 1e9, logProb: 1e9 }))
    }
    for (const each of given) visit(each)
  }
  function attempt(act: () => unknown): void {
    try {
      act()
    } catch {}
  }

  it.each(SCOPES)('of scope %s it cannot change: the record is as without the hook', async (scope) => {
    const without = await judgedBy(null)
    const group = await judgedBy(
      hookOf(scope, (given: unknown, context: { history?: unknown; options: unknown; grades?: () => unknown }) => {
        vandalised(given, context.history, context.options, context.grades?.())
        return null
      }),
    )
    const bare = ({ trajectories }: Group) =>
      trajectories.map(({ steps, rewards, ...rest }) => ({
        ...rest,
        rewards: rewards.filter(({ name }) => name !== 'hostile'),
        steps: steps.map((step) => ({ ...step, rewards: step.rewards.filter(({ name }) => name !== 'hostile') })),
      }))
    expect(bare(group)).toEqual(bare(without))
    expect(hostileIn(group).every((reward) => reward.value === null && 'reason' in reward)).toBe(true)
  })

  it('is not what an agent keeps: evidence that it changes later stays as it was', async () => {
    const logProbs = [-1, -2]
    const actions = ['1', '2']
    const sloppy: Agent = {
      name: 'sloppy',
      act() {
        logProbs[0] = (logProbs[0] ?? 0) - 1
        const evidence = {
          kind: 'categorical',
          ...sampled,
          actions,
          index: 0,
          logProb: logProbs[0] ?? 0,
          logProbs,
        } as const
        return { action: '1', evidence }
      },
    }
    const { trajectories } = await rolloutGroup(world, settings, {
      ...{ groupId: 'g', size: 1, agent: sloppy, hooks: NO_HOOKS, runKey: 'key' },
    })
    const evidence = trajectories[0]?.steps.map((step) => step.evidence as CategoricalEvidence)
    expect(evidence?.map((each) => each.logProbs?.[0])).toEqual([-2, -3, -4])
    expect(actions).toEqual(['1', '2'])
  })

  it('are read by each hook separately: a change by one hook does not reach another', async () => {
    const first = defineRewardHook({
      name: 'first',
      version: 1,
      scope: 'turn',
      reward(_, { grades }) {
        attempt(() => Object.assign(grades(), { total: -1 }))
        return null
      },
    })
    const second = defineRewardHook({
      name: 'hostile',
      version: 1,
      scope: 'turn',
      reward: (_, { grades }) => grades().total ?? null,
    })
    const { trajectories } = await rolloutGroup(world, settings, {
      ...{ groupId: 'g', size: 1, agent: tokens, hooks: hookSet([first, second]), runKey: 'key' },
    })
    for (const { rewards } of trajectories[0]?.steps ?? []) expect(rewards.at(-1)?.value).toBeGreaterThanOrEqual(0)
  })

  it('is its name, version and options as they were when the run began', async () => {
    const shifty: RewardHook = untyped({
      name: 'hostile',
      version: 1,
      scope: 'turn',
      reward() {
        Object.assign(this, { name: 'env', version: Number.NaN })
        return 1
      },
    })
    expect(hostileIn(await judgedBy(shifty)).map(({ name, version }) => [name, version])).toEqual(
      Array.from({ length: 6 }, () => ['hostile', 1]),
    )
  })
})

describe('an invalid hook', () => {
  it.each([{ name: 'a'.repeat(1000) }, { name: 'env' }, { version: Number.NaN }, { options: { map: new Map() } }])(
    'is refused with its set: %o',
    (part) => {
      const hook = { ...hookOf('turn', () => 1), ...untyped<object>(part) }
      expect(() => hookSet([untyped<RewardHook>(hook)])).toThrow(expect.objectContaining({ code: 'HOOK_INVALID' }))
    },
  )
})

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

/** What can be awaited is what has a `then`. */
function withThen(then: (done: (value: unknown) => void) => unknown): object {
  return Object.fromEntries([['then', then]])
}

function twice(done: (value: unknown) => void): void {
  done(cyclic)
  done(2)
}

function endless(): unknown {
  return new Proxy([], { get: (_, key) => (key === 'length' ? 1e9 : 1) })
}
