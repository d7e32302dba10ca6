import { describe, expect, it } from 'vitest'
import { areaUnder, finalSuccess, hasReached, stepsTo } from '../../../evaluation/comparison/curve.ts'

const curve = [
  { steps: 100, success: 0 },
  { steps: 150, success: 0.5 },
  { steps: 250, success: 1 },
  { steps: 300, success: 1 },
]

describe('a success curve', () => {
  it('has an area in which each iteration counts by its steps, the last up to the budget', () => {
    expect(areaUnder(curve, 300)).toBeCloseTo((50 * 0.5 + 150) / 300, 12)
    expect(areaUnder(curve, 200)).toBeCloseTo((50 * 0.5 + 50) / 200, 12)
    expect(areaUnder([], 200)).toBe(0)
  })

  it('is not stretched where it ends before the budget: its mean is of the steps that were taken', () => {
    expect(areaUnder(curve.slice(0, 2), 1000)).toBeCloseTo(25 / 150, 12)
  })

  it('reaches a level by the mean of three iterations in a row', () => {
    expect(stepsTo(curve, 0.5)).toBe(250)
    expect(stepsTo(curve, 0.8)).toBe(300)
    expect(stepsTo(curve, 0.9)).toBeNull()
    expect(stepsTo(curve.slice(2), 0.1)).toBeNull()
    expect(hasReached(curve, 0.8)).toBe(true)
    expect(hasReached(curve.slice(0, 2), 0)).toBe(false)
  })

  it('ends with the mean of its last three iterations', () => {
    expect(finalSuccess(curve)).toBeCloseTo(2.5 / 3, 12)
    expect(finalSuccess([])).toBe(0)
  })
})
