import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import { entriesOf, PLANTED } from '../../../evaluation/creditbench/entries.ts'
import { MEASURES } from '../../../evaluation/creditbench/measures/catalog.ts'
import { biasAndVariance, CellSums } from '../../../evaluation/creditbench/measures/cells.ts'
import { earliestErrorF1, mistakeAuc, mistakesOf } from '../../../evaluation/creditbench/measures/detection.ts'
import type { Estimates } from '../../../evaluation/creditbench/measures/estimates.ts'
import { evaluateEntry, type Material, type Scores } from '../../../evaluation/creditbench/measures/evaluate.ts'
import { addPolicyGradient, cosine } from '../../../evaluation/creditbench/measures/gradient.ts'
import { allEntries } from '../../../evaluation/creditbench/run.ts'
import { samplesOf } from '../../../evaluation/creditbench/sample.ts'
import type { Testbed } from '../../../evaluation/creditbench/testbed.ts'
import { valuesOf } from '../../../evaluation/exact/values.ts'
import { normal } from '../../../evaluation/statistics/normal.ts'
import gae from '../../../rewards/advantage/gae.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { corridorBed, slipperyBed } from './beds.ts'

const materialOf = (testbed: Testbed, batches = 20): Material => ({
  testbed,
  samples: samplesOf(testbed, { batches }),
  planted: samplesOf(testbed, { batches: 10, mistakes: 0.5, seed: 1 }),
})

describe.each([
  ['a corridor', corridorBed],
  ['a corridor with rooms that look alike', () => corridorBed(true)],
  ['a walk that slips', slipperyBed],
])('planted estimators in %s', (_, bed) => {
  it('come out in their order by every measure', async () => {
    const material = materialOf(await bed(), 40)
    const scores = PLANTED.map((entry) => evaluateEntry(material, entry))
    for (const { name, better } of MEASURES.filter(({ name }) => ORDERED.includes(name)))
      for (const [at, worse] of scores.entries()) {
        const ahead = scores.slice(0, at).map(({ measures }) => measures[name]?.value)
        const own = worse.measures[name]?.value
        if (own === undefined) continue
        for (const value of ahead.filter((each) => each !== undefined))
          expect(better === 'high' ? value >= own : value <= own, `${name}: ${value} against ${own}`).toBe(true)
      }
  })

  it('have no error if they say the truth', async () => {
    const { measures, reason } = evaluateEntry(materialOf(await bed()), PLANTED[0] ?? PLANTED_MISSING)
    expect(reason).toBeNull()
    expect(measures.squaredError?.value).toBe(0)
    expect(measures.bias?.value).toBeCloseTo(0, 9)
    for (const name of [
      'correlation',
      'rankCorrelation',
      'signAccuracy',
      'averagedCorrelation',
      'centredCorrelation',
    ] as const)
      expect(measures[name]?.value).toBeCloseTo(1, 9)
  })
})

/** Measures in which a turned sign is worse than none: the squared error fits a scale, which turns it back. */
const ORDERED: readonly string[] = MEASURES.map(({ name }) => name).filter(
  (name) => !['squaredError', 'bias', 'variance'].includes(name),
)
const PLANTED_MISSING = { label: '', estimator: rloo, options: {}, isPlanted: true }

describe('estimators that are fed the truth', () => {
  it('have no error: a critic with exact values if nothing is left to chance', async () => {
    const options = { lam: 0, whiten: false }
    const { measures } = evaluateEntry(materialOf(await corridorBed()), {
      label: 'gae',
      estimator: gae,
      options,
      isPlanted: false,
    })
    expect(measures.squaredError?.value).toBeCloseTo(0, 12)
    expect(measures.centredCorrelation?.value).toBeCloseTo(1, 12)
  })
})

describe('the policy gradient', () => {
  it('is how the exact value changes with each logit', async () => {
    const bed = await slipperyBed()
    const [task] = bed.tasks
    if (!task) throw new Error('no task')
    const { model, table, cellOf } = task
    const valueWith = (cell: number, delta: number): number => {
      const changed = table.map((p, choice) => (cellOf[choice] === cell ? p * Math.exp(delta) : p))
      for (let s = 0; s < model.stateCount; s++) {
        const [from, to] = [model.choiceStarts[s] ?? 0, model.choiceStarts[s + 1] ?? 0]
        const sum = changed.subarray(from, to).reduce((a, b) => a + b, 0)
        for (let c = from; c < to; c++) changed[c] = (changed[c] ?? 0) / sum
      }
      return valuesOf(model, changed).states[0]?.[0] ?? 0
    }
    for (const cell of new Set(cellOf)) {
      const slope = (valueWith(cell, 1e-5) - valueWith(cell, -1e-5)) / 2e-5
      expect(bed.gradient[cell]).toBeCloseTo(slope, 8)
    }
  })

  it.each([
    ['exact anchors', false],
    ['rooms that look alike', true],
  ])('is the limit of leave-one-out advantages over many batches, with %s', async (_, isDark) => {
    const bed = await corridorBed(isDark)
    const gradient = new Float64Array(bed.cellCount)
    for (const sample of samplesOf(bed, { batches: 1500 })) {
      const { advantages, mask } = rloo.compute(sample.batch)
      addPolicyGradient(bed, { sample, advantages, mask }, gradient)
    }
    expect(cosine(gradient, bed.gradient)).toBeGreaterThan(0.99)
  })
})

