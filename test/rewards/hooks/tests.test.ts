import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effect, Json, Reward, Step, Trajectory } from '../../../core/data/types.ts'
import { hookSet, type OutcomeHook, withOptions } from '../../../core/reward/hook.ts'
import { runGroupHook, runOutcomeHooks, runTurnHooks } from '../../../core/reward/run-hooks.ts'
import hardCodedAnswers from '../../../rewards/hooks/hard-coded-answers.ts'
import testDifficulty from '../../../rewards/hooks/test-difficulty.ts'
import testProgress from '../../../rewards/hooks/test-progress.ts'
import testRegressions from '../../../rewards/hooks/test-regressions.ts'
import testsPassed from '../../../rewards/hooks/tests-passed.ts'
import { lastResults, resultsOfStep } from '../../../rewards/tests/results.ts'
import { group, step, trajectory } from '../../support/reward-samples.ts'

/** A step that recorded results: `1` for a test that passes, `0` for one that fails; none for an empty text. */
const tested = (results: string, index = 0): Step =>
  step({
    index,
    effects:
      results === ''
        ? []
        : [{ name: 'judge', input: null, output: { passed: [...results].map((each) => each === '1') } }],
  })
const played = (...results: readonly string[]): Trajectory =>
  trajectory({ steps: results.map((each, index) => tested(each, index)) })

const knownValue = (reward: Reward | undefined): number | null => {
  if (reward?.value === null) expect(reward.reason).toBe('declined')
  return reward?.value ?? null
}

async function outcome(hook: OutcomeHook, whole: Trajectory, grades: Readonly<Record<string, number | null>> = {}) {
  const [reward] = await runOutcomeHooks(
    hookSet([hook]).outcome,
    whole,
    () => grades,
    () => null,
  )
  return reward
}

describe('results of tests', () => {
  const withOutputs = (...outputs: readonly Json[]): Step =>
    step({ effects: outputs.map((output): Effect => ({ name: 'any', input: null, output })) })

  it('are the last list of booleans among the outputs of a step', () => {
    expect(resultsOfStep(withOutputs({ passed: [true] }, { passed: [false, true] }, { status: 'ok' }))).toEqual([
      false,
      true,
    ])
    for (const output of [null, 3, [], { passed: [] }, { passed: [1] }, { passed: 'yes' }, { other: [true] }])
      expect(resultsOfStep(withOutputs(output))).toBeNull()
    expect(resultsOfStep(step({ effects: [{ name: 'judge', input: null, error: 'broke' }] }))).toBeNull()
  })

  it('of a trajectory are those of its last step that has some', () => {
    expect(lastResults([tested('10'), tested('01'), tested('')])).toEqual([false, true])
    expect(lastResults([tested('')])).toBeNull()
  })
})

describe('tests-passed', () => {
  it('is the share of the tests that pass at the end, or whether all do', async () => {
    const all = withOptions(testsPassed, { measure: 'all' })
    expect(knownValue(await outcome(testsPassed, played('0000', '1101', '')))).toBe(0.75)
    expect(knownValue(await outcome(all, played('1111', '1101')))).toBe(0)
    expect(knownValue(await outcome(all, played('11')))).toBe(1)
  })

  it('declines where no test ran, and fails for an option that it does not know', async () => {
    expect(knownValue(await outcome(testsPassed, played('', '')))).toBeNull()
    const unknown = withOptions(testsPassed, { measure: 'most' })
    expect(await outcome(unknown, played('1'))).toMatchObject({
      value: null,
      reason: 'threw',
      detail: expect.stringContaining('share or all'),
    })
  })
})

describe('test-progress', () => {
  const vector = (results: string): boolean[] => [...results].map((each) => each === '1')
  /** A trajectory of that many steps; its last one recorded results, each for the numbers of steps before it. */
  const recorded = (length: number, ...results: readonly (readonly [after: Json, passed: Json])[]): Trajectory => {
    const effects = results.map(([after, passed]): Effect => ({ name: 'judge', input: { after }, output: { passed } }))
    return trajectory({
      steps: Array.from({ length }, (_, index) => step({ index, effects: index === length - 1 ? effects : [] })),
    })
  }
  const judged = async (...trajectories: readonly Trajectory[]) => {
    const [hook] = hookSet([testProgress]).group
    if (!hook) throw new Error('no hook')
    const { perStep } = await runGroupHook(hook, group(trajectories))
    return perStep?.map((rewards) => rewards.map((reward) => knownValue(reward)))
  }

  it('is the change of the share of tests, step by step', async () => {
    const known = recorded(3, [[0], vector('0000')], [[2], vector('1110')], [[1, 3], vector('1000')])
    expect(await judged(known)).toEqual([[0.25, 0.5, -0.5]])
  })

  it('declines for the steps before and after results that are missing, and for others as well where none are', async () => {
    const partly = recorded(3, [[0], vector('00')], [[1], null], [[2, 3], vector('11')])
    expect(await judged(partly, played('10', '11'), recorded(1, [0, vector('1')]))).toEqual([
      [null, null, 0],
      [null, null],
      [null],
    ])
  })
})

