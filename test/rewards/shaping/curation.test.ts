import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import { assignCredit, withReason } from '../../../rewards/credit/index.ts'
import { curated, EVERYTHING, keptOf } from '../../../rewards/shaping/curation.ts'
import type { Filter } from '../../../rewards/shaping/filter.ts'
import { subjectOf } from '../../../rewards/shaping/trajectory-subject.ts'
import { weightedRecipe } from '../../../rewards/shaping/weights.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'

type Values = Readonly<Record<string, number | null>>

/** A trajectory with signals of each step, and of its own. */
const walk = (id: string, groupId: string, steps: readonly Values[], outcomes: Values = {}): Trajectory => {
  const rewardsOf = (values: Values) => Object.entries(values).map(([name, value]) => signal(name, value))
  return trajectory({
    ...{ id, groupId, rewards: rewardsOf(outcomes) },
    steps: steps.map((values, index) => step({ index, rewards: rewardsOf(values) })),
  })
}

/** Ids of the trajectories that filters leave. */
const left = (filters: readonly Filter[], trajectories: readonly Trajectory[]): readonly string[] =>
  keptOf({ filters, mask: null }, trajectories.map(subjectOf)).flatMap((steps, at) =>
    steps === null ? [] : [trajectories[at]?.id ?? ''],
  )

const outcomes = (group: string, values: readonly (number | null)[]): readonly Trajectory[] =>
  values.map((value, at) => walk(`${group}${at}`, group, [{ env: value ?? 0 }], { success: value }))

describe('the filter spread', () => {
  const groups = [...outcomes('a', [0, 1, 1, 1]), ...outcomes('b', [0, 1, 0, 1]), ...outcomes('c', [1, 1])]

  it('asks for a deviation of outcomes', () => {
    expect(left([{ kind: 'spread', outcome: 'success', deviation: 0.45 }], groups)).toEqual(['b0', 'b1', 'b2', 'b3'])
    expect(left([{ kind: 'spread', outcome: 'success', deviation: 0.51 }], groups)).toEqual([])
    expect(left([{ kind: 'spread', outcome: 'success', deviation: 0 }], groups)).toHaveLength(8)
  })

  it('compares returns where no outcome is named', () => {
    expect(left([{ kind: 'spread', most: 0.6 }], groups)).toEqual(['b0', 'b1', 'b2', 'b3'])
  })

  it('keeps a group of one, unless a deviation is asked for', () => {
    const [one] = [outcomes('a', [1])]
    expect(left([{ kind: 'spread' }], one)).toEqual(['a0'])
    expect(left([{ kind: 'spread', deviation: 0.1 }], one)).toEqual([])
  })

  it('leaves members without an outcome out, and groups that have none', () => {
    const some = [...outcomes('a', [0, 1, null]), ...outcomes('b', [null, null])]
    expect(left([{ kind: 'spread', outcome: 'success' }], some)).toEqual(['a0', 'a1'])
  })
})

describe('the filter likelihood', () => {
  const group = [
    walk('x', 'a', [{ confidence: -1 }, { confidence: -3 }]),
    walk('y', 'a', [{ confidence: -0.5 }]),
    walk('z', 'a', [{ confidence: -2 }]),
    walk('none', 'a', [{ confidence: -1 }, { confidence: null }]),
  ]

  it('keeps a share of each group, the first of equal ones, and at least one', () => {
    expect(left([{ kind: 'likelihood', signal: 'confidence', keep: 2 / 3 }], group)).toEqual(['x', 'y'])
    expect(left([{ kind: 'likelihood', signal: 'confidence', keep: 0 }], group)).toEqual(['y'])
  })

  it('keeps what is within bounds, and nothing of which the value is not known', () => {
    expect(left([{ kind: 'likelihood', signal: 'confidence', least: -2 }], group)).toEqual(['x', 'y', 'z'])
    expect(left([{ kind: 'likelihood', signal: 'confidence', most: -1 }], group)).toEqual(['x', 'z'])
    expect(left([{ kind: 'likelihood', signal: 'confidence', aggregate: 'min', least: -2 }], group)).toEqual(['y', 'z'])
  })

  it('reads signals of trajectories', () => {
    const some = outcomes('a', [0.2, 0.9, null])
    expect(left([{ kind: 'likelihood', signal: 'success', aggregate: 'outcome', least: 0.5 }], some)).toEqual(['a1'])
  })
})

