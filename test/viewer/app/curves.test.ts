import { describe, expect, it } from 'vitest'
import { studentQuantile } from '../../../evaluation/statistics/interval.ts'
import type { CurveLine } from '../../../viewer/answers.ts'
import { panelsOf, rangeOf, student, ticksOf } from '../../../viewer/app/curves.ts'

const curve = (id: string, seed: number | null, values: readonly (number | null)[], more: Partial<CurveLine> = {}) => ({
  ...{ id, seed, kind: 'run' as const, environment: 'grid@1', method: 'random', problem: null },
  points: values.map((value, at) => ({
    episodes: 4 * (at + 1),
    steps: 10 * (at + 1) + (seed ?? 0),
    values: { value },
  })),
  ...more,
})

describe('curves', () => {
  it('fold runs that differ by their seed: a mean, and an interval over the runs that are known', () => {
    const [panel] = panelsOf([curve('a', 0, [1, null]), curve('b', 2, [3, 5])], 'steps', true)
    const half = studentQuantile(0.975, 1) * Math.SQRT2 * Math.SQRT1_2
    expect(panel?.lines).toHaveLength(1)
    const [first, second] = panel?.lines[0]?.spots ?? []
    expect(first).toMatchObject({ x: 11, y: 2, count: 2 })
    expect(first?.low).toBeCloseTo(2 - half, 3)
    expect(first?.high).toBeCloseTo(2 + half, 3)
    expect(second).toEqual({ x: 21, y: 5, count: 1, low: null, high: null })
  })

  it.each([
    ['another environment', { environment: 'webshop@1' }],
    ['another method', { method: 'expert' }],
    ['another number of points', { points: curve('b', 1, [1]).points }],
    ['another kind', { kind: 'training' as const }],
    ['the same seed', { seed: 0 }],
    ['no seed', { seed: null }],
  ])('do not fold a run with %s', (_, more) => {
    const [panel] = panelsOf([curve('a', 0, [1, 2]), curve('b', 1, [1, 2], more)], 'episodes', true)
    expect(panel?.lines.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('have figures by any name', () => {
    const points = [{ episodes: 4, steps: 10, values: { constructor: 1 } }]
    const panels = panelsOf([curve('a', 0, [1]), curve('b', 1, [], { points })], 'steps', false)
    const lines = panels.map(({ name, lines: all }) => [name, all.map(({ spots }) => spots.map(({ y }) => y))])
    expect(lines).toEqual([
      ['value', [[1]]],
      ['constructor', [[1]]],
    ])
  })

  it('leave out figures of which nothing is known, and lines that do not have them', () => {
    const known = curve('a', null, [1])
    expect(panelsOf([known, curve('b', null, [null])], 'steps', true)[0]?.lines.map(({ name }) => name)).toEqual(['a'])
    expect(panelsOf([curve('b', null, [null])], 'steps', true)).toEqual([])
  })

  it.each([1, 2, 5, 14, 15, 16, 30, 100, 1000])('have the quantile of Student for %d degrees of freedom', (freedom) => {
    expect(student(freedom)).toBeCloseTo(studentQuantile(0.975, freedom), 2)
  })

  it.each([
    [0, 1, 3, [0, 0.5, 1]],
    [0, 87_000, 4, [0, 50_000]],
    [-0.3, 0.3, 3, [-0.2, 0, 0.2]],
    [0, 7, 4, [0, 2, 4, 6]],
  ])('mark an axis from %d to %d at round values', (low, high, count, ticks) => {
    expect(ticksOf(low, high, count)).toEqual(ticks)
  })

  it('have a range with their bands within it unless these are wide, and from 0 to 1 for shares', () => {
    const panel = (name: string, y: number, high: number | null) => ({
      name,
      lines: [{ name: 'a', ids: ['a'], spots: [{ x: 0, y, low: null, high, count: 1 }] }],
    })
    expect(rangeOf(panel('steps', 3, 4))).toEqual([0, 4])
    expect(rangeOf(panel('steps', 3, 40))).toEqual([0, 4.5])
    expect(rangeOf(panel('success', 0.3, null))).toEqual([0, 1])
    expect(rangeOf(panel('return', -2, -1))).toEqual([-2, 0])
  })
})
