import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRecipe } from '../../../rewards/shaping/apply.ts'
import { signal, step, trajectory, withSteps } from '../../support/reward-samples.ts'
import { recipeOf, sumOf, transformed, transformedSteps } from './terms.ts'

const number = fc.double({ min: -10, max: 10, noNaN: true })
const numbers = fc.array(number, { minLength: 2, maxLength: 12 })

describe('window', () => {
  it('has the value of a step and the next ones, as many as there are', () => {
    const values = [1, 0, 0.5, 0.25]
    const by = (name: 'mean' | 'min' | 'max' | 'last', size = 2) =>
      transformedSteps([{ kind: 'window', size, by: name }], values)
    expect(by('mean')).toEqual([0.5, 0.25, 0.375, 0.25])
    expect(by('min')).toEqual([0, 0, 0.25, 0.25])
    expect(by('max')).toEqual([1, 0.5, 0.5, 0.25])
    expect(by('last')).toEqual([0, 0.5, 0.25, 0.25])
    expect(by('min', 9)).toEqual([0, 0, 0.25, 0.25])
  })

  it('merges neighbours into units that do not overlap', () => {
    const merged = transformedSteps([{ kind: 'window', size: 2, by: 'min', apart: true }], [1, 0.5, 0.25, 1, 0.75])
    expect(merged).toEqual([0.5, 0.5, 0.25, 0.25, 0.75])
  })

  it('is unknown where one of its values is', () => {
    const values = [1, null, 1, 1]
    expect(transformedSteps([{ kind: 'window', size: 2, by: 'max' }], values)).toEqual([null, null, 1, 1])
    expect(transformedSteps([{ kind: 'window', size: 3, by: 'max', apart: true }], values)).toEqual([
      null,
      null,
      null,
      1,
    ])
    expect(transformedSteps([{ kind: 'window', size: 2, by: 'max' }], [])).toEqual([])
  })
})

describe('delta', () => {
  it('takes the next value off, keeps the last but one, and pays nothing for the last', () => {
    expect(transformedSteps([{ kind: 'delta' }], [0.5, 0.25, 1])).toEqual([0.25, 0.25, 0])
    expect(transformedSteps([{ kind: 'delta' }], [0.5])).toEqual([0])
    expect(transformedSteps([{ kind: 'delta' }], [])).toEqual([])
  })

  it('sums to the first value, and from any step on to its value, however long the trajectory', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const shaped = transformedSteps([{ kind: 'delta' }], values)
        values.slice(0, -1).forEach((value, at) => {
          expect(sumOf(shaped.slice(at))).toBeCloseTo(value, 9)
        })
      }),
    )
  })

  it('keeps the sum of a clipped signal within the bounds of the clip', () => {
    fc.assert(
      fc.property(numbers, number, number, (values, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const total = sumOf(transformedSteps([{ kind: 'clip', low, high }, { kind: 'delta' }], values))
        expect(total).toBeGreaterThanOrEqual(low - 1e-9)
        expect(total).toBeLessThanOrEqual(high + 1e-9)
      }),
    )
  })

  it('is unknown if one of the two values is', () => {
    expect(transformedSteps([{ kind: 'delta' }], [1, 1, null, 1])).toEqual([0, null, null, 0])
  })
})

describe('ceiling', () => {
  it('pays nothing above 0, so that more steps never earn more', () => {
    expect(transformedSteps([{ kind: 'ceiling', at: 0.5 }], [1, 0.5, 0.25])).toEqual([0, 0, -0.25])
    fc.assert(
      fc.property(numbers, number, (values, at) => {
        const shaped = transformedSteps([{ kind: 'ceiling', at }], values)
        expect(Math.max(...shaped.map(Number))).toBeLessThanOrEqual(0)
        expect(sumOf(shaped)).toBeLessThanOrEqual(sumOf(shaped.slice(0, -1)))
      }),
    )
  })
})

describe('first-visit', () => {
  const walked = (moves: readonly (readonly [place: string, action: string, value: number])[]) => {
    const steps = moves.map(([place, action, value], index) =>
      step({ index, action, anchors: { state: place }, rewards: [signal('env', value)] }),
    )
    return transformed([{ kind: 'first-visit', anchor: 'state' }], [trajectory({ steps })])[0]
  }

  it('pays an action at an anchor once, and charges for it every time', () => {
    expect(
      walked([
        ['a', 'go', 1],
        ['b', 'go', 1],
        ['a', 'go', 1],
        ['a', 'stay', 1],
        ['b', 'go', -1],
        ['a', 'go', 2],
      ]),
    ).toEqual([1, 1, 0, 1, -1, 0])
  })

  it('says which anchor was not recorded', () => {
    expect(() => transformed([{ kind: 'first-visit', anchor: 'state' }], [withSteps('env', [1])])).toThrow(
      expect.objectContaining({ code: 'SIGNAL_MISSING', message: 'step 0 of trajectory t has no anchor state' }),
    )
  })
})