describe('the filter consensus', () => {
  const filter = { kind: 'consensus', rollouts: 'rate', judge: 'judge' } as const
  const judged = (id: string, rates: readonly (number | null)[], labels: readonly (number | null)[]): Trajectory =>
    walk(
      id,
      'a',
      rates.map((rate, at) => ({ rate, judge: labels[at] ?? null })),
    )

  it('keeps trajectories whose first wrong step is one, or that have none', () => {
    const group = [
      judged('same', [0.5, 0, 0], [1, 0, 1]),
      judged('other', [0.5, 0.2, 0], [1, 0, 0]),
      judged('right', [0.5, 0.2, 1], [1, 0.5, 1]),
      judged('missed', [0.5, 0, 0], [1, 1, 1]),
    ]
    expect(left([filter], group)).toEqual(['same', 'right'])
    expect(left([{ ...filter, least: 0.6 }], group)).toEqual(['same'])
  })

  it('does not judge what is not known before the first wrong step, and needs nothing after it', () => {
    const group = [
      judged('known', [0.5, 0, null], [1, 0, null]),
      judged('gap', [null, 0, 0], [1, 0, 0]),
      judged('unjudged', [0.5, 0, 0], [1, null, 0]),
    ]
    expect(left([filter], group)).toEqual(['known'])
  })

  it('is the same as comparing first errors one by one', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(0, 0, 0.5), fc.constantFrom(0, 1, 1)), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 5 }), (all) => {
        const group = all.map((each, at) =>
          judged(
            `${at}`,
            each.map(([rate]) => rate),
            each.map(([, label]) => label),
          ),
        )
        const agrees = all.flatMap((each, at) => {
          const [one, other] = [each.findIndex(([rate]) => rate === 0), each.findIndex(([, label]) => label === 0)]
          return one === other ? [`${at}`] : []
        })
        expect(left([filter], group)).toEqual(agrees)
      }),
    )
  })
})

describe('filters one after another', () => {
  it('judge what those before them left', () => {
    const group = [...outcomes('a', [0, 1, 0.4]), ...outcomes('b', [0, 1])]
    const band: Filter = { kind: 'likelihood', signal: 'success', aggregate: 'outcome', most: 0.5 }
    expect(left([band, { kind: 'spread', outcome: 'success' }], group)).toEqual(['a0', 'a2', 'b0'])
    expect(left([{ kind: 'spread', outcome: 'success' }, band], group)).toEqual(['a0', 'a2', 'b0'])
    expect(left([band, { kind: 'spread', outcome: 'success', deviation: 0.1 }], group)).toEqual(['a0', 'a2'])
  })
})

const BATCH = parseBatch({
  trajectory: ['a', 'a', 'b', 'b', 'c', 'c', 'd'],
  group: ['g', 'g', 'g', 'g', 'h', 'h', 'h'],
  signals: { env: [0, 1, 0, 0, 1, 0, 1], judge: [1, 0, null, 0.6, 1, 1, 1] },
  outcomes: { success: [1, 1, 0, 0, 1, 1, 1] },
})

