import { describe, expect, it } from 'vitest'
import { problem, textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * What the compiler must accept and refuse: this file is type-checked with the rest, and an expected error that does
 * not come is itself one.
 */
const step = (state: { readonly n: number }) => ({ state, reward: 0, terminated: false })
const base = { id: 'types@1', maxSteps: 1 } as const

describe('the types of an environment', () => {
  it('need no annotation: state, action, task, options and resources are inferred', () => {
    const shop = defineEnvironment({
      ...base,
      options: { products: 10 },
      action: textAction((text) => (text === '' ? problem('say something') : { verb: text })),
      resources: ({ options }) => ({ catalogue: Array.from({ length: options.products }, (_, i) => `item ${i}`) }),
      tasks: ({ resources }) => ({
        train: resources.catalogue.map((name) => ({ id: name, public: { name }, private: null })),
      }),
      reset: ({ task, resources }) => ({ wanted: task.public.name, count: resources.catalogue.length }),
      step(state, action, { resources }) {
        const isHit: boolean = resources.catalogue.includes(action.verb) && action.verb === state.wanted
        return { state, reward: isHit ? 1 : 0, terminated: true }
      },
      observe: { text: ({ wanted, count }) => `${wanted} of ${count}` },
    })
    expect(shop.options.products.toFixed(0)).toBe('10')
  })

  it('refuse what a state cannot hold', () => {
    const rest = { ...base, action: (raw: unknown) => raw, observe: { text: () => '' } }
    const ended = { reward: 0, terminated: true }
    // @ts-expect-error a state is JSON: no Map
    defineEnvironment({ ...rest, reset: () => ({ seen: new Map([[1, 1]]) }), step: (state) => ({ state, ...ended }) })
    // @ts-expect-error a state is JSON: no function
    defineEnvironment({ ...rest, reset: () => ({ act: () => 1 }), step: (state) => ({ state, ...ended }) })
    // @ts-expect-error a state is an object
    defineEnvironment({ ...rest, reset: () => 5, step: (state) => ({ state, ...ended }) })
    expect(rest.maxSteps).toBe(1)
  })

  it('refuse a state that is changed in place, a missing reward, a missing text, an id without a version', () => {
    const start = { ...base, action: (raw: unknown) => raw, reset: () => ({ n: 0 }) }
    const observe = { text: () => '' }
    defineEnvironment({
      ...start,
      step(state) {
        // @ts-expect-error states are readonly
        state.n = 1
        return { state, reward: 0, terminated: true }
      },
      observe,
    })
    // @ts-expect-error the reward is missing
    defineEnvironment({ ...start, observe, step: (state) => ({ state, terminated: true }) })
    // @ts-expect-error text is missing
    expect(() => defineEnvironment({ ...start, step, observe: { html: () => '' } })).toThrow('no function observe.text')
    // @ts-expect-error step is missing
    expect(() => defineEnvironment({ ...start, observe, stepp: step })).toThrow('types@1 has no function step')
    // @ts-expect-error an id has a version
    expect(() => defineEnvironment({ ...start, observe, step, id: 'types' })).toThrow()
  })
})

describe('the types of a hook', () => {
  it('infer options and refuse a judgement that is not a number', () => {
    const cost = defineRewardHook({
      name: 'cost',
      version: 1,
      scope: 'turn',
      options: { cost: 0.1 },
      reward: (_, { options }) => -options.cost,
    })
    // @ts-expect-error a judgement is a number or null
    defineRewardHook({ name: 'cost', version: 1, scope: 'turn', reward: () => 'much' })
    // @ts-expect-error turn hooks get a step, not a trajectory
    defineRewardHook({ name: 'cost', version: 1, scope: 'turn', reward: ({ steps }) => steps.length })
    expect(cost.name).toBe('cost')
  })
})
