import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { certaintyOf, surestFirst } from '../../../evaluation/oracle/certainty.ts'
import type { StepRow } from '../../../evaluation/oracle/rows.ts'

function rowOf(index: number, low: number, value: number | null, high: number): StepRow {
  const bounds = { low, high, count: value === null ? 0 : 4, missing: 0 }
  const advantage =
    value === null ? { ...bounds, value, reason: 'no play-out was made' } : { ...bounds, value, reason: null }
  return { trajectoryId: '0.0', index, action: 'go', value: advantage, actionValue: advantage, advantage, isCut: false }
}

describe('what is certain of a step', () => {
  it('depends on the whole interval, never on the mean', () => {
    expect(certaintyOf(rowOf(0, -1, -0.9, -0.01))).toBe('harmful')
    expect(certaintyOf(rowOf(0, 0.01, 0.02, 1))).toBe('helpful')
    expect(certaintyOf(rowOf(0, -1, -0.9, 0))).toBe('undecided')
    expect(certaintyOf(rowOf(0, 0, 0.9, 1))).toBe('undecided')
    expect(certaintyOf(rowOf(0, -1, null, 1))).toBe('undecided')
  })

  it('puts what surely lost most first, and of equal ones the larger mean', () => {
    const rows = [rowOf(0, -1, -0.4, -0.1), rowOf(1, -0.4, -0.35, -0.3), rowOf(2, -1, -0.9, -0.1), rowOf(3, -1, 0, 1)]
    expect(surestFirst(rows, 'harmful').map(({ index }) => index)).toEqual([1, 2, 0])
    expect(surestFirst(rows, 'helpful')).toEqual([])
  })

  it('is the same of helpful steps with the sign turned', () => {
    const bounds = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.array(bounds), (pairs) => {
        const rows = pairs.map(([a, b], at) => rowOf(at, Math.min(a, b), (a + b) / 2, Math.max(a, b)))
        const turned = rows.map(({ index, advantage: { low, high, value } }) =>
          rowOf(index, 0 - high, 0 - (value ?? 0), 0 - low),
        )
        expect(surestFirst(rows, 'harmful').map(({ index }) => index)).toEqual(
          surestFirst(turned, 'helpful').map(({ index }) => index),
        )
      }),
    )
  })
})
