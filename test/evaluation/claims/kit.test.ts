import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergedBy, repeatedShares, withPast } from '../../../evaluation/claims/kit/anchors.ts'
import { biasOf, squaredBiasDifference, stateCellsOf, stateSumsOf } from '../../../evaluation/claims/kit/bias.ts'
import { words } from '../../../evaluation/claims/kit/claim.ts'
import { climb, moved } from '../../../evaluation/claims/kit/climb.ts'
import { blocksOf } from '../../../evaluation/claims/kit/intervals.ts'
import { remembering } from '../../../evaluation/claims/kit/remembering.ts'
import { verdictOn } from '../../../evaluation/claims/kit/verdict.ts'
import type { Estimates } from '../../../evaluation/creditbench/measures/estimates.ts'
import { samplesOf } from '../../../evaluation/creditbench/sample.ts'
import { testbedOf } from '../../../evaluation/creditbench/testbed.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { observationsOf } from '../../../evaluation/exact/model.ts'
import { tableOf } from '../../../evaluation/exact/policy-table.ts'
import { valuesOf } from '../../../evaluation/exact/values.ts'
import { lopsided, slippery, startOf } from '../../support/exact-worlds.ts'

const model = enumerate(await startOf(slippery))
const testbed = testbedOf([model], lopsided)

const estimatesOf = (of: (truth: number, row: number, state: number) => number): readonly Estimates[] =>
  samplesOf(testbed, { batches: 400 }).map((sample) => ({
    sample,
    mask: new Uint8Array(sample.truth.length).fill(1),
    advantages: sample.truth.map((truth, row) => of(truth, row, sample.walks.state[row] ?? 0)),
  }))

describe('a condition on a figure', () => {
  const bounds = fc.record({ value: fc.integer({ min: -9, max: 9 }), reach: fc.integer({ min: 0, max: 9 }) })

  it('is never confirmed and refuted at once, and above is the contrary of below but at the bound', () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: -9, max: 9 }), ({ value, reach }, bound) => {
        const estimate = { value, low: value - reach, high: value + reach }
        const above = verdictOn({ figure: '', is: 'above', bound, says: '' }, estimate)
        const below = verdictOn({ figure: '', is: 'below', bound, says: '' }, estimate)
        expect(above === 'confirmed' && below === 'confirmed').toBe(false)
        if (above === 'confirmed') expect(below).toBe('refuted')
        if (below === 'confirmed') expect(above).toBe('refuted')
        if (estimate.low < bound && bound < estimate.high) expect([above, below]).toEqual(['undecided', 'undecided'])
      }),
    )
  })

  it('is confirmed within a margin if the whole interval is, its ends included', () => {
    const within = (low: number, high: number) =>
      verdictOn({ figure: '', is: 'within', bound: 1, says: '' }, { value: low, low, high })
    expect([within(-1, 1), within(0, 0), within(0, 1.1), within(1.1, 2), within(-3, -1.1)]).toEqual([
      'confirmed',
      'confirmed',
      'undecided',
      'refuted',
      'refuted',
    ])
  })
})

describe('a number in words', () => {
  it.each([
    [{ value: 350, low: 350, high: 350 }, '350'],
    [{ value: 0.6412, low: 0.6412, high: 0.6412 }, '0.64'],
    [{ value: -0.0134, low: -0.02, high: 0.1 }, '-0.013 (-0.020 to 0.10)'],
    [{ value: 29.94, low: 26.9, high: 133 }, '29.9 (26.9 to 133)'],
    [{ value: -1e-9, low: -1e-9, high: -1e-9 }, '0.000'],
    [null, 'unknown'],
  ])('%j is %s', (estimate, text) => {
    expect(words(estimate)).toBe(text)
  })
})

