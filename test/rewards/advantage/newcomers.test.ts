import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import gdpo from '../../../rewards/advantage/gdpo.ts'
import grpoBatchScale from '../../../rewards/advantage/grpo-batch-scale.ts'
import igpo from '../../../rewards/advantage/igpo.ts'
import kevin from '../../../rewards/advantage/kevin.ts'
import maxRl from '../../../rewards/advantage/max-rl.ts'
import optimalTokenBaseline from '../../../rewards/advantage/optimal-token-baseline.ts'
import prpo from '../../../rewards/advantage/prpo.ts'
import reinforce from '../../../rewards/advantage/reinforce.ts'
import rlooNormalised from '../../../rewards/advantage/rloo-normalised.ts'
import stepReinforce from '../../../rewards/advantage/step-reinforce.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import {
  batchOfRows,
  deviation,
  discountedReturn,
  distance,
  episodeScore,
  groupOf,
  inOrder,
  mean,
  type Row,
  rowsArbitrary,
  siblings,
} from '../../support/rows.ts'

type Slow = (rows: readonly Row[], row: Row) => number

const firsts = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => siblings(rows, row)[0] === row)
const scoresOf = (rows: readonly Row[], all: readonly Row[]): readonly number[] =>
  firsts(all).map((row) => episodeScore(rows, row))
const groupScores = (rows: readonly Row[], row: Row): readonly number[] => scoresOf(rows, groupOf(rows, row))
const isFlat = (values: readonly number[]): boolean => values.every((value) => value === values[0])
const spreadOf = (values: readonly number[], correction: 0 | 1): number =>
  isFlat(values) ? 0 : deviation(values, correction)

/** Trajectories of groups of several, so that both modes agree on whom they compare. */
const severalArbitrary = rowsArbitrary.filter((rows) => rows.every((row) => groupScores(rows, row).length > 1))

function agrees(estimator: Estimator, options: JsonObject, slow: Slow): void {
  fc.assert(
    fc.property(severalArbitrary, (rows) => {
      const batch = batchOfRows(rows)
      for (const mode of ['paper', 'reference']) {
        const { advantages } = estimator.compute(batch, { mode, ...options })
        const plain = rows.map((row) => slow(rows, row))
        expect(distance(inOrder(batch, advantages), plain)).toBeLessThan(1e-6)
      }
    }),
    { numRuns: 60 },
  )
}

describe('estimators over the whole batch, and their formulas', () => {
  it('GRPO scaled by the batch centres in the group and divides by the deviation of all scores', () =>
    agrees(grpoBatchScale, { epsilon: 0.5 }, (rows, row) => {
      const scale = spreadOf(scoresOf(rows, rows), 1) + 0.5
      return (episodeScore(rows, row) - mean(groupScores(rows, row))) / scale
    }))

  it('RLOO normalised standardises what is left of a score without the others', () =>
    agrees(rlooNormalised, { epsilon: 0.5 }, (rows, row) => {
      const others = (own: Row): number => {
        const scores = groupScores(rows, own)
        return (episodeScore(rows, own) - mean(scores)) * (scores.length / (scores.length - 1))
      }
      const all = firsts(rows).map(others)
      return (others(row) - mean(all)) / (spreadOf(scoresOf(rows, rows), 1) === 0 ? 0.5 : deviation(all) + 0.5)
    }))

  it('PRPO standardises over the batch', () =>
    agrees(prpo, { epsilon: 0.5 }, (rows, row) => {
      const all = scoresOf(rows, rows)
      return (episodeScore(rows, row) - mean(all)) / (spreadOf(all, 0) + 0.5)
    }))

  it('PRPO with the baseline of the group divides by the deviation of all centred scores', () =>
    agrees(prpo, { baseline: 'group', epsilon: 0.5 }, (rows, row) => {
      const centred = (own: Row): number => episodeScore(rows, own) - mean(groupScores(rows, own))
      const all = firsts(rows).map(centred)
      return centred(row) / (Math.sqrt(mean(all.map((value) => value ** 2))) + 0.5)
    }))

  it('MaxRL divides by the mean of the group', () =>
    agrees(maxRl, { form: 'prime-rl' }, (rows, row) => {
      const centre = mean(groupScores(rows, row))
      return centre > 0 ? (episodeScore(rows, row) - centre) / centre : 0
    }))

  it('GDPO of one reward is GRPO whitened over all tokens', () =>
    agrees(gdpo, { norm: 'mean_norm' }, (rows, row) => {
      const centred = (own: Row): number => episodeScore(rows, own) - mean(groupScores(rows, own))
      const tokens = rows.flatMap((own) => new Array<number>(own.tokens).fill(centred(own)))
      if (tokens.length < 2 || isFlat(tokens)) return 0
      return (centred(row) - mean(tokens)) / Math.sqrt(deviation(tokens) ** 2 + 1e-8)
    }))

  it('REINFORCE standardises the returns of tokens, population', () =>
    agrees(reinforce, { gamma: 0.9 }, (rows, row) => {
      const returnsOf = (own: Row): readonly number[] => {
        const steps = siblings(rows, own)
        const after = steps.slice(steps.indexOf(own) + 1).reduce((sum, { tokens }) => sum + tokens, 0)
        return Array.from(
          { length: own.tokens },
          (_, at) => episodeScore(rows, own) * 0.9 ** (after + own.tokens - 1 - at),
        )
      }
      const all = rows.flatMap(returnsOf)
      const scale = Math.sqrt(Math.max(spreadOf(all, 0) ** 2, 1e-8))
      return isFlat(all) ? 0 : (mean(returnsOf(row)) - mean(all)) / scale
    }))
})

