import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRecipe } from '../../../rewards/shaping/apply.ts'
import { factorAt, type Schedule } from '../../../rewards/shaping/schedule.ts'
import { withSteps } from '../../support/reward-samples.ts'
import { recipeOf } from './terms.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('a schedule', () => {
  it('goes in a line from one factor to the other, and holds them outside', () => {
    const ramp: Schedule = { kind: 'linear', from: 2, to: 0, begin: 0.25, end: 0.75 }
    expect([0, 0.25, 0.5, 0.75, 1].map((progress) => factorAt(ramp, progress))).toEqual([2, 2, 1, 0, 0])
  })

  it('goes along half a cosine, flat at both ends', () => {
    const anneal: Schedule = { kind: 'cosine', from: 1, to: 0 }
    expect([0, 0.25, 0.5, 1].map((progress) => factorAt(anneal, progress))).toEqual([
      1,
      expect.closeTo((1 + Math.SQRT1_2) / 2, 12),
      expect.closeTo(0.5, 12),
      0,
    ])
  })

  it('holds each stage until the next begins', () => {
    const stages = [0, 0.5, 0.9].map((at, factor) => ({ at, factor }))
    expect([0, 0.49, 0.5, 0.89, 1].map((progress) => factorAt({ kind: 'step', stages }, progress))).toEqual([
      0, 0, 1, 1, 2,
    ])
  })

  it('never leaves the span of its two factors, and never turns back', () => {
    const kind = fc.constantFrom('linear' as const, 'cosine' as const)
    fc.assert(
      fc.property(kind, share, share, share, share, (shape, from, to, a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((at) => factorAt({ kind: shape, from, to }, at))
        for (const factor of [early, late]) {
          expect(factor).toBeGreaterThanOrEqual(Math.min(from, to) - 1e-12)
          expect(factor).toBeLessThanOrEqual(Math.max(from, to) + 1e-12)
        }
        expect(((late ?? 0) - (early ?? 0)) * (to - from)).toBeGreaterThanOrEqual(-1e-12)
      }),
    )
  })
})

describe('a recipe with a schedule', () => {
  const fading = recipeOf([{ signal: 'env', weight: 4, schedule: { kind: 'linear', from: 1, to: 0 } }], 'error')

  it('weighs its term by the given progress', () => {
    const at = (progress: number) => applyRecipe(fading, withSteps('env', [1]), { progress }).perStep
    expect([at(0), at(0.25), at(1)]).toEqual([[4], [3], [0]])
  })

  it('asks for no signal of a term that has faded', () => {
    expect(applyRecipe(fading, withSteps('env', [null]), { progress: 1 }).perStep).toEqual([0])
    expect(() => applyRecipe(fading, withSteps('env', [null]), { progress: 0.5 })).toThrow(/needs env of step 0/)
  })

  it.each([[{}], [{ progress: -0.1 }], [{ progress: 1.1 }], [{ progress: Number.NaN }]])('refuses %j', (clock) => {
    expect(() => applyRecipe(fading, withSteps('env', [1]), clock)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('progress of training') }),
    )
  })
})
