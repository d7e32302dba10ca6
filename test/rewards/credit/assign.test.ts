import { describe, expect, it } from 'vitest'
import { batchOfTrajectories, parseBatch } from '../../../core/batch/index.ts'
import { estimators } from '../../../registry/index.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import { assignCredit } from '../../../rewards/credit/assign.ts'
import { wordsOf } from '../../../rewards/credit/words.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { parseRecipe } from '../../../rewards/shaping/parse.ts'
import { groupOf, member } from './worlds.ts'

const COLUMNS = {
  trajectory: ['a', 'a', 'b', 'b'],
  group: ['g', 'g', 'g', 'g'],
  isActionValid: [true, false, true, true],
  signals: { env: [0, 1, 0, 0], format: [0, -0.1, 0, 0] },
  anchors: { text: ['x', 'y', 'x', 'z'] },
}

const recipe = (...terms: readonly object[]) => parseRecipe({ name: 'mixed', version: 1, terms, onNull: 'error' })
const ROWS = [
  { signal: 'env', weight: 1 },
  { signal: 'format', weight: 1 },
]
const TOTALS = ROWS.map((term) => ({ ...term, aggregate: 'sum' }))

describe('a validity hook together with a penalty', () => {
  it.each([
    ['in the rewards of steps', recipe(...ROWS), gigpo],
    ['in the total', recipe(...TOTALS), grpo],
  ])('is refused %s of a recipe', (_, chosen, estimator) => {
    const charge = (invalidActionPenalty: number) => () =>
      assignCredit(parseBatch(COLUMNS), [{ estimator, options: { invalidActionPenalty } }], { recipe: chosen })
    expect(charge(0.1)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('by the signal format') }),
    )
    expect(charge(0)).not.toThrow()
  })

  it('is refused if an option names the hook', () => {
    expect(() => assignCredit(parseBatch(COLUMNS), [{ estimator: grpo, options: { episode: 'format' } }])).toThrow(
      /invalid actions .*twice/,
    )
  })
})

describe('an estimator of a user', () => {
  const batch = parseBatch(COLUMNS)
  const withAdvantages = (advantages: Float64Array): Estimator => ({
    ...grpo,
    name: 'mine',
    compute: (given, options) => ({ ...grpo.compute(given, options), advantages }),
  })

  it('is held to finite numbers, and to as many as there are steps', () => {
    const bad = Float64Array.of(0, 0, Number.NaN, 0)
    const requests = [withAdvantages(bad), withAdvantages(bad.slice(1)), grpo].map((estimator) => ({ estimator }))
    const [notFinite, tooFew, good] = assignCredit(batch, requests)
    expect(notFinite?.reason).toEqual({
      code: 'ESTIMATOR_INVALID',
      message: expect.stringContaining('mine gives row 2'),
    })
    expect(tooFew?.reason?.message).toMatch(/3 advantages for 4 steps/)
    expect(good?.credit?.advantages).toHaveLength(4)
  })
})

describe('every estimator there is', () => {
  it('has advantages or says what the batch lacks, and describes its result', async () => {
    const catalog = estimators()
    const loaded = await Promise.all(catalog.names().map((name) => catalog.load(name)))
    const assigned = assignCredit(
      parseBatch(COLUMNS),
      loaded.map((estimator) => ({ estimator })),
    )
    for (const { estimator, credit, reason } of assigned) {
      if (credit) expect(wordsOf(credit.diagnostics)[0], estimator).toMatch(/^consumes \w/)
      else expect(reason.code, estimator).toBe('SIGNAL_MISSING')
    }
    expect(assigned.filter(({ credit }) => credit).length).toBeGreaterThan(8)
  })
})

describe('diagnostics in words', () => {
  it('name groups, anchors, gaps and endings', () => {
    const { trajectories } = groupOf(
      {
        steps: [
          ['a', 0],
          ['b', 1],
        ],
      },
      { steps: [['a', 0]], given: { ending: 'truncated' } },
      { steps: [['a', null]] },
    )
    const aborted = member('m9', { steps: [['a', 0]], given: { ending: 'aborted' } })
    const empty = member('m8', { steps: [] })
    const [assigned] = assignCredit(batchOfTrajectories([...trajectories, aborted, empty]), [{ estimator: gigpo }])
    expect(assigned?.credit && wordsOf(assigned.credit.diagnostics)).toEqual([
      'consumes env',
      '1 group of 3, 0 with equal scores throughout',
      '2 groups of comparable steps, 1 of one step, the largest of 2',
      'the anchor text repeats in 67 % of steps',
      '0 of 1 pairs of text and action led to several next anchors',
      '1 of 4 steps have no advantage',
      'env is null in 1 step',
      'truncated, which counts as an end: 1 trajectory',
      'left out as aborted: 1 trajectory',
      'left out without a step: 1 trajectory',
    ])
  })
})
