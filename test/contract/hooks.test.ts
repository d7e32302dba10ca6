import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkHook } from '../../core/check/hook.ts'
import { seal } from '../../core/data/plain.ts'
import type { Group, Json, Reward, Step } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet, type RewardHook } from '../../core/reward/hook.ts'
import { runGroupHook, runOutcomeHooks, runProcessHook, runTurnHooks } from '../../core/reward/run-hooks.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import { agents, hooks } from '../../registry/index.ts'
import { share } from '../support/long.ts'
import { group, listEvidence, signal, step, tokenEvidence, trajectory } from '../support/reward-samples.ts'
import { lineWorld } from './line-world.ts'

const names = hooks().names()
const loaded = await Promise.all(names.map((name) => hooks().load(name)))
const each = loaded.map((hook) => [hook.name, hook] as const)

/** All that a hook says of a group, whatever its scope: of each prefix, trajectory, step or the whole. */
async function judge(
  hook: RewardHook,
  judged: Group,
  grades: Readonly<Record<string, number | null>>,
  truth: Json = null,
): Promise<readonly Reward[]> {
  const { turn, outcome, process, group: late } = hookSet([hook])
  const { trajectories } = judged
  const steps = trajectories.flatMap((whole) => whole.steps)
  const source = { before: () => grades, after: () => grades }
  const turns = trajectories.flatMap((whole) =>
    whole.steps.map((at, index) => runTurnHooks(turn, at, whole.steps.slice(0, index), source, () => truth)),
  )
  const outcomes = trajectories.map((whole) =>
    runOutcomeHooks(
      outcome,
      whole,
      () => grades,
      () => truth,
    ),
  )
  const processes = process.map((scorer) => runProcessHook(scorer, steps))
  const groups = late.map((last) => runGroupHook(last, judged, () => truth))
  const vectors = await Promise.all([...turns, ...outcomes, ...processes])
  const ofGroups = (await Promise.all(groups)).flatMap(({ perTrajectory, perStep }) => [
    ...(perTrajectory ?? []),
    ...(perStep ?? []).flat(),
  ])
  return [...vectors.flat(), ...ofGroups]
}

const valuesOf = (rewards: readonly Reward[]): readonly (number | null)[] => rewards.map(({ value }) => value)

/** A hook may decline; it may not throw, lapse or return anything that is not a number. Changing what is sealed throws. */
function expectSound(rewards: readonly Reward[]): void {
  const failures = rewards.filter((reward) => reward.value === null && reward.reason !== 'declined')
  expect(failures).toEqual([])
}

const BARE = group([
  trajectory({ steps: [step(), step({ index: 1 })] }),
  trajectory({ ending: 'truncated', steps: [step()] }),
  trajectory(),
])

const name = fc.constantFrom('env', 'format', 'success', 'state', 'text', 'progress', 'toString')
/** Turns -0, which no record can hold, into 0. */
const plus0 = (number: number): number => number + 0
const value = fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(plus0), { nil: null })
const rewards = fc
  .dictionary(name, value)
  .map((byName) => Object.entries(byName).map(([key, item]) => signal(key, item)))
const anchors = fc.dictionary(name, fc.constantFrom('a', 'b', ''))
const logProb = fc.double({ min: -50, max: 0, noNaN: true }).map(plus0)
const evidence = fc.oneof(
  logProb.map(listEvidence),
  fc.array(logProb, { maxLength: 4 }).map((each) => tokenEvidence(each)),
)
const json = fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value)))
const toolName = fc.constantFrom('look', 'book', 'respond', '__proto__')
const call = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: toolName, arguments: fc.dictionary(name, json, { maxKeys: 3 }) }) },
  { weight: 1, arbitrary: json },
)
const action = fc.oneof(
  call,
  call.map((each) => JSON.stringify(each)),
  fc.array(call, { maxLength: 3 }).map((calls) => ({ tool_calls: calls })),
  call.map((each) => `<think> x </think>\n<tool_call>\n${JSON.stringify(each)}\n</tool_call>`),
  json,
)
const count = fc.oneof(fc.integer({ min: 0, max: 3 }), json)
const info = fc.record({ calls: count, failed: count, writes: count }, { requiredKeys: [] })
const anyTruth = fc.oneof(fc.record({ calls: fc.array(call, { maxLength: 4 }), answer: fc.string() }), json)
const anyStep: fc.Arbitrary<Partial<Step>> = fc.record(
  {
    action,
    info,
    rewards,
    anchors,
    nextAnchors: anchors,
    evidence,
    isActionValid: fc.boolean(),
  },
  { requiredKeys: [] },
)
const anyTrajectory = fc
  .record({
    given: fc.array(anyStep, { maxLength: 5 }),
    ending: fc.constantFrom('terminated' as const, 'truncated' as const),
    rewards,
  })
  .map(({ given, ...rest }) => trajectory({ ...rest, steps: given.map((known, index) => step({ ...known, index })) }))
const anyGroup = fc.array(anyTrajectory, { maxLength: 4 }).map(group)
const anyGrades = fc.dictionary(name, value)

describe.each(each)('the reward hook %s', (_, hook) => {
  it('is called as its file, and says what it is', () => {
    expect(hook.name).toBe(names[loaded.indexOf(hook)])
    expect(hook.summary).toMatch(/^\S.{10,100}$/)
  })

  it('has options that a record can hold', () => {
    const { options = {} } = hook
    expect(JSON.parse(JSON.stringify(options))).toEqual(options)
  })

  it('keeps the rules that every hook keeps, of any author', async () => {
    const broken = []
    for await (const result of checkHook(hook, lineWorld)) if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })

  it('declines if what it needs is missing', async () => {
    const judged = await judge(hook, seal(BARE), {})
    expect(judged.length).toBeGreaterThan(0)
    expectSound(judged)
  })

  it('judges or declines, changes nothing and says the same again, for any input', async () => {
    await fc.assert(
      fc.asyncProperty(anyGroup, anyGrades, anyTruth, async (judged, grades, truth) => {
        const sealed = seal(structuredClone(judged))
        const first = await judge(hook, sealed, grades, truth)
        expectSound(first)
        expect(valuesOf(await judge(hook, sealed, grades, truth))).toEqual(valuesOf(first))
      }),
      { numRuns: share(30, 200) },
    )
  })
})

describe('all reward hooks together', async () => {
  const world = await openWorld(lineWorld)
  const agent = await createAgent(await agents().load('random'))
  const closed = await rolloutGroup(
    world,
    { task: world.tasks.at('train', 0), seed: 4 },
    { groupId: 'g', size: 6, agent, hooks: hookSet(loaded), runKey: 'key' },
  )
  const ofSteps = closed.trajectories.flatMap(({ steps }) => steps.flatMap((each) => each.rewards))
  const all = [...ofSteps, ...closed.trajectories.flatMap((each) => each.rewards)]

  it('judge a real group, each step and trajectory of it, and none fails', () => {
    expect(closed.aborted).toEqual([])
    expectSound(all)
    for (const { name } of loaded) expect(all.filter((reward) => reward.name === name).length, name).toBeGreaterThan(0)
  })

  it.each(['turn', 'outcome', 'process', 'group'] as const)('have a %s hook that gives numbers there', (scope) => {
    const ofScope = loaded.filter((hook) => hook.scope === scope).map((hook) => hook.name)
    expect(all.some((reward) => ofScope.includes(reward.name) && reward.value !== null)).toBe(true)
  })

  it("stand after the environment's own reward", () => {
    for (const { steps } of closed.trajectories)
      for (const each of steps) expect(each.rewards[0]).toMatchObject({ name: 'env' })
  })
})
