import { describe, expect, it } from 'vitest'
import { defineRewardHook, hookSet, withOptions } from '../../core/reward/hook.ts'

const cost = defineRewardHook({
  name: 'cost',
  version: 1,
  scope: 'turn',
  options: { cost: 1 },
  reward: (_, { options }) => -options.cost,
})

describe('defineRewardHook', () => {
  it.each([
    ['Step Cost', 1, 'a name is lower case with dashes'],
    ['', 1, 'a name is lower case with dashes'],
    ['env', 1, "env is the environment's own reward"],
    ['cost', 0, 'a version must be a whole number from 1'],
    ['cost', 1.5, 'a version must be a whole number from 1'],
  ])('refuses the name %j with version %j: %s', (name, version, message) => {
    expect(() => defineRewardHook({ name, version, scope: 'turn', reward: () => 0 })).toThrow(
      expect.objectContaining({ code: 'HOOK_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses batches of %d steps, which would never end',
    (maxBatch) => {
      const define = (): unknown =>
        defineRewardHook({ name: 'scorer', version: 1, scope: 'process', maxBatch, reward: () => ({ perStep: [] }) })
      expect(define).toThrow(expect.objectContaining({ code: 'HOOK_INVALID' }))
    },
  )

  it('refuses a hook without its function', () => {
    // @ts-expect-error reward is missing
    const define = (): unknown => defineRewardHook({ name: 'cost', version: 1, scope: 'turn', rewards: () => 0 })
    expect(define).toThrow('it has no function reward')
  })

  it('says that a process hook needs maxBatch', () => {
    const hook: object = { name: 'scorer', version: 1, scope: 'process', reward: () => ({ perStep: [] }) }
    const define = (): unknown => Reflect.apply(defineRewardHook, undefined, [hook])
    const message = expect.stringMatching(
      /scorer.*a process hook needs maxBatch, .*a whole number from 1, not undefined/,
    )
    expect(define).toThrow(expect.objectContaining({ code: 'HOOK_INVALID', message }))
  })
})

describe('withOptions', () => {
  it('makes another hook and leaves the first', () => {
    expect(withOptions(cost, { cost: 2 }).options).toEqual({ cost: 2 })
    expect(cost.options).toEqual({ cost: 1 })
  })

  it('refuses options that the hook does not have, or of another kind', () => {
    const message = expect.stringContaining('reward hook cost')
    for (const chosen of [{ price: 1 }, { cost: '1' }, { cost: null }])
      expect(() => withOptions(cost, chosen)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})

describe('hookSet', () => {
  it('sorts by scope and refuses two of one name', () => {
    const { turn, ...others } = hookSet([cost])
    expect(turn).toMatchObject([{ name: 'cost', version: 1, scope: 'turn', options: { cost: 1 } }])
    expect(others).toEqual({ outcome: [], process: [], group: [] })
    expect(() => hookSet([cost, withOptions(cost, { cost: 2 })])).toThrow(
      expect.objectContaining({ code: 'HOOK_INVALID' }),
    )
  })
})