describe('what a batch is learnt from', () => {
  const mask = { signal: 'judge', least: 0.5 }

  it('has no advantage of masked steps, and those of others as before', () => {
    const [whole] = assignCredit(BATCH, [{ estimator: grpo }])
    const [some] = assignCredit(BATCH, [{ estimator: grpo }], null, { filters: [], mask })
    expect([...(some?.credit?.mask ?? [])]).toEqual([1, 0, 0, 1, 1, 1, 1])
    const expected = [...(whole?.credit?.advantages ?? [])].map((value, row) => (some?.credit?.mask[row] ? value : 0))
    expect([...(some?.credit?.advantages ?? [])]).toEqual(expected)
    expect(some?.credit?.diagnostics.rows.masked).toBe(2)
  })

  it('compares trajectories with none that a filter left out', () => {
    const filters: readonly Filter[] = [{ kind: 'spread', outcome: 'success' }]
    const { leftOut, rows } = curated(BATCH, { filters, mask: null })
    expect([[...leftOut], [...rows]]).toEqual([
      [0, 0, 1, 1],
      [1, 1, 1, 1, 0, 0, 0],
    ])
    const [assigned] = assignCredit(BATCH, [{ estimator: grpo }], null, { filters, mask: null })
    expect([...(assigned?.credit?.mask ?? [])]).toEqual([1, 1, 1, 1, 0, 0, 0])
  })

  it('breaks no recipe that needs every value', () => {
    const recipe = { ...weightedRecipe({ success: 1 }, BATCH), onNull: 'error' } as const
    const filters: readonly Filter[] = [{ kind: 'spread', outcome: 'success' }]
    const [assigned] = assignCredit(BATCH, [{ estimator: grpo }], { recipe }, { filters, mask: null })
    expect([...(assigned?.credit?.mask ?? [])]).toEqual([1, 1, 1, 1, 0, 0, 0])
  })

  it('is masked by a recipe, too', () => {
    const recipe = { ...weightedRecipe({ success: 1 }, BATCH), mask }
    const [assigned] = assignCredit(BATCH, [{ estimator: grpo }], { recipe })
    expect([...(assigned?.credit?.mask ?? [])]).toEqual([1, 0, 0, 1, 1, 1, 1])
  })

  it('says where nothing is left', () => {
    const nothing = { filters: [], mask: { ...mask, least: 2 } }
    const [assigned] = assignCredit(BATCH, [{ estimator: grpo }], null, nothing).map(withReason)
    expect(assigned?.reason?.message).toContain('the mask leaves no step')
    const filters: readonly Filter[] = [{ kind: 'spread', outcome: 'success', deviation: 3 }]
    const [none] = assignCredit(BATCH, [{ estimator: grpo }], null, { filters, mask: null })
    expect(none?.reason?.message).toContain('leave no trajectory')
    expect(() => curated(BATCH, { filters: [], mask: { signal: 'jugde', least: 0 } })).toThrow('did you mean judge')
  })

  it('is everything where nothing is asked', () => {
    expect([...curated(BATCH, EVERYTHING).rows]).toEqual([1, 1, 1, 1, 1, 1, 1])
  })

  it('masks a copy where its original is masked', () => {
    const batch = parseBatch({
      trajectory: ['a', 'a', 'a'],
      group: ['g', 'g', 'g'],
      signals: { judge: [0, 1, 0] },
      copyOf: [null, null, 0],
    })
    const { rows } = curated(batch, { filters: [], mask })
    expect([...batch.sourceRow].map((source, row) => [source, rows[row]])).toEqual(
      expect.arrayContaining([
        [0, 0],
        [1, 1],
        [2, 0],
      ]),
    )
  })
})

describe('late weights', () => {
  const totalOf = (weights: Readonly<Record<string, number>>) =>
    assignCredit(BATCH, [{ estimator: grpo, options: { norm: 'mean_norm', crossSteps: false } }], {
      recipe: weightedRecipe(weights, BATCH),
    })[0]?.credit?.advantages

  it('add up signals of trajectories and sums of steps, in any sum and sign', () => {
    expect([...(totalOf({ success: 3, env: -2 }) ?? [])].slice(0, 4)).toEqual([0.5, 0.5, -0.5, -0.5])
    expect([...(totalOf({ env: 1 }) ?? [])].slice(0, 4)).toEqual([0.5, 0.5, -0.5, -0.5])
  })

  it('need no signal of the weight 0', () => {
    expect(totalOf({ success: 1, judge: 0 })).toEqual(totalOf({ success: 1 }))
    expect(weightedRecipe({ success: 1, nothing: 0 }, BATCH).terms).toHaveLength(1)
  })

  it('refuse signals that are not there, and weights that are all 0', () => {
    expect(() => weightedRecipe({ sucess: 1 }, BATCH)).toThrow('did you mean success')
    expect(() => weightedRecipe({ success: 0 }, BATCH)).toThrow('all weights are 0')
  })
})
