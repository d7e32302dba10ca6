import { describe, expect, it } from 'vitest'
import {
  crossEntropyLoss,
  detachedPairLoss,
  pairAccuracy,
  preferenceLoss,
  signAccuracy,
} from '../../../rewards/losses/implicit.ts'

const won = (score: number) => ({ score, success: true })
const lost = (score: number) => ({ score, success: false })

describe('losses of implicit process rewards', () => {
  it('are log 2 for scores that say nothing', () => {
    expect(crossEntropyLoss([won(0), lost(0)])).toBeCloseTo(Math.LN2, 12)
    expect(detachedPairLoss([[won(1), lost(1)]], { weights: 'none' })).toBeCloseTo(Math.LN2, 12)
    const even = [
      { stepScores: [1, 3], success: true },
      { stepScores: [2], success: false },
    ]
    expect(preferenceLoss([even])).toBeCloseTo(Math.LN2, 12)
  })

  it('stay finite for any score', () => {
    expect(crossEntropyLoss([won(-1e4)])).toBe(1e4)
    expect(crossEntropyLoss([won(1e4), lost(-1e4)])).toBe(0)
  })

  it('pair every success with every failure of its group, by the mean of steps', () => {
    const group = [
      { stepScores: [2, 4], success: true },
      { stepScores: [1], success: false },
      { stepScores: [0], success: false },
    ]
    expect(preferenceLoss([group, []])).toBeCloseTo((Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-3))) / 2, 12)
    expect(preferenceLoss([[{ stepScores: [1], success: true }]])).toBe(0)
  })

  it('weigh the best of n by how many are no better', () => {
    const group = [won(2), lost(1)]
    const loss = Math.log1p(Math.exp(-1))
    expect(detachedPairLoss([group], { weights: 'bon_rm' })).toBeCloseTo(2 * loss + 2 * 0.5 * loss, 12)
    expect(detachedPairLoss([group], { weights: 'bon_acc' })).toBeCloseTo(2 * loss + 2 * 0.5 * loss, 12)
  })

  it('count orders and signs that are right', () => {
    expect(
      pairAccuracy([
        [won(2), lost(1), lost(3)],
        [won(1), won(0)],
      ]),
    ).toBe((0.5 + 0.5) / 2)
    expect(signAccuracy([won(1), lost(1), lost(-1), won(0)])).toBe(0.5)
  })
})
