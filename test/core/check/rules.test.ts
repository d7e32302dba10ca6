import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import type { Json } from '../../../core/data/types.ts'
import { type ActionParser, problem } from '../../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'

async function failures(environment: Environment): Promise<readonly CheckResult[]> {
  const failed: CheckResult[] = []
  for await (const result of checkEnvironment(environment)) if (result.status === 'failed') failed.push(result)
  return failed
}

interface Counter {
  readonly n: number
  readonly said?: string
}
const next = ({ n }: Counter, said?: string) => ({
  state: { n: n + 1, ...(said !== undefined && { said }) },
  reward: 0,
  terminated: false,
})

/** Keeps the contract; each test breaks it in one place. */
const counter = {
  id: 'counter@1',
  maxSteps: 6,
  action: (raw: Json) => raw,
  reset: (): Counter => ({ n: 0 }),
  step: (state: Counter) => next(state),
  observe: { text: ({ n, said = '' }: Counter) => `${n} ${said}` },
  actions: () => ['on'],
} as const
const HERE = import.meta.url.replace('file://', '')

const SAME = 'gives the same trajectory for the same task, seed and actions'
const OUTSIDE = 'reaches outside only through `effect`, and awaits it'
const PRIVATE = 'shows agents nothing private'

const withSecret = (secret: Json, show: (secret: Json, n: number) => string): Environment =>
  defineEnvironment({
    id: 'secret@1',
    maxSteps: 3,
    action: (raw) => raw,
    tasks: () => ({ train: [{ id: 'a', private: { answer: secret } }] }),
    reset: ({ task }) => ({ n: 0, answer: task.private.answer as string }),
    step: (state) => ({ state: { ...state, n: state.n + 1 }, reward: 0, terminated: false }),
    observe: { text: ({ answer, n }) => show(answer, n) },
    actions: () => ['on'],
  })

const clock = (): number => Date.now()

describe('an environment that reaches outside through `effect` keeps the contract', () => {
  it.each<readonly [string, Environment]>([
    [
      'a clock',
      defineEnvironment({ ...counter, step: (state, _, { effect }) => next(state, `${effect('clock', null, clock)}`) }),
    ],
    [
      'a clock at the reset',
      defineEnvironment({
        ...counter,
        reset: ({ effect }): Counter => ({ n: Number(effect('clock', null, clock)) }),
        actions: ({ n }) => [`on from ${n}`],
      }),
    ],
    [
      'a model that never answers twice the same',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state, _, { effect }) =>
          next(state, await effect('model', 'hello', async () => `${Math.random()}`)),
      }),
    ],
    [
      'a file',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state, _, { effect }) => next(state, await effect('read', HERE, () => readFile(HERE, 'utf8'))),
      }),
    ],
    [
      'a session that it can neither copy nor drive again',
      defineEnvironment({
        ...counter,
        kind: 'async',
        fork: 'none',
        open: () => ({ ask: () => `${Math.random()}` }),
        step: async (state, _, { effect, live }) => next(state, await effect('ask', null, () => live.ask())),
      }),
    ],
    [
      'effects that run at once',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state, _, { effect }) => {
          const answers = await Promise.all(
            ['a', 'b'].map((word) => effect('ask', word, async () => `${word}${clock()}`)),
          )
          return next(state, answers.join(' '))
        },
      }),
    ],
  ])('%s', async (_, environment) => {
    expect(await failures(environment)).toEqual([])
  })
})