describe('estimators over the returns of turns, and their formulas', () => {
  it('step_reinforce standardises discounted returns over the group', () =>
    agrees(stepReinforce, { gamma: 0.9, epsilon: 0.5 }, (rows, row) => {
      const all = groupOf(rows, row).map((peer) => discountedReturn(rows, peer, 0.9))
      const scale = spreadOf(all, 1)
      return scale > 1e-6 ? (discountedReturn(rows, row, 0.9) - mean(all)) / (scale + 0.5) : 0
    }))

  it('step_reinforce compares steps by an anchor, and over the batch', () => {
    agrees(stepReinforce, { gamma: 1, grouping: 'text', epsilon: 0.5 }, (rows, row) => {
      const all = rows.filter(({ anchor }) => anchor === row.anchor).map((peer) => discountedReturn(rows, peer, 1))
      const scale = all.length > 1 ? spreadOf(all, 1) : 0
      return scale > 1e-6 ? (discountedReturn(rows, row, 1) - mean(all)) / (scale + 0.5) : 0
    })
    agrees(stepReinforce, { gamma: 1, meanOver: 'batch', stdOver: 'none' }, (rows, row) => {
      const all = rows.map((peer) => discountedReturn(rows, peer, 1))
      return discountedReturn(rows, row, 1) - mean(all)
    })
  })

  it("Kevin's is the z-score of sums, or of the best reward to come", () => {
    const best: Slow = (rows, row) => {
      const own = siblings(rows, row)
      return Math.max(...own.slice(own.indexOf(row)).map(({ env }, ahead) => 0.4 ** ahead * env))
    }
    for (const [aggregation, of] of [
      ['sum', (rows: readonly Row[], row: Row) => discountedReturn(rows, row, 0.4)],
      ['max', best],
    ] as const)
      agrees(kevin, { aggregation, epsilon: 0.5 }, (rows, row) => {
        const all = groupOf(rows, row).map((peer) => of(rows, peer))
        return (of(rows, row) - mean(all)) / (spreadOf(all, 0) + 0.5)
      })
  })
})

const NEST = { trajectory: ['a', 'a', 'a', 'b', 'b', 'c'], group: ['g', 'g', 'g', 'g', 'g', 'g'] }

describe('IGPO', () => {
  const batch = parseBatch({
    ...NEST,
    signals: { gain: [0.2, 0.4, null, -0.6, null, null] },
    outcomes: { success: [1, 1, 1, 0, 0, 1] },
  })
  const ofMode = (options: JsonObject) => [...inSourceOrder(batch, igpo.compute(batch, options).advantages)]

  it('standardises gains and outcomes together, and sums what is still to come', () => {
    const cells = [0.2, 0.4, 1, -0.6, 0, 1]
    const scale = Math.sqrt(deviation(cells, 0) ** 2 + 1e-8) + 1e-6
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = cells.map((value) => (value - mean(cells)) / scale)
    const right = [a + 0.5 * (b + 0.5 * c), b + 0.5 * c, c, d + 0.5 * e, e, f]
    expect(ofMode({ gamma: 0.5 })).toEqual(right.map((value) => expect.closeTo(value, 9)))
  })

  it('standardises them apart, weighted', () => {
    const standard = (values: readonly number[], value: number): number =>
      (value - mean(values)) / (Math.sqrt(deviation(values, 0) ** 2 + 1e-8) + 1e-6)
    const gains = [0.1, 0.2, -0.3]
    const right = standard(gains, 0.2) + standard([1, 0, 1], 1)
    expect(ofMode({ pool: 'separate', gainWeight: 0.5 })[1]).toBeCloseTo(right, 9)
  })

  it('keeps a turn that equals the mean apart, and merges it in reference mode', () => {
    const equal = parseBatch({
      trajectory: ['a', 'a', 'b', 'b'],
      group: ['g', 'g', 'g', 'g'],
      signals: { gain: [0.5, null, 0.5, null] },
      outcomes: { success: [1, 1, 0, 0] },
    })
    const options = { pool: 'separate', gamma: 0.5 }
    const [paper, reference] = ['paper', 'reference'].map(
      (mode) => igpo.compute(equal, { ...options, mode }).advantages,
    )
    expect([...(paper ?? [])].map((value) => Math.round(value * 10) / 10)).toEqual([0.5, 1, -0.5, -1])
    expect([...(reference ?? [])].map((value) => Math.round(value * 10) / 10)).toEqual([1, 1, -1, -1])
  })
})

