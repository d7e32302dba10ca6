import { describe, expect, it } from 'vitest'
import type { ColumnsAnswer } from '../../../viewer/answers.ts'
import { CELLS, densityOf, furthest, pointsOf, REACH } from '../../../viewer/app/scatter.ts'
import type { OpenStrip } from '../../../viewer/app/strip.ts'

const strip = (values: readonly (number | null)[], rms: number): OpenStrip => ({
  ...{ starts: [0, 2, 3], rms, isSure: () => true },
  at: (step) => values[step] ?? null,
})

const STEPS: Pick<ColumnsAnswer, 'steps'> = { steps: [2, 1] }

describe('two numbers of each step', () => {
  it('are points in usual sizes, of the steps that have both', () => {
    const points = pointsOf(STEPS, strip([1, null, -4], 2), strip([3, 3, 0], 3))
    expect(points).toEqual([
      { episode: 0, index: 0, x: 0.5, y: 1 },
      { episode: 1, index: 0, x: -2, y: 0 },
    ])
  })

  it('are counted in cells, those beyond the edge at the edge', () => {
    const point = (x: number, y: number) => ({ episode: 0, index: 0, x, y })
    const counts = densityOf([point(-9, 9), point(-REACH, REACH), point(9, -9), point(0.01, 0.01)])
    expect([counts[0], counts[CELLS * CELLS - 1]]).toEqual([2, 1])
    expect(counts[(CELLS / 2 - 1) * CELLS + CELLS / 2]).toBe(1)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4)
  })

  it('are furthest apart in the order of the distance', () => {
    const points = [1, -3, 2].map((x, index) => ({ episode: 0, index, x, y: 0 }))
    expect(furthest(points, 2).map(({ index }) => index)).toEqual([1, 2])
  })
})