describe('what breaks the contract is found once, with its place', () => {
  const today = (): string => new Date().toISOString().slice(0, 10)
  const breaking: readonly (readonly [string, Environment, string, RegExp])[] = [
    [
      'a date without a time',
      defineEnvironment({ ...counter, step: (state) => next(state, today()) }),
      SAME,
      /new Date is called in `step` at step 0.*rules\.test\.ts:\d+/,
    ],
    [
      'a clock',
      defineEnvironment({ ...counter, step: (state) => next(state, `${clock()}`) }),
      SAME,
      /Date\.now is called in `step`.*rules\.test\.ts:\d+/,
    ],
    [
      'a clock at the reset',
      defineEnvironment({ ...counter, reset: () => ({ n: performance.now() }) }),
      SAME,
      /performance\.now is called in `reset` at the reset/,
    ],
    [
      'a clock in a view',
      defineEnvironment({ ...counter, observe: { text: () => Date().slice(0, 10) } }),
      SAME,
      /Date is called in `view text`/,
    ],
    [
      'a high-resolution clock',
      defineEnvironment({ ...counter, step: (state) => next(state, `${process.hrtime.bigint()}`) }),
      SAME,
      /process\.hrtime\.bigint/,
    ],
    [
      'chance',
      defineEnvironment({ ...counter, step: (state) => next(state, Math.random() < 1e-9 ? 'rare' : '') }),
      SAME,
      /Math\.random is called.*draw from `rng`/,
    ],
    [
      'a random id',
      defineEnvironment({ ...counter, step: (state) => next(state, crypto.randomUUID()) }),
      SAME,
      /crypto\.randomUUID/,
    ],
    [
      'a clock after an await',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state, _, { effect }) => {
          await effect('wait', null, async () => null)
          return next(state, today())
        },
      }),
      SAME,
      /new Date is called in `step`/,
    ],
    [
      'a state that is changed in place',
      defineEnvironment({
        ...counter,
        step(state) {
          Reflect.apply(Object.assign, null, [state, { n: 9 }])
          return next(state, '')
        },
      }),
      SAME,
      /read only property.*: a state is frozen, so return a new one/,
    ],
    [
      'the load of the machine',
      defineEnvironment({ ...counter, step: (state) => next(state, `${loadavg().length}`) }),
      OUTSIDE,
      /os\.loadavg is called in `step` at step 0: go through `effect`, or read it once in `resources`/,
    ],
    [
      'the working folder',
      defineEnvironment({ ...counter, step: (state) => next(state, process.cwd()) }),
      OUTSIDE,
      /process\.cwd is called in `step`/,
    ],
    [
      'a file',
      defineEnvironment({ ...counter, step: (state) => next(state, readFileSync(HERE, 'utf8').slice(0, 5)) }),
      OUTSIDE,
      /fs\.readFileSync is called in `step` at step 0: go through `effect`.*rules\.test\.ts:\d+/,
    ],
    [
      'a file, later',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state) => next(state, (await readFile(HERE, 'utf8')).slice(0, 5)),
      }),
      OUTSIDE,
      /fs\.promises\.readFile/,
    ],
    [
      'a file in a view',
      defineEnvironment({ ...counter, observe: { text: ({ n }) => `${n}${readFileSync(HERE, 'utf8').length}` } }),
      OUTSIDE,
      /`view text`/,
    ],
    [
      'an effect that is not awaited',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state, _, { effect }) => {
          void effect('log', null, async () => null)
          return next(state)
        },
      }),
      OUTSIDE,
      /at step 0: effect log is not awaited.*rules\.test\.ts:\d+/,
    ],
    [
      'an effect that is not awaited, before one that is',
      defineEnvironment({
        ...counter,
        kind: 'async',
        step: async (state, _, { effect }) => {
          void effect('log', null, async () => null)
          await effect('ask', null, async () => null)
          return next(state)
        },
      }),
      OUTSIDE,
      /effect log is not awaited/,
    ],
    [
      'a private number',
      withSecret(42, (answer) => `not ${answer}`),
      PRIVATE,
      /private\.answer.*view text at the start: not 73941 \(73941 was planted/,
    ],
    [
      'a private number that is an index',
      withSecret(1, (answer) => `${['a', 'b', 'c', 'd'][Number(answer)]?.toUpperCase()} ${answer}`),
      PRIVATE,
      /private\.answer/,
    ],
    [
      'a private number with separators',
      withSecret(5, (answer) => Number(answer).toLocaleString('en')),
      PRIVATE,
      /private\.answer/,
    ],
    ['a private number as text', withSecret('42', (answer) => `${Number(answer)}`), PRIVATE, /private\.answer/],
    [
      'a private text in capitals',
      withSecret('paris', (answer) => `${answer}`.toUpperCase()),
      PRIVATE,
      /private\.answer of the task reaches the agent in view text/,
    ],
    ['a private text, spelt', withSecret('paris', (answer) => [...`${answer}`].join('-')), PRIVATE, /private\.answer/],
    [
      'a private text, backwards',
      withSecret('paris', (answer) => [...`${answer}`].reverse().join('')),
      PRIVATE,
      /private\.answer/,
    ],
    [
      'the beginning of a private text',
      withSecret('paris', (answer) => `${answer}`.slice(0, 14)),
      PRIVATE,
      /private\.answer/,
    ],
    [
      'state outside the state',
      defineEnvironment({ ...counter, step: counting() }),
      SAME,
      /seed 1, at step 0, state\.n is \d+, then \d+/,
    ],
    [
      'a state that is not plain',
      defineEnvironment({ ...counter, step: (state) => ({ ...next(state), state: { n: Number.NaN } }) }),
      SAME,
      /seed 1: at step 0: state\.n is NaN/,
    ],
    [
      'an error',
      defineEnvironment({ ...counter, step: (state) => (state.n === 2 ? next(JSON.parse('{')) : next(state)) }),
      SAME,
      /at step 2: .*JSON.*rules\.test\.ts:\d+/,
    ],
  ]

  it.each(breaking)('%s', async (_, environment, rule, detail) => {
    const found = await failures(environment)
    expect(found).toMatchObject([{ rule, detail: expect.stringMatching(detail) }])
  })

  it('lists every place at once', async () => {
    const step = (state: Counter) => next(state, `${Date.now()}${Math.random()}`)
    const [found] = await failures(defineEnvironment({ ...counter, step }))
    expect(found?.detail.split('\n')).toEqual([
      expect.stringContaining('Date.now'),
      expect.stringContaining('Math.random'),
    ])
  })
})

