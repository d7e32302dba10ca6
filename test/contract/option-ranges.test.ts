import { describe, expect, it } from 'vitest'
import { type OptionRanges, withoutRange } from '../../core/data/options.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import { withOptions } from '../../core/reward/hook.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { MODES, samplingMode } from '../../core/sampling/modes.ts'
import { agents, environments, estimators, hooks } from '../../registry/index.ts'

interface Catalog<T> {
  names(): readonly string[]
  load(name: string): Promise<T>
}

const loaded = <T>(catalog: Catalog<T>): Promise<readonly (readonly [string, T])[]> =>
  Promise.all(catalog.names().map(async (name) => [name, await catalog.load(name)] as const))

const nested = ([name = '', ...rest]: readonly string[], value: number): JsonObject => ({
  [name]: rest.length === 0 ? value : nested(rest, value),
})

/** For each range its option beyond each end. Refused by the range alone: nothing is made of it. */
const outside = (ranges: OptionRanges = {}): readonly (readonly [path: string, options: JsonObject])[] =>
  Object.entries(ranges).flatMap(([path, [least, greatest]]) =>
    [least - Math.abs(least) - 1, greatest + Math.abs(greatest) + 1, 1e300].map(
      (value) => [path, nested(path.split('.'), value)] as const,
    ),
  )

const refusal = (path: string, owner: string) =>
  expect.objectContaining({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(new RegExp(`^option ${path.replaceAll('.', '\\.')} of .*${owner}.* is from `)),
  })

describe.each(await loaded(environments()))('the environment %s', (name, environment) => {
  const { options, ranges } = environment

  it('has a range for every option that may be a number', () => {
    expect(withoutRange(options, ranges)).toEqual([])
  })

  it('refuses what is out of range before it opens anything', async () => {
    const opens = { ...environment, resources: () => expect.unreachable('it was opened') }
    for (const [path, chosen] of outside(ranges))
      await expect(openWorld(opens, chosen)).rejects.toEqual(refusal(path, name))
    expect(Object.keys(ranges ?? {}).length > 0).toBe(withoutRange(options).length > 0)
  })
})

describe.each(await loaded(hooks()))('the reward hook %s', (name, hook) => {
  it('has a range for every option that may be a number, and refuses what is out of it', () => {
    expect(withoutRange(hook.options ?? {}, hook.ranges)).toEqual([])
    for (const [path, chosen] of outside(hook.ranges))
      expect(() => withOptions(hook, chosen)).toThrow(refusal(path, name))
  })
})

describe.each(await loaded(agents()))('the agent %s', (name, agent) => {
  it('has a range for every option that may be a number, and refuses what is out of it', () => {
    if (!('create' in agent)) return expect(agent).not.toHaveProperty('options')
    expect(withoutRange(agent.options ?? {}, agent.ranges)).toEqual([])
    for (const [path, chosen] of outside(agent.ranges))
      expect(() => createAgent(agent, chosen)).toThrow(refusal(path, name))
  })
})

describe.each(Object.entries(MODES))('the sampling mode %s', (name, { options, ranges }) => {
  it('has a range for every option that may be a number, and refuses what is out of it', () => {
    expect(withoutRange(options, ranges)).toEqual([])
    for (const [path, chosen] of outside(ranges)) expect(() => samplingMode(name, chosen)).toThrow(refusal(path, name))
  })
})

describe.each(await loaded(estimators()))('the estimator %s', (_, { defaults, ranges }) => {
  it('has a range for every option that may be a number', () => {
    expect(withoutRange(defaults, ranges)).toEqual([])
    for (const [least, greatest] of Object.values(ranges ?? {}))
      expect([least, greatest].every(Number.isFinite)).toBe(true)
  })
})

describe('options without a range', () => {
  it.each<[options: JsonObject, ranges: OptionRanges, without: readonly string[]]>([
    [{ tasks: 3, name: 'a', isOn: true, list: [1] }, {}, ['tasks']],
    [{ tasks: 3, size: null }, { tasks: [1, 3] }, ['size']],
    [{ made: { size: 3, by: { seed: 1 } } }, { 'made.size': [1, 3] }, ['made.by.seed']],
    [{ toString: 1 } satisfies { toString: Json }, {}, ['toString']],
  ])('%j with the ranges %j are %j', (options, ranges, without) => {
    expect(withoutRange(options, ranges)).toEqual(without)
  })
})
