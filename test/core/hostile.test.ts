import { describe, expect, it, vi } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Json } from '../../core/data/types.ts'
import { fullMessageOf } from '../../core/data/user-code.ts'
import {
  type Context,
  defineEnvironment,
  type Environment,
  type EnvironmentSpec,
} from '../../core/episode/environment.ts'
import { fork, replayMoves, restore, snapshotOf, startGroup } from '../../core/episode/fork.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { defineRewardHook, hookSet, type RewardHook } from '../../core/reward/hook.ts'
import type { Agent, AgentContext } from '../../core/rollout/agent.ts'
import { EpisodeRunner } from '../../core/rollout/episode-runner.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { clock, dice, settingsOf, started } from '../support/core-worlds.ts'

const code = (expected: string): unknown => expect.objectContaining({ name: 'GymError', code: expected })
const codeOf = async (act: () => unknown): Promise<unknown> => {
  try {
    return await act()
  } catch (thrown) {
    return thrown instanceof GymError ? thrown.code : thrown
  }
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Not a promise, but it can be awaited, as query builders can. */
const thenable = (value: unknown): unknown =>
  Object.fromEntries([['then', (done: (value: unknown) => void) => done(value)]])
const never = <T>(): Promise<T> => new Promise<T>(() => {})

/** What JavaScript may hand over where types say otherwise. */
const untyped = <T>(value: unknown): T => value as T

type Spec = EnvironmentSpec<{ n: number }, Json, never, Record<string, never>, undefined, undefined>
const counter = (parts: Partial<Spec> = {}): Environment =>
  defineEnvironment({
    id: 'counter@1',
    maxSteps: 5,
    action: (raw) => raw,
    reset: () => ({ n: 0 }),
    step: ({ n }) => ({ state: { n: n + 1 }, reward: 1, terminated: false }),
    observe: { text: ({ n }) => `${n}` },
    examples: ['go'],
    ...parts,
  })

const stepping = (step: unknown, kind: 'sync' | 'async' = 'sync'): Environment =>
  counter({ kind, step: untyped<Spec['step']>(step) })

const going: Agent = { name: 'going', act: () => ({ action: 'go' }) }
const settings = (agent: Agent, hooks: readonly RewardHook[] = []) => ({
  trajectoryId: 't',
  agent,
  hooks: hookSet(hooks),
})
const groupSettings = (agent: Agent, hooks: readonly RewardHook[] = []) => ({
  groupId: 'g',
  size: 2,
  agent,
  hooks: hookSet(hooks),
  runKey: 'key',
})

describe('a state', () => {
  it.each([
    ['null', null],
    ['a text', 'text'],
    ['nothing', undefined],
    ['a Map in what its author froze', Object.freeze({ deep: Object.freeze({ map: new Map() }) })],
    ['a frozen Date', Object.freeze(new Date(0))],
    ['a class without a constructor', Object.create(Object.create(null))],
    ['a list with a hole', { list: [1, undefined, 2].map((item) => item) }],
  ])('is refused where it is %s', async (_, state) => {
    await expect(codeOf(() => started(counter({ reset: untyped<Spec['reset']>(() => state) })))).resolves.toBe(
      'STATE_NOT_PLAIN',
    )
  })

  it('is refused if it contains itself, frozen or not', async () => {
    const knot: { self?: unknown } = {}
    knot.self = knot
    Object.freeze(knot)
    expect(await codeOf(() => started(counter({ reset: untyped<Spec['reset']>(() => knot) })))).toBe('STATE_NOT_PLAIN')
  })

  it('is checked again in a snapshot that was read from elsewhere', async () => {
    const world = await openWorld(dice)
    const saved = snapshotOf(await startEpisode(world, await settingsOf(dice)))
    const broken = { ...saved, state: untyped<typeof saved.state>({ total: new Map() }) }
    expect(await codeOf(() => restore(world, broken))).toBe('STATE_NOT_PLAIN')
  })
})

describe('a transition', () => {
  it.each([
    ['nothing', undefined],
    ['a number', 7],
    ['a reward that is a text', { state: { n: 1 }, reward: '1', terminated: false }],
    ['a reward without a text', { state: { n: 1 }, reward: Object.create(null), terminated: false }],
    ['no word on the end', { state: { n: 1 }, reward: 1 }],
    ['a truncated that is a number', { state: { n: 1 }, reward: 1, terminated: false, truncated: 1 }],
    ['an info that is null', { state: { n: 1 }, reward: 1, terminated: false, info: null }],
    ['an info with a Map', { state: { n: 1 }, reward: 1, terminated: false, info: { map: new Map() } }],
  ])('is refused where it is or has %s', async (_, transition) => {
    const episode = await started(stepping(() => transition))
    expect(() => episode.step('go')).toThrow(code('ENV_INVALID'))
    expect([episode.ending, episode.index]).toEqual(['aborted', 0])
  })

  it('may come as anything that can be awaited', async () => {
    const late = stepping(() => thenable({ state: { n: 9 }, reward: 1, terminated: true }), 'async')
    const episode = await started(late)
    expect(await episode.step('go')).toMatchObject({ terminated: true })
    const liar = await started(stepping(() => thenable(1)))
    expect(() => liar.step('go')).toThrow(code('ENV_ASYNC'))
  })
})

describe('a view, anchor, list or grade that throws', () => {
  const broken = (): never => {
    throw new TypeError('broken')
  }
  it('is the failure of its environment', async () => {
    const episode = await started(counter({ actions: broken, anchors: { page: broken }, grades: broken }))
    expect(() => episode.actions()).toThrow(code('ENV_FAILED'))
    expect(() => episode.anchors()).toThrow(code('ENV_FAILED'))
    expect(() => episode.grades()).toThrow(code('ENV_FAILED'))
    const silent = await started(counter({ observe: { text: broken } }))
    expect(() => silent.text()).toThrow(code('ENV_FAILED'))
  })

  it('is refused if it is not a text', async () => {
    const episode = await started(
      counter({
        observe: { text: untyped<() => string>(() => undefined) },
        anchors: { page: untyped<() => string>(() => 7) },
      }),
    )
    expect(() => episode.text()).toThrow(code('ENV_INVALID'))
    const anchored = await started(counter({ anchors: { page: untyped<() => string>(() => 7) } }))
    expect(() => anchored.anchors()).toThrow(code('ENV_INVALID'))
  })

  it('aborts the episode, even if the last step ended it, and keeps the steps before', async () => {
    const text = ({ n }: { readonly n: number }) => (n === 2 ? broken() : `${n}`)
    const step: Spec['step'] = ({ n }) => ({ state: { n: n + 1 }, reward: 1, terminated: n === 1 })
    const trajectory = await runEpisode(await started(counter({ observe: { text }, step })), settings(going))
    expect(trajectory.ending).toBe('aborted')
    expect(trajectory.endingReason).toMatch(/^ENV_FAILED: view text: the environment threw \(reference/)
    expect(trajectory.steps).toHaveLength(1)
  })

  it('is not blamed on the agent that asked', async () => {
    const asking: Agent = { name: 'asking', act: ({ actions }) => ({ action: actions?.[0] ?? null }) }
    const trajectory = await runEpisode(await started(counter({ actions: broken })), settings(asking))
    expect(trajectory.endingReason).toMatch(/^ENV_FAILED: actions: the environment threw/)
  })
})

describe('a step in progress', () => {
  const slow = (ms: number): Environment =>
    stepping(async ({ n }: { n: number }) => {
      await pause(ms)
      return { state: { n: n + 1 }, reward: 1, terminated: true }
    }, 'async')

  it.each(['abort', 'close'] as const)('is given up by %s, and changes nothing when it comes', async (end) => {
    const episode = await started(slow(20))
    const step = episode.step('go')
    void episode[end]('enough')
    expect(await codeOf(() => step)).toBe('EPISODE_ABORTED')
    await pause(40)
    expect([episode.ending, episode.index, episode.text()]).toEqual(['aborted', 0, '0'])
  })

  it('does not hold up the end of one that never comes', async () => {
    const run = new EpisodeRunner(await started(stepping(() => never(), 'async')), {
      trajectoryId: 't',
      agentName: 'a',
      hooks: hookSet([]),
    })
    const step = run.step('go')
    expect(await run.end()).toMatchObject({ ending: 'aborted', steps: [] })
    expect(await codeOf(() => step)).toBe('EPISODE_ABORTED')
  })

  it('is still taken by an episode that was truncated meanwhile', async () => {
    const episode = await started(slow(5))
    const step = episode.step('go')
    episode.truncate('deadline')
    expect(await step).toMatchObject({ terminated: true, index: 0 })
  })

  it('keeps a second one out while hooks still judge the first, and its end waits for them', async () => {
    const patient = defineRewardHook({
      name: 'patient',
      version: 1,
      scope: 'turn',
      reward: () => pause(10).then(() => 1),
    })
    const run = new EpisodeRunner(await started(counter()), {
      trajectoryId: 't',
      agentName: 'a',
      hooks: hookSet([patient]),
    })
    const first = run.step('go')
    expect(() => run.step('go')).toThrow(code('EPISODE_BUSY'))
    const ended = run.end()
    await first
    expect((await ended).steps).toHaveLength(1)
  })

  it('leaves no timer behind when it is cancelled', async () => {
    vi.useFakeTimers()
    try {
      const controller = new AbortController()
      const episode = await started(
        stepping(() => never(), 'async'),
        { signal: controller.signal },
      )
      const step = codeOf(() => episode.step('go'))
      controller.abort()
      expect(await step).toBe('EPISODE_ABORTED')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('has all the time there is where its limit is Infinity', async () => {
    const episode = await started(slow(20), { stepTimeoutMs: Number.POSITIVE_INFINITY })
    expect(await episode.step('go')).toMatchObject({ terminated: true })
  })
})

describe('effects', () => {
  const asking = (step: Spec['step'], kind: 'sync' | 'async' = 'async'): Environment => counter({ kind, step })
  const taken = { state: { n: 1 }, reward: 0, terminated: false }

  it.each([
    ['undefined', undefined],
    ['a Date', new Date(0)],
    ['NaN', { deep: Number.NaN }],
    ['a function', () => 1],
  ])('that answer with %s are refused by name', async (_, answer) => {
    const environment = asking(async (_state, _action, { effect }) => {
      await effect(
        'look',
        null,
        untyped<() => Json>(() => answer),
      )
      return taken
    })
    const episode = await started(environment)
    expect(await Promise.resolve(episode.step('go')).catch(fullMessageOf)).toMatch(/effect look/)
    expect(episode.endingReason).toMatch(/^ENV_INVALID/)
  })

  it('that are called when their step has returned change nothing that was recorded', async () => {
    let late: (() => MaybePromise<Json>) | undefined
    const environment = asking(async (_state, _action, { effect }) => {
      late = () => effect('late', null, () => 1)
      return taken
    })
    const { effects } = await (await started(environment)).step('go')
    expect(await codeOf(() => late?.())).toBe('ENV_INVALID')
    expect(effects).toEqual([])
  })

  it.each(['sync', 'async'] as const)(
    'are refused if a %s step asks for the first only when it has returned',
    async (kind) => {
      let kept: Context | undefined
      const step: Spec['step'] = (_state, _action, context) => {
        kept = context
        return kind === 'sync' ? taken : Promise.resolve(taken)
      }
      const { effects } = await (await started(asking(step, kind))).step('go')
      let calls = 0
      expect(await codeOf(() => kept?.effect('late', null, () => ++calls))).toBe('ENV_INVALID')
      expect({ effects, calls }).toEqual({ effects: [], calls: 0 })
    },
  )

  it('that a step does not await are refused, and reject unheard', async () => {
    const environment = asking(async (_state, _action, { effect }) => {
      void effect('forgotten', null, () => pause(5).then(() => Promise.reject(new Error('unheard'))))
      return taken
    })
    expect(await codeOf(async () => (await started(environment)).step('go'))).toBe('ENV_INVALID')
    await pause(20)
  })

  it('run no more once their step was given up', async () => {
    const ran: string[] = []
    const environment = asking(async (_state, _action, { effect }) => {
      await effect('first', null, () => pause(30).then(() => 1))
      await effect('second', null, () => ran.push('second'))
      return taken
    })
    const episode = await started(environment, { stepTimeoutMs: 5 })
    expect(await codeOf(() => episode.step('go'))).toBe('ENV_TIMEOUT')
    await pause(50)
    expect(ran).toEqual([])
  })

  it('that run at once are replayed in any order', async () => {
    let isFast = true
    const chained = (effect: Parameters<Spec['step']>[2]['effect'], name: string, ms: number) =>
      Promise.resolve(effect(`${name}1`, null, () => pause(ms).then(() => name))).then(() =>
        effect(`${name}2`, null, () => `${name}!`),
      )
    const environment = asking(async (_state, _action, { effect }) => {
      await Promise.all([chained(effect, 'a', isFast ? 1 : 15), chained(effect, 'b', isFast ? 15 : 1)])
      return taken
    })
    const world = await openWorld(environment)
    const start = await settingsOf(environment)
    const { action, forkPath, effects } = await (await startEpisode(world, start)).step('go')
    expect(effects.map(({ name }) => name)).toEqual(['a1', 'b1', 'a2', 'b2'])
    isFast = false
    for (const kind of ['read', 'compare'] as const) {
      const tape = (index: number) => ({ kind, recorded: index < 0 ? [] : effects })
      expect((await replayMoves(world, start, [{ action, forkPath, effects }], tape)).index).toBe(1)
    }
  })

  it('diverge even if the environment catches what they throw', async () => {
    let question = 'old'
    const environment = asking(async (_state, _action, { effect }) => {
      await Promise.resolve(effect(question, null, () => 1)).catch(() => 0)
      return taken
    })
    const world = await openWorld(environment)
    const start = await settingsOf(environment)
    const move = await (await startEpisode(world, start)).step('go')
    question = 'new'
    const tape = (index: number) => ({ kind: 'read', recorded: index < 0 ? [] : move.effects }) as const
    expect(await codeOf(() => replayMoves(world, start, [move], tape))).toBe('REPLAY_DIVERGED')
  })

  it('keep what was asked and answered, unaffected by later changes', async () => {
    const question = { words: ['one'] }
    const answer = { words: ['two'] }
    const environment = asking(async (_state, _action, { effect }) => {
      await effect('talk', question, () => answer)
      question.words.push('more')
      answer.words.push('more')
      return taken
    })
    const { effects } = await (await started(environment)).step('go')
    expect(effects).toEqual([{ name: 'talk', input: { words: ['one'] }, output: { words: ['two'] } }])
  })

  it('that come late are refused in a synchronous environment', async () => {
    const environment = asking((_state, _action, { effect }) => {
      void effect('late', null, async () => 1)
      return taken
    }, 'sync')
    expect(await codeOf(async () => (await started(environment)).step('go'))).toBe('ENV_ASYNC')
  })

  it('that answer otherwise make a fork diverge, and leave nothing open', async () => {
    const opened: object[] = []
    const closed: object[] = []
    let time = 0
    const driven = defineEnvironment({
      id: 'driven@1',
      kind: 'async',
      maxSteps: 5,
      action: (raw) => raw,
      open: () => {
        opened.push({})
        return opened.at(-1)
      },
      close: (live) => void closed.push(live ?? {}),
      reset: async () => ({ n: 0 }),
      step: async (_, __, { effect }) => ({
        state: { n: await effect('now', null, () => ++time) },
        reward: 0,
        terminated: false,
      }),
      observe: { text: ({ n }) => `${n}` },
    })
    const episode = await started(driven)
    await episode.step('go')
    expect(await codeOf(() => fork(episode))).toBe('REPLAY_DIVERGED')
    await episode.close()
    await episode.close()
    expect([opened.length, closed.length]).toEqual([2, 2])
  })
})

describe('what an environment opens', () => {
  const driven = (open: () => unknown, close: () => unknown): Environment =>
    defineEnvironment({
      id: 'driven@1',
      kind: 'async',
      maxSteps: 2,
      action: (raw) => raw,
      open,
      close: untyped<() => void>(close),
      reset: async () => ({ n: 0 }),
      step: async ({ n }) => ({ state: { n: n + 1 }, reward: 1, terminated: false }),
      observe: { text: ({ n }) => `${n}` },
    })
  const failing = () => Promise.reject(new Error('no such door'))

  it('fails as the environment if it does not open, or not in time', async () => {
    expect(await codeOf(() => started(driven(failing, () => {})))).toBe('ENV_FAILED')
    expect(
      await codeOf(() =>
        started(
          driven(never, () => {}),
          { stepTimeoutMs: 5 },
        ),
      ),
    ).toBe('ENV_TIMEOUT')
  })

  it('is closed if it opens too late', async () => {
    const closed: unknown[] = []
    const late = driven(
      () => pause(20).then(() => 'door'),
      untyped<() => unknown>((door: unknown) => closed.push(door)),
    )
    expect(await codeOf(() => started(late, { stepTimeoutMs: 5 }))).toBe('ENV_TIMEOUT')
    await pause(30)
    expect(closed).toEqual(['door'])
  })

  it('is closed, and waited for if the episode was cancelled', async () => {
    let isClosed = false
    const controller = new AbortController()
    const environment = driven(
      () => 'door',
      () => pause(5).then(() => (isClosed = true)),
    )
    const episode = await started(environment, { signal: controller.signal })
    controller.abort()
    await episode.close()
    expect(isClosed).toBe(true)
  })

  it('takes no trajectory with it if it does not close', async () => {
    for (const close of [failing, never]) {
      const environment = driven(() => 'door', close)
      const world = await openWorld(environment)
      const group = await rolloutGroup(
        world,
        await settingsOf(environment, { stepTimeoutMs: 20 }),
        groupSettings(going),
      )
      expect(group.trajectories.map(({ ending }) => ending)).toEqual(['truncated', 'truncated'])
    }
  })

  it('is closed for all members of a group if one cannot start', async () => {
    let open = 0
    const some = driven(
      () => (open === 2 ? failing() : ++open),
      () => --open,
    )
    const world = await openWorld(some)
    expect(await codeOf(async () => startGroup(world, await settingsOf(some), 4))).toBe('ENV_FAILED')
    await pause(1)
    expect(open).toBe(0)
  })
})

describe('limits', () => {
  it.each([
    { maxSteps: 0 },
    { maxSteps: Number.NaN },
    { maxSteps: Number.POSITIVE_INFINITY },
    { member: -1 },
    { member: 2 ** 31 },
    { member: 0.5 },
    { stepTimeoutMs: Number.NaN },
    { maxActionLength: 0 },
  ])('are refused if invalid: %o', async (extra) => {
    expect(await codeOf(() => started(dice, extra))).toBe('CONFIG_INVALID')
  })

  it.each([0, -1, 1.5, Number.NaN])('refuse a group of %d', async (size) => {
    const world = await openWorld(dice)
    expect(await codeOf(async () => startGroup(world, await settingsOf(dice), size))).toBe('CONFIG_INVALID')
  })

  it('refuse a common future that has no number', async () => {
    const episode = await started(dice)
    expect(await codeOf(() => fork(episode, { rng: 'common', number: Number.NaN }))).toBe('CONFIG_INVALID')
  })

  it('refuse an invalid agent time, and read Infinity as no limit', async () => {
    const limits = (agentMs: number) => ({
      ...settings({ name: 'slow', act: () => pause(5).then(() => ({ action: 'go' })) }),
      limits: { agentMs },
    })
    expect(await codeOf(async () => runEpisode(await started(counter()), limits(Number.NaN)))).toBe('CONFIG_INVALID')
    const trajectory = await runEpisode(await started(counter()), limits(Number.POSITIVE_INFINITY))
    expect(trajectory.endingReason).toBe('maxSteps')
  })
})

describe('an agent', () => {
  const played = async (act: unknown): Promise<string> => {
    const agent: Agent = { name: 'odd', act: untyped<Agent['act']>(act) }
    const { ending, endingReason } = await runEpisode(await started(dice), settings(agent))
    return `${ending} ${endingReason}`
  }

  it('fails if its answer cannot be read', async () => {
    const action = {
      get action(): never {
        throw new Error('not for you')
      },
    }
    expect(await played(() => action)).toBe('aborted AGENT_FAILED: not for you')
    expect(await played(() => 'go')).toMatch(/^aborted AGENT_FAILED: an agent answers/)
    const textless: unknown = Object.create(null)
    expect(await played(() => Promise.reject(textless))).toBe('aborted AGENT_FAILED: something that has no text')
  })

  it('may answer with anything that can be awaited', async () => {
    expect(await played(() => thenable({ action: '1' }))).toMatch(/^truncated/)
  })

  it.each([
    7,
    { kind: 'token' },
    {
      kind: 'token',
      policyId: 'p',
      policyVersion: '1',
      temperature: 1,
      topP: 1,
      promptTokenIds: [],
      actionTokenIds: [1],
      logProbs: [],
      finishReason: 'stop',
    },
    {
      kind: 'categorical',
      policyId: 'p',
      policyVersion: 1,
      temperature: 1,
      topP: 1,
      actions: ['1'],
      index: 0,
      logProb: 0,
    },
    {
      kind: 'categorical',
      policyId: 'p',
      policyVersion: '1',
      temperature: 1,
      topP: 1,
      actions: ['1'],
      index: 3,
      logProb: 0,
    },
    {
      kind: 'categorical',
      policyId: 'p',
      policyVersion: '1',
      temperature: Number.NaN,
      topP: 1,
      actions: ['1'],
      index: 0,
      logProb: 0,
    },
    {
      kind: 'categorical',
      policyId: 'p',
      policyVersion: '1',
      temperature: 1,
      topP: 1,
      actions: [new Map()],
      index: 0,
      logProb: 0,
    },
  ])('takes no step with evidence that no record could carry: %o', async (evidence) => {
    const trajectory = await runEpisode(
      await started(dice),
      settings({ name: 'odd', act: () => ({ action: '1', evidence: untyped(evidence) }) }),
    )
    expect(trajectory).toMatchObject({ ending: 'aborted', steps: [] })
    expect(trajectory.endingReason).toMatch(/^EVIDENCE_INVALID: evidence/)
  })

  it('cannot change the actions that other episodes are offered, nor what it did', async () => {
    const list = ['go', 'stop']
    const vandal = ({ actions, history }: AgentContext) => {
      const done = history[0]?.action
      if (done) Object.assign(done, { changed: true })
      untyped<string[]>(actions).length = 0
      return { action: { go: 1 } }
    }
    const trajectory = await runEpisode(
      await started(counter({ actions: () => list })),
      settings({ name: 'vandal', act: vandal }),
    )
    expect(trajectory.endingReason).toMatch(/^AGENT_FAILED: Cannot/)
    expect(list).toEqual(['go', 'stop'])
  })

  it('is not blamed for a rollout that was cancelled', async () => {
    const controller = new AbortController()
    const episode = await started(dice, { signal: controller.signal })
    const waiting: Agent = { name: 'waiting', act: () => never() }
    const rolled = runEpisode(episode, settings(waiting))
    controller.abort()
    expect(await rolled).toMatchObject({ ending: 'aborted', endingReason: 'cancelled' })
  })

  it('may send an action that only looks like JSON: it is refused', async () => {
    for (const action of [new Date(0), new Map(), { toJSON: () => undefined }, Object.create({ toJSON: () => 'x' })])
      expect(await (await started(dice)).step(action)).toMatchObject({ isActionValid: false, action: null })
  })
})

describe('a hook', () => {
  const textless: unknown = Object.create(null)
  const hook = (scope: RewardHook['scope'], reward: unknown): RewardHook =>
    untyped<RewardHook>({ name: 'odd', version: 1, scope, maxBatch: 8, reward })

  it.each(['turn', 'outcome', 'process', 'group'] as const)(
    'of scope %s may answer anything and stops nothing',
    async (scope) => {
      const answers = [
        undefined,
        null,
        7,
        'x',
        textless,
        [],
        { perStep: 7 },
        { perStep: [textless] },
        { perTrajectory: null },
        { perStep: null, perToken: null },
      ]
      const world = await openWorld(dice)
      for (const answer of answers) {
        const group = await rolloutGroup(
          world,
          await settingsOf(dice),
          groupSettings(going, [hook(scope, () => answer)]),
        )
        expect(group.trajectories).toHaveLength(2)
      }
      const thrower = hook(scope, () => {
        throw textless
      })
      expect(
        (await rolloutGroup(world, await settingsOf(dice), groupSettings(going, [thrower]))).trajectories,
      ).toHaveLength(2)
    },
  )

  it('gives null for a token value that is not a number', async () => {
    const tokens = hook('process', (steps: readonly unknown[]) => ({
      perStep: steps.map(() => 1),
      perToken: steps.map(() => [Number.NaN]),
    }))
    const group = await rolloutGroup(await openWorld(dice), await settingsOf(dice), groupSettings(going, [tokens]))
    expect(group.trajectories[0]?.steps[0]?.rewards.at(-1)).toMatchObject({ value: null, reason: 'not-finite' })
  })

  it('cannot change what is recorded', async () => {
    const vandal = hook('turn', (step: Record<string, unknown>, { history }: { history: unknown[] }) => {
      if (history.length > 0) history.length = 0
      step.observation = 'rewritten'
    })
    const trajectory = await runEpisode(await started(counter()), settings(going, [vandal]))
    expect(trajectory.steps.map(({ observation }) => observation)).toEqual(['0', '1', '2', '3', '4'])
    expect(trajectory.steps.every(({ rewards }) => rewards[1]?.value === null)).toBe(true)
  })

  it('has the time it asks for, Infinity included', async () => {
    const slow = { ...hook('turn', () => pause(5).then(() => 1)), timeoutMs: Number.POSITIVE_INFINITY }
    const trajectory = await runEpisode(await started(counter({ maxSteps: 1 })), settings(going, [slow]))
    expect(trajectory.steps[0]?.rewards[1]).toMatchObject({ value: 1 })
  })
})

describe('a log that cannot be written', () => {
  const failing = (at: number): RunLog => {
    let calls = 0
    return {
      episodeStarted() {},
      stepTaken() {
        if (++calls === at) throw new GymError('RECORD_FAILED', 'disk full')
      },
      episodeEnded() {},
      rewardsArrived() {},
      groupClosed() {},
    }
  }

  it('ends the group only when every member has stopped', async () => {
    let steps = 0
    const slow: Agent = { name: 'slow', act: () => pause(1).then(() => ({ action: 'go' })) }
    const world = await openWorld(counter())
    const logged = { ...groupSettings(slow), log: failing(3), onStep: () => void steps++ }
    expect(await codeOf(async () => rolloutGroup(world, await settingsOf(counter()), logged))).toBe('RECORD_FAILED')
    const before = steps
    await pause(20)
    expect(steps).toBe(before)
  })

  it('aborts the episode whose last step it could not take', async () => {
    const ending: Spec['step'] = ({ n }) => ({ state: { n: n + 1 }, reward: 1, terminated: true })
    const episode = await started(counter({ step: ending }))
    expect(await codeOf(() => runEpisode(episode, { ...settings(going), log: failing(1) }))).toBe('RECORD_FAILED')
    expect(episode.ending).toBe('aborted')
  })
})

describe('a world', () => {
  it.each([
    ['resources', { resources: () => Promise.reject(new Error('no data')) }],
    ['tasks', { tasks: () => Promise.reject(new Error('late')).catch(() => 0) }],
    ['digest', { digest: () => JSON.parse('{') }],
  ])('that cannot be opened for its %s says so with a code', async (_, parts) => {
    expect(await codeOf(() => openWorld(counter(untyped<Partial<Spec>>(parts))))).toMatch(/^ENV_(FAILED|INVALID)$/)
  })

  it('finds tasks with odd ids and refuses holes', async () => {
    const list = untyped<{ id: string }[]>([{ id: '__proto__' }, undefined, { id: 'constructor' }, { id: 7 }])
    const { tasks } = await openWorld({ ...dice, tasks: () => ({ train: list, __proto__x: [{ id: '' }] }) })
    expect([tasks.byId('__proto__').id, tasks.byId('constructor').id, tasks.byId('').split]).toEqual([
      '__proto__',
      'constructor',
      '__proto__x',
    ])
    for (const act of [
      () => tasks.at('train', 1),
      () => tasks.at('__proto__', 0),
      () => tasks.byId('toString'),
      () => tasks.byId(untyped<string>(undefined)),
    ])
      expect(act).toThrow(code('TASK_UNKNOWN'))
    expect(() => tasks.at('train', 3)).toThrow(code('ENV_INVALID'))
  })

  it('lets no episode change a task for others', async () => {
    const vandal = counter({
      tasks: () => ({ train: [untyped<never>({ id: 'a', private: { answer: 1 } })] }),
      reset: untyped<Spec['reset']>(({ task }: { task: { private: { answer: number } } }) => {
        task.private.answer = 2
        return { n: 0 }
      }),
    })
    expect(await codeOf(() => started(vandal))).toBe('ENV_FAILED')
  })

  it('takes no parser that answers late', async () => {
    const late = await started(counter({ action: untyped<Spec['action']>(async () => 1) }))
    expect(() => late.step('go')).toThrow(code('ENV_INVALID'))
  })
})

describe('clocks', () => {
  it('abort their episode when they fail, and say what failed', async () => {
    const episode = await started(clock(() => (time++ === 0 ? 1 : Promise.reject(new Error('stopped')))))
    expect(await Promise.resolve(episode.step('tick')).catch(fullMessageOf)).toMatch(
      /^step 0: .*\(reference .*\): stopped$/,
    )
    expect(episode.endingReason).toMatch(/^EFFECT_FAILED: step 0: an effect that a step depends on failed/)
  })
  let time = 0
})
