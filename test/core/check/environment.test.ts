import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'
import { dice } from '../../support/core-worlds.ts'

const resultsOf = async (environment: Environment): Promise<readonly CheckResult[]> => {
  const results: CheckResult[] = []
  for await (const result of checkEnvironment(environment)) results.push(result)
  return results
}
const brokenRules = async (environment: Environment): Promise<readonly string[]> =>
  (await resultsOf(environment)).filter(({ status }) => status === 'failed').map(({ rule }) => rule)

/** A counter that keeps the contract; each test breaks one rule of it. */
const counter = {
  id: 'counter@1',
  maxSteps: 6,
  action: (raw: unknown) => raw,
  reset: () => ({ n: 0 }),
  step: ({ n }: { readonly n: number }) => ({ state: { n: n + 1 }, reward: 0, terminated: false }),
  observe: { text: ({ n }: { readonly n: number }) => `${n}` },
  actions: () => ['on'],
} as const

const listWithGetter = () => ({ list: Object.defineProperty([0], 0, { get: () => 1 }) })

let shared = 0
const drifting = {
  ...counter,
  step: ({ n }: { readonly n: number }) => ({ state: { n: n + shared++ }, reward: 0, terminated: false }),
}

describe('checkEnvironment', () => {
  it('finds nothing in an environment that keeps the contract', async () => {
    expect(await brokenRules(defineEnvironment(counter))).toEqual([])
    expect(await brokenRules(dice)).toEqual([])
  })

  it.each<readonly [string, Environment, RegExp]>([
    [
      'two tasks with one id',
      defineEnvironment({ ...counter, tasks: () => ({ train: [{ id: 'a' }], test: [{ id: 'a' }] }) }),
      /tasks/,
    ],
    [
      'an id that finds another task',
      defineEnvironment({
        ...counter,
        tasks: () => ({ train: Object.assign([{ id: 'a' }, { id: 'b' }], { indexOfId: () => 0 }) }),
      }),
      /tasks/,
    ],
    [
      'a state with a getter',
      defineEnvironment({
        ...counter,
        reset: () => ({
          get n() {
            return 0
          },
        }),
      }),
      /same trajectory/,
    ],
    [
      'a list with a getter in a state',
      defineEnvironment({
        ...counter,
        reset: (): { readonly n: number } => ({ n: 0, ...listWithGetter() }),
      }),
      /survive JSON/,
    ],
    ['an empty split', defineEnvironment({ ...counter, tasks: () => ({ train: [] }) }), /tasks/],
    ['state outside the state', defineEnvironment(drifting), /same trajectory/],
    [
      'Math.random',
      defineEnvironment({ ...counter, step: () => ({ state: { n: Math.random() }, reward: 0, terminated: false }) }),
      /same trajectory/,
    ],
    ['a viewKey that different pages share', defineEnvironment({ ...counter, viewKey: () => 'same' }), /views/],
    [
      'a view that reads a clock',
      defineEnvironment({ ...counter, observe: { text: () => `${performance.now()}` } }),
      /same trajectory|views/,
    ],
    [
      'a listed action that is refused',
      defineEnvironment({
        ...counter,
        step: ({ n }: { readonly n: number }) => ({ state: { n }, reward: 0, terminated: false, isActionValid: false }),
      }),
      /lists actions/,
    ],
    ['nothing to do', defineEnvironment({ ...counter, actions: () => [] }), /lists actions/],
    [
      'a misspelt key',
      defineEnvironment({
        ...counter,
        step: ({ n }: { readonly n: number }) => ({
          state: { n: n + 1 },
          reward: 0,
          terminated: false,
          trunkated: true,
        }),
      }),
      /same trajectory/,
    ],
    [
      'a schema that validates asynchronously',
      defineEnvironment({ ...counter, action: { '~standard': { validate: async () => ({ value: 1 }) } } }),
      /same trajectory/,
    ],
    [
      'a promise from a synchronous environment',
      defineEnvironment({
        ...counter,
        step: async ({ n }: { readonly n: number }) => ({ state: { n }, reward: 0, terminated: false }),
      }),
      /same trajectory/,
    ],
    [
      'a private answer in the observation',
      defineEnvironment({
        id: 'leak@1',
        maxSteps: 3,
        action: (raw) => raw,
        tasks: () => ({ train: [{ id: 'a', private: { answer: 'forty-two' } }] }),
        reset: ({ task }) => ({ n: 0, hint: task.private.answer }),
        step: (state) => ({ state, reward: 0, terminated: true }),
        observe: { text: ({ hint }) => `think of ${hint}` },
        actions: () => ['on'],
      }),
      /private/,
    ],
  ])('finds %s', async (_, environment, rule) => {
    expect((await brokenRules(environment)).join('\n')).toMatch(rule)
  })

  it('reports one broken rule if there is nothing to do, and skips what needs an action', async () => {
    const results = await resultsOf(defineEnvironment({ ...counter, actions: () => [] }))
    expect(results.filter(({ status }) => status === 'failed').map(({ rule }) => rule)).toEqual([
      'lists actions that it can read',
    ])
    expect(results.find(({ rule }) => rule === 'stops when it is cancelled')?.status).toBe('skipped')
  })

  it('finds every way in which what an environment hides between resets can show', async () => {
    let hidden = 0
    const forgetful = {
      ...counter,
      reset() {
        hidden = 0
        return { n: hidden }
      },
      step: () => ({ state: { n: ++hidden }, reward: 0, terminated: false }),
    }
    expect(await brokenRules(defineEnvironment(forgetful))).toEqual([
      'keeps episodes separate: concurrent episodes equal single ones',
      'continues from a snapshot as the original does',
      'forks without touching the original, into futures of their own',
    ])
  })

  it('finds a session that cannot be closed once its episode was cancelled, and nothing else', async () => {
    const ending = defineEnvironment({
      ...counter,
      kind: 'async',
      open: () => ({ isOpen: true }),
      close(session) {
        if (!session.isOpen) throw new Error('the session has ended already')
      },
      reset({ signal, live }) {
        signal.addEventListener('abort', () => Object.assign(live, { isOpen: false }))
        return { n: 0 }
      },
    })
    expect(await brokenRules(ending)).toEqual(['stops when it is cancelled'])
  })

  it('finds a step that reads its session beside `effect`, where replay has none, and nothing else', async () => {
    const unrecorded = defineEnvironment({
      ...counter,
      kind: 'async',
      open: () => ({ moves: 0 }),
      step: async (_, __, { effect, live }) => {
        await effect('move', null, async () => ++live.moves)
        return { state: { n: live.moves }, reward: 0, terminated: false }
      },
    })
    expect(await brokenRules(unrecorded)).toEqual(['replays exactly from its tape'])
  })

  it('finds sessions that begin differently for the members of a group, and nothing else', async () => {
    let opened = 0
    const counted = defineEnvironment({
      ...counter,
      kind: 'async',
      fork: 'none',
      open: () => ({ number: opened++ }),
      reset: async ({ effect, live }) => ({ n: await effect('number', null, async () => live.number) }),
    })
    expect(await brokenRules(counted)).toEqual(['starts groups from one state'])
  })

  it('finds a step that throws at an action that is not listed, and nothing else', async () => {
    const strict = {
      ...counter,
      step({ n }: { readonly n: number }, action: unknown) {
        if (action !== 'on') throw new Error(`what is ${typeof action}?`)
        return { state: { n: n + 1 }, reward: 0, terminated: false }
      },
    }
    expect(await brokenRules(defineEnvironment(strict))).toEqual(['takes any bad action as a step that says so'])
  })

  it('says how episodes ended at a limit, and how many actions are listed', async () => {
    const details = new Map((await resultsOf(defineEnvironment(counter))).map(({ rule, detail }) => [rule, detail]))
    expect(details.get('ends by its rules or at its limit, and takes no step after that')).toBe(
      'truncated, truncated, truncated',
    )
    expect(details.get('lists actions that it can read')).toBe('1 at the start')
  })

  it('prints the thrown error, which no agent receives: a private answer in it is not a leak', async () => {
    const throwing = defineEnvironment({
      id: 'leak@2',
      maxSteps: 30,
      action: (raw) => raw,
      tasks: () => ({ train: [{ id: 'a', private: 'forty-two' }] }),
      reset: ({ task }) => ({ n: 0, hint: task.private }),
      step(state) {
        if (state.n === 2) throw new Error(`not ${state.hint}`)
        return { state: { ...state, n: state.n + 1 }, reward: 0, terminated: false }
      },
      observe: { text: ({ n }) => `${n}` },
      actions: () => ['on'],
    })
    const results = await resultsOf(throwing)
    expect(results.find(({ rule }) => /private/.test(rule))?.status).toBe('passed')
    expect(results.find(({ status }) => status === 'failed')?.detail).toMatch(/step 2: not forty-two/)
  })
})
