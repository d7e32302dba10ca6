import { describe, expect, it } from 'vitest'
import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import { computeCredit } from '../../../rewards/credit/assign.ts'
import { checkEstimator } from '../../../rewards/credit/check.ts'
import { type Credit, defineEstimator, type Estimator } from '../../../rewards/estimator/estimator.ts'
import { COMMON } from '../../../rewards/estimator/options.ts'
import { scopeOf } from '../../../rewards/estimator/scope.ts'
import { stepSignal } from '../../../rewards/estimator/signals.ts'

/** Its own reward for every step: keeps every rule. */
const sound = defineEstimator({
  name: 'mine',
  summary: 'the reward of the step',
  consumes: ['env'],
  options: COMMON,
  estimate(batch, options) {
    const column = stepSignal(batch, 'env')
    const scope = scopeOf(batch, [{ signal: 'env', column }], options)
    return { advantages: column.values.slice(), scope }
  },
})

/** The sound one, with its credit changed. */
const changed = (change: (credit: Credit, batch: StepBatch) => Partial<Credit>): Estimator => ({
  ...sound,
  compute(batch, options) {
    const credit = sound.compute(batch, options)
    return { ...credit, ...change(credit, batch) }
  },
})

async function resultsOf(estimator: Estimator): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for await (const result of checkEstimator(estimator)) results.push(result)
  return results
}
const brokenBy = async (estimator: Estimator): Promise<readonly string[]> =>
  (await resultsOf(estimator)).filter(({ status }) => status === 'failed').map(({ rule }) => rule)

let calls = 0

describe('the check of an estimator', () => {
  it('passes one that keeps every rule', async () => {
    const results = await resultsOf(sound)
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'passed'))
    expect(results).toHaveLength(8)
  })

  it.each<readonly [string, Estimator]>([
    [
      '0 if it is masked',
      changed(({ advantages }) => ({
        advantages: advantages.map((value) => value + 1),
        mask: new Uint8Array(advantages.length),
      })),
    ],
    ['called again', changed(({ advantages }) => ({ advantages: advantages.map((value) => value + calls++) }))],
    [
      'changes nothing in the batch',
      changed((_, batch) => {
        const { values } = stepSignal(batch, 'env')
        values.fill(7)
        return {}
      }),
    ],
    [
      'order of rows',
      changed(({ advantages }, { sourceRow }) => ({ advantages: advantages.map((_, row) => sourceRow[row] ?? 0) })),
    ],
    ['without known values', changed(({ mask, advantages }) => ({ mask: mask.map(() => 1), advantages }))],
    [
      'the number behind a null',
      changed((_, batch) => ({ advantages: stepSignal(batch, 'env').values.map((_, __, all) => all[0] ?? 0) })),
    ],
    [
      'copied row',
      changed(({ advantages }, { copyOf }) => ({
        advantages: advantages.map((value, row) => (copyOf && copyOf[row] !== row ? value + 1 : value)),
      })),
    ],
    [
      'rewards are doubled',
      changed(({ advantages, mask }) => ({
        advantages: advantages.map((value, row) => (mask[row] ? value - 1.1 : 0)),
      })),
    ],
  ])('finds one that breaks: %s', async (rule, estimator) => {
    expect(await brokenBy(estimator)).toEqual(expect.arrayContaining([expect.stringContaining(rule)]))
  })

  it('says that scales are their own if several signals are added', async () => {
    const both = changed(({ diagnostics }) => ({ diagnostics: { ...diagnostics, signals: ['env', 'process'] } }))
    expect(await resultsOf(both)).toContainEqual(expect.objectContaining({ status: 'skipped' }))
  })

  it('says what to do if an estimator needs what it does not name', async () => {
    const needy = defineEstimator({
      ...{ name: 'needy', summary: 'needs more', consumes: ['env'], options: COMMON },
      estimate(batch, options) {
        const column = stepSignal(batch, 'unnamed')
        return { advantages: column.values.slice(), scope: scopeOf(batch, [{ signal: 'unnamed', column }], options) }
      },
    })
    expect((await resultsOf(needy))[0]?.detail).toContain('no signal unnamed of steps')
  })
})

describe('an invalid estimator', () => {
  const batch = parseBatch({ trajectory: ['a', 'b'], group: ['g', 'g'], signals: { env: [0, 1] } })
  const invalid = (message: string): unknown =>
    expect.objectContaining({ code: 'ESTIMATOR_INVALID', message: expect.stringContaining(message) })

  it.each<readonly [string, object, string]>([
    ['returns nothing', { compute: () => undefined }, 'returns undefined'],
    ['has no compute', { compute: undefined }, 'has no function compute'],
    ['returns a plain list', { compute: () => ({ ...sound.compute(batch), advantages: [0, 1] }) }, 'Float64Array'],
    ['returns no mask', { compute: () => ({ ...sound.compute(batch), mask: undefined }) }, 'mask should be'],
    [
      'returns too few',
      { compute: () => ({ ...sound.compute(batch), advantages: new Float64Array(1) }) },
      '1 advantage for 2 steps',
    ],
    [
      'returns tokens that do not fit',
      { compute: () => ({ ...sound.compute(batch), perToken: new Float64Array(5) }) },
      '5 advantages of tokens',
    ],
    [
      'returns parts that do not fit',
      { compute: () => ({ ...sound.compute(batch), parts: { x: new Float64Array(5) } }) },
      'part x',
    ],
    [
      'returns no diagnostics',
      { compute: () => ({ ...sound.compute(batch), diagnostics: undefined }) },
      'no diagnostics',
    ],
    [
      'returns NaN',
      { compute: () => ({ ...sound.compute(batch), advantages: Float64Array.of(Number.NaN, 0) }) },
      'NaN',
    ],
    [
      'returns NaN for a token',
      { compute: () => ({ ...sound.compute(batch), perToken: Float64Array.of(0, Number.NaN) }) },
      'gives a token of row 1 the advantage NaN',
    ],
  ])('is refused where it %s', (_, broken, message) => {
    const estimator: Estimator = Object.assign({}, sound, broken)
    expect(() => computeCredit(batch, { estimator }, null)).toThrow(invalid(message))
  })

  it('is refused with the cause if it breaks', () => {
    const compute = (): Credit => {
      throw new TypeError("Cannot read properties of undefined (reading 'x')")
    }
    expect(() => computeCredit(batch, { estimator: { ...sound, compute } }, null)).toThrow(
      invalid('mine threw: Cannot read'),
    )
  })

  it.each([
    [{ name: 'Mine' }, 'a name is lower case'],
    [{ summary: undefined }, 'no summary'],
    [{ consumes: 'env' }, 'no list consumes'],
    [{ options: undefined }, 'no options'],
    [{ estimate: undefined }, 'no function estimate'],
  ])('cannot be defined with %j', (part, message) => {
    const spec = { name: 'mine', summary: 's', consumes: [], options: COMMON, estimate: () => ({}) }
    expect(() => Reflect.apply(defineEstimator, null, [{ ...spec, ...part }])).toThrow(invalid(message))
  })

  it.each([
    [{}, 'should return { advantages'],
    [{ advantages: new Float64Array(2) }, 'returns no scope'],
    [{ advantages: new Float64Array(1), scope: { mask: new Uint8Array(2) } }, '1 advantage for 2 steps'],
  ])('is refused where estimate returns %j', (estimated, message) => {
    const spec = { name: 'mine', summary: 's', consumes: [], options: COMMON, estimate: () => estimated }
    const estimator: Estimator = Reflect.apply(defineEstimator, null, [spec])
    expect(() => estimator.compute(batch)).toThrow(invalid(message))
  })
})