describe('test-regressions', () => {
  it('judges by the public tests where others run later', async () => {
    const [hook] = hookSet([testRegressions]).turn
    const open = (results: readonly boolean[], index: number): Step =>
      step({ index, effects: [{ name: 'public', input: null, output: { public: results } }] })
    const source = { before: () => ({}), after: () => ({}) }
    const history = [open([true, true, false, false], 0)]
    const [reward] = await runTurnHooks(hook ? [hook] : [], open([true, false, false, true], 1), history, source)
    expect(reward?.value).toBe(-0.25)
    const [last] = await runTurnHooks(hook ? [hook] : [], tested('111111', 1), history, source)
    expect(knownValue(last)).toBeNull()
  })

  const judged = async (...results: readonly string[]) => {
    const steps = results.map((each, index) => tested(each, index))
    const none = { before: () => ({}), after: () => ({}) }
    const [reward] = await runTurnHooks(
      hookSet([testRegressions]).turn,
      steps.at(-1) ?? step(),
      steps.slice(0, -1),
      none,
      () => null,
    )
    return knownValue(reward)
  }

  it('is minus the share of the tests that passed before and fail now', async () => {
    expect(await judged('1110', '0101')).toBe(-0.5)
    expect(await judged('1100', '', '1000')).toBe(-0.25)
    expect(await judged('0000', '1111')).toBe(0)
    expect(await judged('0101')).toBe(0)
  })

  it('declines for a step that ran no test, and for other tests than before', async () => {
    expect(await judged('11', '')).toBeNull()
    expect(await judged('11', '110')).toBeNull()
  })
})

describe('test-difficulty', () => {
  const judged = async (share: number, ...results: readonly string[]) => {
    const rewards = await runGroupHook(
      withOptions(testDifficulty, { outcome: share }),
      group(results.map((each) => played(each))),
      () => null,
    )
    return (rewards.perTrajectory ?? []).map(knownValue)
  }

  it('weighs a test by the share of the group that fails it, and adds whether all pass', async () => {
    // Failed by 0, 1 and 2 of 3: weights 0, 1/3 and 2/3.
    const values = await judged(0.5, '111', '110', '100')
    expect(values[0]).toBeCloseTo(1, 12)
    expect(values[1]).toBeCloseTo(0.5 * (1 / 3), 12)
    expect(values[2]).toBe(0)
  })

  it('is 1 where every test is passed by all, and 0 where by none', async () => {
    expect(await judged(0.5, '11', '11')).toEqual([1, 1])
    expect(await judged(0.5, '00', '00')).toEqual([0, 0])
  })

  it('declines for a trajectory without results or with other tests, which count in no rate', async () => {
    expect(await judged(0, '10', '', '01', '111')).toEqual([0.5, null, 0.5, null])
    expect(await judged(0, '', '')).toEqual([null, null])
  })

  it('is from 0 to 1, the plain formula, and never less for passing one test more', async () => {
    const vector = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(vector, { minLength: 2, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (rows, share) => {
          const texts = rows.map((row) => row.map(Number).join(''))
          const values = await judged(share, ...texts)
          const weights = [0, 1, 2, 3].map((test) => 1 - rows.filter((row) => row[test]).length / rows.length)
          const total = weights.reduce((sum, each) => sum + each, 0)
          for (const [at, row] of rows.entries()) {
            const dense = total === 0 ? 1 : weights.reduce((sum, each, test) => sum + (row[test] ? each : 0), 0) / total
            expect(values[at]).toBeCloseTo((1 - share) * dense + share * Number(row.every(Boolean)), 9)
            expect(values[at]).toBeGreaterThanOrEqual(0)
            expect(values[at]).toBeLessThanOrEqual(1 + 1e-12)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('hard-coded-answers', () => {
  const judged = async (tests: number | null, agreement: number | null) =>
    knownValue(await outcome(hardCodedAnswers, played('1'), { tests, agreement }))

  it('is minus the penalty where tests pass but other calls do not', async () => {
    expect(await judged(1, 0.1)).toBe(-1)
    expect(await judged(1, 0.9)).toBe(0)
    expect(await judged(0.8, 0.5)).toBe(0)
  })

  it('is 0 for a submission that passes few tests, whatever it was asked', async () => {
    expect(await judged(0, null)).toBe(0)
    expect(await judged(0.4, 0)).toBe(0)
  })

  it('declines where it was not asked', async () => {
    expect(await judged(1, null)).toBeNull()
    expect(await judged(null, 1)).toBeNull()
  })
})
