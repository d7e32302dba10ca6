import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import drGrpo from '../../../rewards/advantage/dr-grpo.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { whitened } from '../../../rewards/estimator/sequences.ts'
import { batchOfRows, distance, inOrder, type Row, rowsArbitrary } from '../../support/rows.ts'

const advantages = (estimator: typeof grpo, rows: readonly Row[], options: JsonObject = {}): readonly number[] => {
  const batch = batchOfRows(rows)
  return inOrder(batch, estimator.compute(batch, options).advantages)
}
const scaled = (rows: readonly Row[], factor: number): readonly Row[] =>
  rows.map((row) => ({ ...row, env: factor * row.env }))

describe('properties of advantages', () => {
  it('are numbers if all scores of a group are equal and nothing is added to the deviation', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const equal = rows.map((row) => ({ ...row, env: 1 }))
        for (const estimator of [grpo, gigpo, hgpo])
          for (const value of advantages(estimator, equal, { epsilon: 0 })) expect(Number.isFinite(value)).toBe(true)
      }),
    )
  })

  it('sum to 0 in a group if the baseline is its mean', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        for (const estimator of [grpo, drGrpo]) {
          const values = advantages(estimator, rows)
          for (const group of new Set(rows.map((row) => row.group))) {
            const sum = values.reduce((total, value, at) => total + (rows[at]?.group === group ? value : 0), 0)
            expect(Math.abs(sum)).toBeLessThan(1e-8)
          }
        }
      }),
    )
  })

  it('do not depend on the order of rows, except time order', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const order = [...rows.keys()].toSorted((a, b) => {
          const [one, other] = [rows[a]?.trajectory ?? '', rows[b]?.trajectory ?? '']
          return one < other ? 1 : one > other ? -1 : a - b
        })
        const shuffled = order.flatMap((at) => rows.slice(at, at + 1))
        for (const estimator of [grpo, rloo, gigpo, hgpo]) {
          const before = advantages(estimator, rows)
          const after = advantages(estimator, shuffled)
          expect(
            distance(
              after,
              order.map((at) => before[at] ?? 0),
            ),
          ).toBeLessThan(1e-7)
        }
      }),
    )
  })

  it('grow with the rewards without the deviation, and keep their scale with it', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.constantFrom(2, 4, 0.5), (rows, factor) => {
        const options = { invalidActionPenalty: 0 }
        const grown = advantages(rloo, scaled(rows, factor), options)
        expect(
          distance(
            grown,
            advantages(rloo, rows, options).map((value) => factor * value),
          ),
        ).toBeLessThan(1e-9)
        const kept = advantages(grpo, scaled(rows, factor), { ...options, epsilon: 0 })
        if (kept.every(Number.isFinite)) {
          const before = advantages(grpo, rows, { ...options, epsilon: 0 })
          expect(distance(kept, before)).toBeLessThan(1e-9)
        }
      }),
    )
  })

  it('are exactly 0 among steps of equal returns, however these round', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 2, max: 16 }), (value, size) => {
        const members = Array.from({ length: size }, (_, member) => `${member}`)
        const batch = parseBatch({
          trajectory: members,
          group: members.map(() => 'g'),
          anchors: { text: members.map(() => 'p') },
          signals: { env: members.map(() => value) },
        })
        for (const estimator of [gigpo, hgpo, grpo])
          expect(estimator.compute(batch).advantages.every((each) => each === 0)).toBe(true)
      }),
    )
  })

  it('of a group with a copied row are those of the reference: the copy counts in the mean', () => {
    const batch = parseBatch({
      trajectory: ['a', 'b', 'a'],
      group: ['g', 'g', 'g'],
      outcomes: { env: [3, 0, 3] },
      copyOf: [null, null, 0],
    })
    expect(inOrder(batch, drGrpo.compute(batch).advantages)).toEqual([1, -2, 1])
    expect(drGrpo.compute(batch).diagnostics.rows.copies).toBe(1)
  })
})

describe('whitening', () => {
  it('gives mean 0 and deviation 1, and exactly 0 for equal items', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 }),
        (values) => {
          const result = whitened(Float64Array.from(values), new Uint8Array(values.length).fill(1), 'paper')
          expect(Math.abs(result.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6)
          if (values.every((value) => value === values[0])) expect(result.every((value) => value === 0)).toBe(true)
        },
      ),
    )
  })
})