describe('bias and variance', () => {
  it('distinguish an offset that returns from noise that does not', () => {
    const rng = new Rng({ word0: 8, word1: 9 }, 0)
    const [cells, visits] = [200, 400]
    const viewOf = Int32Array.from({ length: cells }, (_, cell) => cell >> 1)
    const truths = Float64Array.from({ length: cells }, (_, cell) => (cell % 2 ? 1 : -1))
    const offsets = Float64Array.from({ length: cells }, (_, cell) => (cell % 4 < 2 ? 0.5 : -0.5) * (cell % 2 ? 1 : -1))
    const halfOf = (): CellSums => {
      const sums = new CellSums(cells)
      for (let cell = 0; cell < cells; cell++)
        for (let visit = 0; visit < visits; visit++) {
          const estimate = 3 * ((truths[cell] ?? 0) + (offsets[cell] ?? 0) + 2 * normal(rng))
          sums.counts[cell] = (sums.counts[cell] ?? 0) + 1
          sums.truths[cell] = (sums.truths[cell] ?? 0) + (truths[cell] ?? 0)
          sums.estimates[cell] = (sums.estimates[cell] ?? 0) + estimate
          sums.squares += estimate ** 2
        }
      return sums
    }
    const found = biasAndVariance(halfOf(), halfOf(), viewOf)
    // Half of the views say 1.5, half 0.5: the best scale is 0.8, and leaves 0.2 and 0.6.
    expect(found?.bias).toBeCloseTo(Math.sqrt((0.2 ** 2 + 0.6 ** 2) / 2), 1)
    expect(found?.variance).toBeCloseTo(0.8 ** 2 * 2 ** 2, 0)
  })

  it('are not defined for what is nowhere', () => {
    expect(biasAndVariance(new CellSums(4), new CellSums(4), new Int32Array(4))).toBeNull()
  })
})

describe('detection of mistakes', () => {
  const estimatesOf = async (say: (truth: number, row: number) => number): Promise<Estimates> => {
    const [sample] = samplesOf(await corridorBed(), { batches: 1, mistakes: 0.5, groupSize: 16 })
    if (!sample) throw new Error('no sample')
    const advantages = sample.truth.map(say)
    return { sample, advantages, mask: new Uint8Array(advantages.length).fill(1) }
  }

  it('is the share of pairs in their order, equals counting half', async () => {
    const given = await estimatesOf((_, row) => (row * 7) % 5)
    const isMistake = mistakesOf(given.sample)
    let [right, pairs] = [0, 0]
    isMistake.forEach((mistake, a) => {
      if (!mistake) return
      isMistake.forEach((other, b) => {
        if (other) return
        pairs++
        const gap = (given.advantages[b] ?? 0) - (given.advantages[a] ?? 0)
        right += gap > 0 ? 1 : gap === 0 ? 0.5 : 0
      })
    })
    expect(pairs).toBeGreaterThan(50)
    expect(mistakeAuc(given)).toBeCloseTo(right / pairs, 12)
  })

  it('is perfect for the truth, and names first mistakes', async () => {
    expect(mistakeAuc(await estimatesOf((truth) => truth))).toBeGreaterThan(0.99)
    expect(earliestErrorF1(await estimatesOf((truth) => truth), -0.05)).toBeGreaterThan(0.5)
    expect(earliestErrorF1(await estimatesOf(() => 0), -0.05)).toBe(0)
  })
})

describe('every registered estimator', () => {
  it('has its rows, and each a score', async () => {
    const material = materialOf(await corridorBed(), 10)
    const scores: readonly Scores[] = (await allEntries()).map((each) => evaluateEntry(material, each))
    expect(scores.length).toBeGreaterThan(25)
    for (const { label, measures, reason } of scores) {
      expect(reason, label).toBeNull()
      expect(measures.mistakeAuc, label).not.toBeNull()
    }
    const given = new Map(scores.map((each) => [each.label, each.given]))
    expect(given.get('igpo')).toEqual(['gain'])
    expect(given.get('optimal-token-baseline')).toEqual([])
  })

  it('that does not ask for tokens says the same without them', async () => {
    const [sample] = samplesOf(await corridorBed(), { batches: 1 })
    if (!sample) throw new Error('no sample')
    for (const { label, estimator, options } of await allEntries()) {
      if (estimator.consumes.includes('log-probabilities')) continue
      const without = estimator.compute({ ...sample.batch, tokens: null }, options)
      expect(estimator.compute(sample.batch, options).advantages, label).toEqual(without.advantages)
    }
  })

  it('that divides by deviations has a row without', () => {
    fc.assert(
      fc.property(fc.constantFrom('mean_std_norm', 'mean_norm', undefined), (norm) => {
        const defaults = norm === undefined ? {} : { norm }
        expect(entriesOf({ ...rloo, defaults })).toHaveLength(norm === 'mean_std_norm' ? 2 : 1)
      }),
    )
  })
})
