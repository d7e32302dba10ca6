import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as core from '../../core/index.ts'
import type * as sampling from '../../core/sampling/index.ts'
import { packageEntries } from '../support/package-entries.ts'

/**
 * Types that users of each package entry rely on. The compiler checks them with `npm run types`; at run time only the
 * list of entries is checked.
 */
type Entry<Module> = Module
type Default<Module extends { default: unknown }> = Module['default']
type Task = core.TaskDraft

/** Expectations that the compiler has checked: at run time they hold no assertion, so they are not test. */
const checked = (_entries: string, expectations: () => void): void => expectations()

describe('the types of every package entry', () => {
  checked('stepgym', () => {
    type M = Entry<typeof import('stepgym')>
    expectTypeOf<core.Reward['value']>().toEqualTypeOf<number | null>()
    expectTypeOf<core.Ending>().toEqualTypeOf<'terminated' | 'truncated' | 'aborted'>()
    expectTypeOf<ReturnType<M['rolloutGroup']>>().toEqualTypeOf<Promise<core.Group>>()
    expectTypeOf<ReturnType<M['runEpisode']>>().toEqualTypeOf<Promise<core.Trajectory>>()
    expectTypeOf<InstanceType<M['GymError']>['code']>().toEqualTypeOf<core.ErrorCode>()
    expectTypeOf<core.Group['trajectories']>().toEqualTypeOf<readonly core.Trajectory[]>()
  })

  checked('stepgym/record', () => {
    type M = Entry<typeof import('stepgym/record')>
    expectTypeOf<Parameters<M['readRun']>>().toEqualTypeOf<[folder: string]>()
    expectTypeOf<ReturnType<M['createRun']>>().toExtend<core.RunLog>()
  })

  checked('stepgym/server', () => {
    type M = Entry<typeof import('stepgym/server')>
    expectTypeOf<Awaited<ReturnType<M['listen']>>['url']>().toEqualTypeOf<string>()
  })

  checked('stepgym/remote', () => {
    type M = Entry<typeof import('stepgym/remote')>
    expectTypeOf<Parameters<M['connect']>[0]>().toEqualTypeOf<string>()
    expectTypeOf<ReturnType<M['connect']>>().toExtend<Promise<object>>()
  })

  checked('stepgym/credit', () => {
    type M = Entry<typeof import('stepgym/credit')>
    expectTypeOf<ReturnType<M['parseBatch']>>().toEqualTypeOf<import('stepgym/credit').StepBatch>()
    expectTypeOf<ReturnType<M['advantageAt']>>().toEqualTypeOf<number | null>()
    expectTypeOf<ReturnType<M['tokenAdvantagesAt']>>().toEqualTypeOf<readonly number[] | null>()
  })

  checked('stepgym/evaluation', () => {
    type M = Entry<typeof import('stepgym/evaluation')>
    expectTypeOf<Parameters<M['valuesOf']>[1]>().toEqualTypeOf<Float64Array>()
    expectTypeOf<ReturnType<M['advantagesOf']>>().toEqualTypeOf<readonly Float64Array[]>()
  })

  checked('stepgym/oracle', () => {
    type M = Entry<typeof import('stepgym/oracle')>
    expectTypeOf<ReturnType<M['stepValues']>>().toEqualTypeOf<Promise<import('stepgym/oracle').StepValues>>()
  })

  checked('stepgym/sampling', () => {
    type M = Entry<typeof import('stepgym/sampling')>
    expectTypeOf<ReturnType<M['sampleGroup']>>().toEqualTypeOf<Promise<core.Group>>()
    expectTypeOf<ReturnType<M['samplingMode']>>().toEqualTypeOf<sampling.Mode>()
  })

  checked('stepgym/registry', () => {
    type M = Entry<typeof import('stepgym/registry')>
    expectTypeOf<ReturnType<ReturnType<M['hooks']>['load']>>().toEqualTypeOf<Promise<core.RewardHook>>()
    expectTypeOf<ReturnType<ReturnType<M['environments']>['names']>>().toEqualTypeOf<readonly string[]>()
  })

  checked('stepgym/recipes', () => {
    type M = Entry<typeof import('stepgym/recipes')>
    expectTypeOf<ReturnType<M['parseRecipe']>>().toEqualTypeOf<import('stepgym/recipes').Recipe>()
    expectTypeOf<Parameters<M['parseRecipe']>>().toEqualTypeOf<[json: unknown]>()
  })

  checked('hooks: each is a hook of its scope', () => {
    expectTypeOf<Default<typeof import('stepgym/hooks/above-others')>>().toEqualTypeOf<core.GroupHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/confidence')>>().toEqualTypeOf<core.ProcessHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/final-grade')>>().toEqualTypeOf<core.OutcomeHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/format')>>().toEqualTypeOf<core.TurnHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/progress')>>().toEqualTypeOf<core.TurnHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/repeated-state')>>().toEqualTypeOf<core.TurnHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/step-cost')>>().toEqualTypeOf<core.TurnHook>()
    expectTypeOf<Default<typeof import('stepgym/hooks/success')>>().toEqualTypeOf<core.OutcomeHook>()
  })

  checked('agents: each is a factory', () => {
    expectTypeOf<Default<typeof import('stepgym/agents/privileged')>>().toEqualTypeOf<core.AgentFactory>()
    expectTypeOf<Default<typeof import('stepgym/agents/random')>>().toEqualTypeOf<core.AgentFactory>()
    expectTypeOf<Default<typeof import('stepgym/agents/scripted')>>().toEqualTypeOf<core.AgentFactory>()
    expectTypeOf<Default<typeof import('stepgym/agents/shop-expert')>>().toEqualTypeOf<core.AgentFactory>()
    expectTypeOf<Default<typeof import('stepgym/agents/shop-novice')>>().toEqualTypeOf<core.AgentFactory>()
  })

  checked('environments: each opens as one', () => {
    expectTypeOf<Default<typeof import('stepgym/envs/guess-number')>>().toExtend<core.Environment>()
    expectTypeOf<Default<typeof import('stepgym/envs/file-desk')>>().toExtend<core.Environment>()
    expectTypeOf<Default<typeof import('stepgym/envs/grid')>>().toExtend<core.Environment>()
    expectTypeOf<Default<typeof import('stepgym/envs/tools/airline')>>().toExtend<core.Environment>()
    expectTypeOf<Default<typeof import('stepgym/envs/tools/bfcl')>>().toExtend<core.Environment>()
    expectTypeOf<Default<typeof import('stepgym/envs/tools/retail')>>().toExtend<core.Environment>()
    expectTypeOf<Default<typeof import('stepgym/envs/webshop')>>().toExtend<core.Environment>()
    expectTypeOf<Task['id']>().toEqualTypeOf<string>()
  })

  checked('stepgym/envs/webshop/verl', () => {
    type M = Entry<typeof import('stepgym/envs/webshop/verl')>
    expectTypeOf<ReturnType<M['buildPrompt']>>().toEqualTypeOf<string>()
    expectTypeOf<Parameters<M['projectOutput']>>().toEqualTypeOf<[output: string]>()
  })

  it('are tested for each entry of package.json', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    const missing = packageEntries().filter(({ name }) => !text.includes(`import('${name}')`))
    expect(missing).toEqual([])
  })
})
