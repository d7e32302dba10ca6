import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import evidenceClosure from '../../../rewards/advantage/evidence-closure.ts'
import secondClosure from '../../../rewards/advantage/evidence-closure-2.ts'
import thirdClosure from '../../../rewards/advantage/evidence-closure-3.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import maxRl from '../../../rewards/advantage/max-rl.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import type { Explanation } from '../../../rewards/estimator/explanation.ts'
import { batchOfRows, rowsArbitrary } from '../../support/rows.ts'
import { evaluated } from '../../support/terms.ts'

/** An estimator under options. */
const of = (estimator: Estimator, options: JsonObject) => ({ name: estimator.name, estimator, options })

/** Estimators that explain themselves, each under several options. */
const CASES = [
  of(grpo, {}),
  of(grpo, { crossSteps: false, norm: 'mean_norm' }),
  of(rloo, {}),
  of(rloo, { crossSteps: false, mode: 'reference' }),
  of(gigpo, {}),
  of(gigpo, { stepAdvantageW: 0.3, norm: 'mean_norm', gamma: 1 }),
  of(gigpo, { mode: 'reference', enableSimilarity: true }),
  of(hgpo, {}),
  of(hgpo, { baseGroup: true, historyLength: 1, lengthWeightAlpha: 0.5 }),
  of(evidenceClosure, {}),
  of(evidenceClosure, { scale: 'rms' }),
  of(evidenceClosure, { invalidActionPenalty: 0, averaging: 2 }),
  of(secondClosure, {}),
  of(secondClosure, { scale: 'reward', repetition: 1 }),
  of(thirdClosure, {}),
  of(thirdClosure, { repetition: 0, invalidActionPenalty: 0 }),
]

const summed = ({ terms }: Explanation): number => terms.reduce((sum, { value }) => sum + value, 0)

describe('the explanation of an advantage', () => {
  it.each(CASES)('$name adds up to the advantage to the last bit, under $options', ({ estimator, options }) => {
    let rows = 0
    fc.assert(
      fc.property(rowsArbitrary, (given) => {
        const batch = batchOfRows(given)
        const { advantages, mask } = estimator.compute(batch, options)
        for (let row = 0; row < batch.rowCount; row++) {
          const explanation = estimator.explain?.(batch, row, options) ?? null
          if (!mask[row]) expect(explanation).toBeNull()
          else if (explanation === null) expect.fail('a row with an advantage has an explanation')
          else {
            expect(Object.is(summed(explanation) + 0, (advantages[row] ?? 0) + 0)).toBe(true)
            expect(explanation.value).toBe(advantages[row])
            rows++
          }
        }
      }),
      { numRuns: 6 },
    )
    expect(rows).toBeGreaterThan(5)
  })

  it.each(CASES)('$name has figures that give the values of its terms, under $options', ({ estimator, options }) => {
    let terms = 0
    fc.assert(
      fc.property(rowsArbitrary, (given) => {
        const batch = batchOfRows(given)
        for (let row = 0; row < batch.rowCount; row++)
          for (const term of estimator.explain?.(batch, row, options)?.terms ?? []) {
            expect(evaluated(term)).toBeCloseTo(term.value, 9)
            terms++
          }
      }),
      { numRuns: 3 },
    )
    expect(terms).toBeGreaterThan(5)
  })

  it('names the episode and anchor parts of GiGPO, and the steps at the same anchor', () => {
    const step = { group: 'g', action: 'x', process: 0, isActionValid: true, tokens: 1 }
    const batch = batchOfRows([
      { ...step, trajectory: 'a', anchor: 'p', env: 1 },
      { ...step, trajectory: 'b', anchor: 'p', env: 0 },
      { ...step, trajectory: 'c', anchor: 'q', env: 0 },
    ])
    const { terms = [], peers } = gigpo.explain?.(batch, 0) ?? {}
    expect(terms.map(({ name }) => name)).toEqual(['episode', 'anchor'])
    expect(terms[0]?.inputs).toMatchObject({ score: 1, mean: expect.closeTo(1 / 3, 12) })
    expect(terms[1]?.inputs).toMatchObject({ return: 1, mean: 0.5 })
    expect(terms[1]?.value).toBeCloseTo(Math.SQRT1_2, 5)
    expect(peers).toEqual([
      { row: 0, value: 1 },
      { row: 1, value: 0 },
    ])
  })

  it('is left out by estimators that have none', () => {
    expect('explain' in maxRl).toBe(false)
  })
})