describe('the bias of estimates', () => {
  it('is zero for the truth at any scale, with or without noise', () => {
    const scaled = stateSumsOf(
      testbed,
      estimatesOf((truth) => 3 * truth),
    )
    expect(biasOf(scaled, 'advantage')?.value).toBeCloseTo(0, 6)
    let draw = 1
    const noise = (): number => {
      draw = (draw * 48_271) % 2_147_483_647
      return draw / 2_147_483_647 - 0.5
    }
    const noisy = biasOf(
      stateSumsOf(
        testbed,
        estimatesOf((truth) => truth + noise()),
      ),
      'advantage',
    )
    expect(noisy?.low).toBeLessThan(0.05)
    expect(noisy?.value).toBeLessThan(0.15)
  })

  it('of an offset by state is one of the advantage, and none of the gradient', () => {
    const offset = stateSumsOf(
      testbed,
      estimatesOf((truth, _, state) => truth + state),
    )
    expect(biasOf(offset, 'advantage')?.value).toBeGreaterThan(0.5)
    expect(biasOf(offset, 'gradient')?.value).toBeCloseTo(0, 6)
    const plain = stateSumsOf(
      testbed,
      estimatesOf((truth) => truth),
    )
    expect(squaredBiasDifference(offset, plain, 'advantage')?.low).toBeGreaterThan(0)
  })

  it('is the sine of the angle between averages and truth, as counted the plain way', () => {
    const wrong = (choice: number): number => Math.sin(7 * choice)
    const estimates = samplesOf(testbed, { batches: 400 }).map(
      (sample): Estimates => ({
        sample,
        mask: new Uint8Array(sample.truth.length).fill(1),
        advantages: Float64Array.from(sample.walks.choice, (choice, row) => (sample.truth[row] ?? 0) + wrong(choice)),
      }),
    )
    const cells = new Map<number, { count: number; truth: number; credit: number }>()
    for (const { sample, advantages } of estimates)
      for (const [row, choice] of sample.walks.choice.entries()) {
        const own = cells.get(choice) ?? { count: 0, truth: 0, credit: 0 }
        const [truth, credit] = [sample.truth[row] ?? 0, advantages[row] ?? 0]
        cells.set(choice, { count: own.count + 1, truth: own.truth + truth, credit: own.credit + credit })
      }
    let [both, truths, credits] = [0, 0, 0]
    for (const { count, truth, credit } of cells.values()) {
      both += (truth * credit) / count
      truths += truth ** 2 / count
      credits += credit ** 2 / count
    }
    const plain = Math.sqrt(1 - both ** 2 / (truths * credits))
    expect(plain).toBeGreaterThan(0.3)
    expect(biasOf(stateSumsOf(testbed, estimates), 'advantage')?.value).toBeCloseTo(plain, 2)
  })

  it('is unknown of estimates that say nothing', () => {
    expect(stateCellsOf(testbed).count).toBe(model.actionOf.length)
    expect(
      biasOf(
        stateSumsOf(
          testbed,
          estimatesOf(() => 1),
        ),
        'gradient',
      ),
    ).toBeNull()
  })
})

describe('a policy that is moved', () => {
  it('keeps its tables if nothing moves it, and gains by a step along the truth', () => {
    const still = moved(testbed, new Float64Array(testbed.cellCount))
    expect(still.value).toBeCloseTo(testbed.value, 12)
    expect(moved(testbed, testbed.gradient).value).toBeGreaterThan(testbed.value)
    expect(
      moved(
        testbed,
        testbed.gradient.map((pull) => -pull),
      ).value,
    ).toBeLessThan(testbed.value)
  })

  it('gains first what the exact gradient says', () => {
    const size = 1e-5
    const after = moved(
      testbed,
      testbed.gradient.map((pull) => size * pull),
    ).value
    const slope = testbed.gradient.reduce((sum, pull) => sum + pull * pull, 0)
    expect((after - testbed.value) / size / slope).toBeCloseTo(1, 3)
  })

  it('learns from the truth, and stays if there is no credit', () => {
    const credit = (scale: number) => (sample: { readonly truth: Float64Array }) => ({
      advantages: sample.truth.map((value) => scale * value),
      mask: new Uint8Array(sample.truth.length).fill(1),
    })
    const values = climb(testbed, credit(1), { updates: 10, rate: 0.1 })
    expect(values).toHaveLength(11)
    expect(values[0]).toBe(testbed.value)
    expect(values.at(-1)).toBeGreaterThan(testbed.value + 0.1)
    expect(new Set(climb(testbed, credit(0), { updates: 3, rate: 0.1 }))).toEqual(new Set([testbed.value]))
  })
})