describe('sigmoid and log-sigmoid', () => {
  const judged = (env: number | null, answer: number | null) =>
    trajectory({ steps: [step({ rewards: [signal('env', env), signal('answer', answer)] })] })

  it('hold a value against the mean of several references', () => {
    const [row] = transformed([{ kind: 'sigmoid', references: [0, 'answer'] }], [judged(1, 3)])
    expect(row?.[0]).toBeCloseTo((1 / (1 + Math.exp(-1)) + 1 / (1 + Math.exp(2))) / 2, 12)
  })

  it('agree with each other, and stay finite far out', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), number, (value, reference) => {
        const p = transformedSteps([{ kind: 'sigmoid', references: [reference] }], [value])[0] ?? Number.NaN
        const logP = transformedSteps([{ kind: 'log-sigmoid', reference }], [value])[0] ?? Number.NaN
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(logP).toBeLessThanOrEqual(0)
        expect(Math.exp(logP)).toBeCloseTo(p, 12)
      }),
    )
    expect(transformedSteps([{ kind: 'log-sigmoid', reference: 0 }], [-1e6, 1e6])).toEqual([-1e6, 0])
  })

  it('add up to the logarithm of doing better than both references', () => {
    const [a, b] = [signal('env', 0.3), signal('other', -1.2)]
    const terms = ['env', 'other'].map((name) => ({
      signal: name,
      weight: 1,
      transforms: [{ kind: 'log-sigmoid', reference: 0 }] as const,
    }))
    const { perStep } = applyRecipe(recipeOf(terms), trajectory({ steps: [step({ rewards: [a, b] })] }))
    const p = (x: number): number => 1 / (1 + Math.exp(-x))
    expect(perStep?.[0]).toBeCloseTo(Math.log(p(0.3) * p(-1.2)), 12)
  })

  it('are unknown if a reference is, and say which', () => {
    const recipe = recipeOf([
      { signal: 'env', weight: 1, transforms: [{ kind: 'sigmoid', references: [0, 'answer'] }] },
    ])
    expect(applyRecipe(recipe, judged(1, null))).toEqual({
      perStep: [null],
      total: null,
      missing: [{ signal: 'answer', index: 0, reason: 'declined' }],
    })
  })

  it('hold an aggregate against the signal of the whole', () => {
    const recipe = recipeOf([
      {
        ...{ signal: 'env', weight: 1, aggregate: 'min' },
        afterwards: [{ kind: 'sigmoid', references: ['answer'] }],
      },
    ])
    const { total } = applyRecipe(recipe, withSteps('env', [3, 2], { rewards: [signal('answer', 2)] }))
    expect(total).toBe(0.5)
  })
})

describe('z-score', () => {
  const members = (groupId: string, ...rows: readonly (readonly (number | null)[])[]) =>
    rows.map((values, at) => withSteps('env', values, { id: `${groupId}${at}`, groupId }))

  it('compares the values of a group, or of the whole batch', () => {
    const all = [...members('g', [1, 3], [5]), ...members('h', [7])]
    expect(transformed([{ kind: 'z-score', over: 'group', epsilon: 1e-12 }], all)).toEqual([
      [expect.closeTo(-1, 9), 0],
      [expect.closeTo(1, 9)],
      [0],
    ])
    const [first, second, third] = transformed([{ kind: 'z-score', over: 'batch', epsilon: 1e-12 }], all)
    const deviation = Math.sqrt(20 / 3)
    expect([...(first ?? []), ...(second ?? []), ...(third ?? [])].map((value) => (value ?? 0) * deviation)).toEqual(
      [-3, -1, 1, 3].map((value) => expect.closeTo(value, 9)),
    )
  })

  it('gives equal values exactly 0', () => {
    const equal = members('g', [0.1, 0.1], [0.1], [0.1])
    expect(transformed([{ kind: 'z-score', over: 'group', epsilon: 1e-12 }], equal)).toEqual([[0, 0], [0], [0]])
  })

  it('passes over what is unknown and leaves it so', () => {
    expect(transformed([{ kind: 'z-score', over: 'group', epsilon: 1e-12 }], members('g', [1, null], [3]))).toEqual([
      [expect.closeTo(-Math.SQRT1_2, 9), null],
      [expect.closeTo(Math.SQRT1_2, 9)],
    ])
  })

  it('compares no member with an aborted trajectory', () => {
    const [good, bad] = members('g', [1, 3], [100])
    if (!good || !bad) throw new Error('two members')
    const rule = [{ kind: 'z-score', over: 'group', epsilon: 1e-12 }] as const
    const apart = transformed(rule, [good, { ...bad, ending: 'aborted' }])
    expect(apart).toEqual([transformed(rule, [good])[0], [null]])
  })

  it('gives what a plain version gives', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 4 }), (rows) => {
        const all = rows.flat()
        const mean = sumOf(all) / all.length
        const variance = sumOf(all.map((value) => (value - mean) ** 2)) / (all.length - 1)
        const scores = transformed([{ kind: 'z-score', over: 'group' }], members('g', ...rows)).flat()
        all.forEach((value, at) => {
          expect(scores[at]).toBeCloseTo((value - mean) / (Math.sqrt(variance) + 1e-6), 6)
        })
      }),
    )
  })
})
