import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { pairAccuracy } from '../../../rewards/losses/implicit.ts'
import { accuracyOf, calibrationOf, lagWarning, leadsOf, spreadOf } from '../../../rewards/process/diagnostics.ts'
import { heldOut } from '../../../rewards/process/learning.ts'
import type { MeasuredOutcome } from '../../../rewards/process/measured.ts'
import { step } from '../../support/reward-samples.ts'

const rng = new Rng(keyOfSeed(9), 0)

const measuredGroup = (size: number): readonly MeasuredOutcome<object>[] =>
  Array.from({ length: size }, () => ({
    isSuccess: rng.float() < 0.4,
    actions: Array.from({ length: rng.int(1, 4) }, (_, index) => {
      const score = rng.float() - 0.5
      return { action: {}, logProbs: [0], referenceLogProbs: [0], score, step: step({ index }) }
    }),
  }))

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const mean = (values: readonly number[]): number => total(values) / values.length

/** Calibration as its definition reads: one pass over the predictions for each bin. */
function plainCalibrationError(predictions: readonly (readonly [probability: number, happened: boolean])[]): number {
  let error = 0
  for (let bin = 0; bin < 10; bin++) {
    const inside = predictions.filter(([p]) => (p >= bin / 10 && p < (bin + 1) / 10) || (bin === 9 && p === 1))
    if (inside.length === 0) continue
    const gap = mean(inside.map(([p]) => p)) - mean(inside.map(([, happened]) => Number(happened)))
    error += (inside.length / predictions.length) * Math.abs(gap)
  }
  return error
}

describe('held-out diagnostics', () => {
  const groups = Array.from({ length: 12 }, () => measuredGroup(6))
  const scoresOf = ({ actions }: MeasuredOutcome<object>) => actions.map(({ score }) => score)

  it('count how many pairs of a group are ordered rightly, by the mean of steps or by their sum', () => {
    for (const [loss, scoreOf] of [
      ['preference', mean],
      ['cross-entropy', total],
    ] as const) {
      let [right, pairs] = [0, 0]
      for (const group of groups)
        for (const won of group)
          for (const lost of group)
            if (won.isSuccess && !lost.isSuccess) {
              pairs++
              if (scoreOf(scoresOf(won)) > scoreOf(scoresOf(lost))) right++
            }
      expect(heldOut(groups, loss)).toMatchObject({ pairs, pairAccuracy: expect.closeTo(right / pairs, 12) })
    }
  })

  it('agree with the pair accuracy of the reference on one group with pairs', () => {
    const group = groups.find((each) => new Set(each.map(({ isSuccess }) => isSuccess)).size === 2) ?? []
    const scored = group.map((each) => ({ score: mean(scoresOf(each)), success: each.isSuccess }))
    expect(heldOut([group], 'preference').pairAccuracy).toBeCloseTo(pairAccuracy([scored]), 12)
  })

  it('are null where there is nothing to measure', () => {
    expect(heldOut([], 'preference')).toEqual({
      ...{ pairAccuracy: null, pairs: 0, spread: null, truthCorrelation: null, valuedSteps: 0 },
      calibration: { bins: [], error: null },
    })
    expect(heldOut([[{ isSuccess: true, actions: [] }]], 'cross-entropy').calibration.error).toBeNull()
  })

  it('correlate rewards with the true values that are known', () => {
    const steps = groups.flat().flatMap(({ actions }) => actions)
    const known = steps.filter((_, at) => at % 3 !== 0)
    const truths = new Map(known.map(({ step, score }, at) => [step, score * 2 + (at % 5) / 10]))
    const [x, y] = [known.map(({ score }) => score), known.map(({ step }) => truths.get(step) ?? 0)]
    const products = x.map((value, at) => (value - mean(x)) * ((y[at] ?? 0) - mean(y)))
    const deviation = (values: readonly number[]) =>
      Math.sqrt(total(values.map((value) => (value - mean(values)) ** 2)))
    expect(heldOut(groups, 'preference', (each) => truths.get(each) ?? null)).toMatchObject({
      valuedSteps: known.length,
      truthCorrelation: expect.closeTo(total(products) / deviation(x) / deviation(y), 12),
    })
    expect(heldOut(groups, 'preference', () => 1).truthCorrelation).toBeNull()
  })

  it('predict each outcome by the sum of a trajectory, and each pair by its lead', () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
    const outcomes = groups.flat().map((each) => [sigmoid(total(scoresOf(each))), each.isSuccess] as const)
    expect(heldOut(groups, 'cross-entropy').calibration.error).toBeCloseTo(plainCalibrationError(outcomes), 12)
    const pairs = groups.flatMap((group) =>
      group.flatMap((won) =>
        group.flatMap((lost) => {
          if (!won.isSuccess || lost.isSuccess) return []
          const lead = mean(scoresOf(won)) - mean(scoresOf(lost))
          return [[sigmoid(Math.abs(lead)), lead > 0] as const]
        }),
      ),
    )
    expect(heldOut(groups, 'preference').calibration.error).toBeCloseTo(plainCalibrationError(pairs), 12)
  })
})

describe('the parts of the diagnostics', () => {
  it('put probabilities of 0 and 1 into the first and last bin', () => {
    const predictions = [0, 0.05, 0.95, 1].map((probability) => ({ probability, happened: probability > 0.5 }))
    expect(calibrationOf(predictions)).toEqual({
      bins: [
        { from: 0, count: 2, predicted: 0.025, observed: 0 },
        { from: 0.9, count: 2, predicted: 0.975, observed: 1 },
      ],
      error: expect.closeTo(0.025, 12),
    })
  })

  it('take an even pair as half right', () => {
    const outcome = (score: number, isSuccess: boolean) => ({ score, isSuccess })
    expect(leadsOf([[outcome(1, true), outcome(1, false), outcome(0, false)]])).toEqual([0, 1])
    expect([accuracyOf([0, 1]), accuracyOf([0, -1]), accuracyOf([])]).toEqual([0.75, 0.25, null])
  })

  it('measure the spread of values', () => {
    expect(spreadOf([1, 3])).toEqual({ mean: 2, deviation: 1, least: 1, greatest: 3 })
    expect(spreadOf([])).toBeNull()
  })

  it.each([
    [[0.4, 0.3], false],
    [[0.4, 0.3, 0.2], true],
    [[0.4, 0.3, 0.5], false],
    [[0.4, null, 0.3, null, 0.2, null], true],
    [[0.1, 0.1, 0.1, 0.9], false],
    [[0.9, 0.4, 0.4, 0.4], true],
    [[], false],
  ])('advise to stop after the accuracies %j: %s', (accuracies, isAdvised) => {
    expect(lagWarning(accuracies) !== null).toBe(isAdvised)
  })

  it('say what lags, and what to do', () => {
    expect(lagWarning([0.4, 0.25, 0.1])).toMatch(/^stop: .*\(0\.40, 0\.25, 0\.10\).*learning rate/)
  })
})