describe('a task for a policy that remembers', () => {
  const bigger = remembering(model)

  it('is worth the same to a policy that does not', () => {
    const now = bigger.anchors.get('now')
    if (!now) throw new Error('no anchor now')
    const forgetful = { ...bigger, anchors: new Map(bigger.anchors).set('text', now) }
    const value = valuesOf(forgetful, tableOf(forgetful, lopsided)).states[0]?.[0]
    expect(value).toBeCloseTo(valuesOf(model, tableOf(model, lopsided)).states[0]?.[0] ?? Number.NaN, 12)
  })

  it('distinguishes what was seen before, and only that', () => {
    const { texts } = observationsOf(bigger)
    expect(texts).toContain('Before:\nat 1\nNow:\nat 2')
    expect(texts).toContain('Before:\nat 3\nNow:\nat 2')
    expect(texts).toContain('Before:\n\nNow:\nat 1')
    expect(bigger.anchors.get('now')?.texts.toSorted()).toEqual(observationsOf(model).texts.toSorted())
    expect(bigger.stateCount).toBeGreaterThan(model.stateCount)
  })

  it('has outcomes whose probabilities sum to one', () => {
    const { outcomeStarts, outcomeProbability } = bigger
    for (let choice = 0; choice + 1 < outcomeStarts.length; choice++) {
      const own = outcomeProbability.subarray(outcomeStarts[choice], outcomeStarts[choice + 1])
      expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    }
  })
})

describe('anchors of other lengths', () => {
  const samples = samplesOf(testbed, { batches: 3 })

  it('with no past are the observations, and with a longer past repeat less', () => {
    const shares = [0, 1, 2, 1000].map((length) => repeatedShares(withPast(samples, length), 'past')[0] ?? 0)
    expect(shares[0]).toBe(repeatedShares(samples, 'text')[0])
    expect(shares).toEqual(shares.toSorted((a, b) => b - a))
  })

  it('agree with the plain definition: the last observations, joined', () => {
    const [sample] = withPast(samples, 1)
    if (!sample) throw new Error('no sample')
    const { batch, walks } = sample
    const [text, past] = [batch.anchors.get('text'), batch.anchors.get('past')]
    if (!(text && past)) throw new Error('no anchors')
    const keyOf = (row: number): string =>
      row === walks.starts[batch.trajectoryOf[row] ?? 0] ? `${text.ids[row]}` : `${text.ids[row - 1]},${text.ids[row]}`
    for (let row = 0; row < batch.rowCount; row++) {
      expect(past.texts[past.ids[row] ?? 0]).toBe(keyOf(row))
      expect(past.texts[past.nextIds[row] ?? 0]).toBe(`${text.ids[row]},${text.nextIds[row]}`)
    }
  })

  it('merge what a function of them makes one', () => {
    const [sample] = mergedBy(samples, 'text', () => 'all the same')
    const merged = sample?.batch.anchors.get('merged')
    expect(merged?.texts).toEqual(['all the same'])
    expect(new Set(merged?.ids)).toEqual(new Set([0]))
    expect(() => mergedBy(samples, 'sound', (text) => text)).toThrow(/no anchor sound/)
  })
})

describe('blocks for a jackknife', () => {
  it('hold every item once, in blocks of nearly equal size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), (items) => {
        const blocks = blocksOf(items)
        expect(blocks.flat().toSorted()).toEqual(items.toSorted())
        const sizes = blocks.map(({ length }) => length)
        if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