function counting(): (state: Counter) => ReturnType<typeof next> {
  let calls = 0
  return ({ n }) => next({ n: n + calls++ })
}

describe('what keeps the contract gives no alarm', () => {
  const distance: ActionParser<number> = (raw) => (typeof raw === 'number' ? raw : problem('say a number'))
  it.each<readonly [string, Environment]>([
    ['a counter', defineEnvironment(counter)],
    [
      'dates that are given',
      defineEnvironment({ ...counter, step: (state) => next(state, new Date(86_400_000 * state.n).toISOString()) }),
    ],
    ['a private number that decides', withSecret(42, (answer, n) => (n < Number(answer) ? 'higher' : 'lower'))],
    ['a private number beside public ones', withSecret(2, (_, n) => `step ${n} of 3`)],
    [
      'a private index out of which an error comes',
      withSecret(1, (answer, n) => {
        if (Number(answer) > 9) throw new RangeError(`no ${answer}`)
        return `${n}`
      }),
    ],
    ['a private list', withSecret(['a', 7, true, null], (_, n) => `${n}`)],
    [
      'files that are read once',
      defineEnvironment({
        ...counter,
        resources: () => readFileSync(HERE, 'utf8').length,
        observe: { text: ({ n }, { resources }) => `${n} ${resources}` },
      }),
    ],
    ['a frozen environment', Object.freeze(defineEnvironment({ ...counter, action: distance, actions: () => [1] }))],
  ])('%s', async (_, environment) => {
    expect(await failures(environment)).toEqual([])
  })

  it('leaves the functions of the process as they were', async () => {
    const before = [Date, Date.now, Math.random, readFileSync, globalThis.fetch, performance.now, process.hrtime.bigint]
    await failures(defineEnvironment(counter))
    expect([
      Date,
      Date.now,
      Math.random,
      readFileSync,
      globalThis.fetch,
      performance.now,
      process.hrtime.bigint,
    ]).toEqual(before)
  })
})