describe('the optimal token baseline', () => {
  const columns = {
    trajectory: ['a', 'b', 'b'],
    group: ['g', 'g', 'g'],
    signals: { env: [1, 0, 3] },
    logProbs: [[-0.1, -0.2], [-0.3], [-0.4, -0.5]],
    perToken: { 'sum-pi-squared': [[0.8, 0.7], [0.6], [0.5, 0.4]] },
  }
  const energy = (logProb: number, squares: number): number => 1 - 2 * Math.exp(logProb) + squares
  const [a1, a2] = [energy(-0.1, 0.8), energy(-0.1, 0.8) + energy(-0.2, 0.7)]
  const [b1, b2] = [energy(-0.3, 0.6), energy(-0.3, 0.6) + energy(-0.4, 0.5)]
  const baseline = (a: number, b: number): number => (1 * a + 3 * b) / (a + b + 1e-8)

  it('weighs returns by the running sums of energies, token by token along the trajectory', () => {
    const batch = parseBatch(columns)
    const { perToken } = optimalTokenBaseline.compute(batch)
    const [first, second] = [baseline(a1, b1), baseline(a2, b2)]
    const right = [1 - first, 1 - second, 3 - first, 3 - second, 3]
    expect([...(perToken ?? [])]).toEqual(right.map((value) => expect.closeTo(value, 9)))
  })

  it('passes over what the agent did not write', () => {
    const tool = parseBatch({
      ...columns,
      logProbs: [[-0.1, -9, -0.2], [-0.3], [-0.4, -0.5]],
      perToken: { 'sum-pi-squared': [[0.8, 0, 0.7], [0.6], [0.5, 0.4]] },
      tokenMask: [[1, 0, 1], [1], [1, 1]],
    })
    const plain = optimalTokenBaseline.compute(parseBatch(columns))
    const { advantages, perToken } = optimalTokenBaseline.compute(tool)
    expect([...advantages]).toEqual([...plain.advantages].map((value) => expect.closeTo(value, 12)))
    expect(perToken?.[1]).toBe(0)
  })
})

describe('a step without what a method needs', () => {
  it('has no advantage over tokens, and its reward counts', () => {
    const batch = parseBatch({
      ...NEST,
      signals: { env: [0, 0, 5, 0, 1, 3] },
      tokenCounts: [2, 1, 0, 1, 2, 2],
    })
    const { mask, parts: _, ...rest } = reinforce.compute(batch)
    expect([...inSourceOrder(batch, Float64Array.from(mask))]).toEqual([1, 1, 0, 1, 1, 1])
    const whole = reinforce.compute(
      parseBatch({ ...NEST, signals: { env: [0, 5, 0, 0, 1, 3] }, tokenCounts: [2, 1, 0, 1, 2, 2] }),
    )
    expect([...rest.advantages]).toEqual([...whole.advantages])
  })

  it('of MaxRL: a group with a score below 0 has no advantages, and a warning says so', () => {
    const batch = parseBatch({ trajectory: ['a', 'b'], group: ['g', 'g'], signals: { env: [1, -1] } })
    const { mask, diagnostics } = maxRl.compute(batch)
    expect([...mask]).toEqual([0, 0])
    expect(diagnostics.warnings).toEqual(expect.arrayContaining([expect.stringContaining('below 0')]))
  })

  it('of GDPO in the form of TRL: a reward that is not known is left out alone, in reference mode', () => {
    const batch = parseBatch({
      trajectory: ['a', 'b', 'c'],
      group: ['g', 'g', 'g'],
      signals: { one: [1, 0, null], two: [null, 1, null] },
    })
    const options = { form: 'trl', rewards: ['one', 'two'], epsilon: 1e-4 }
    expect([...gdpo.compute(batch, { ...options, mode: 'reference' }).mask]).toEqual([1, 1, 0])
    expect([...gdpo.compute(batch, { ...options, minGroupSize: 1 }).mask]).toEqual([0, 1, 0])
  })

  it('refuses weights that do not fit the rewards, and an invalid range', () => {
    const batch = parseBatch({ ...NEST, signals: { env: [0, 0, 1, 0, 0, 1] } })
    expect(() => gdpo.compute(batch, { weights: [1, 2] })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => rlooNormalised.compute(batch, { rewardRange: [2, 1] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
