import { describe, expect, it } from 'vitest'
import { ownRng } from '../../../evaluation/claims/kit/climb.ts'
import { proofBed } from '../../../evaluation/claims/min-form.ts'
import { type Tally, truncatedBatch, wholeBatch } from '../../../evaluation/claims/slate-truncation/truncated.ts'
import { turnsBed } from '../../../evaluation/claims/turn-index.ts'
import { addInto } from '../../../evaluation/creditbench/measures/cells.ts'
import { cosine } from '../../../evaluation/creditbench/measures/gradient.ts'
import { testbedOf } from '../../../evaluation/creditbench/testbed.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { lopsided, slippery, startOf } from '../../support/exact-worlds.ts'

describe('turns that are paid one by one', () => {
  it('are worth what the chances say, whether or not one can stop', async () => {
    const mean = (0.7 + 0.2) / 2
    expect((await turnsBed(false)).value).toBeCloseTo(6 * mean, 12)
    const goesOn = 0.75
    const open = Array.from({ length: 6 }, (_, turn) => goesOn ** (turn + 1) * mean).reduce((a, b) => a + b, 0)
    expect((await turnsBed(true)).value).toBeCloseTo(open, 12)
  })
})

describe('the proof', () => {
  it('is worth the chance of three steps of work in twelve before a blunder', async () => {
    const [work, restate] = [0.475, 0.475]
    let chance = 0
    for (let restated = 0; restated <= 9; restated++)
      chance += (((restated + 1) * (restated + 2)) / 2) * work ** 3 * restate ** restated
    expect((await proofBed()).value).toBeCloseTo(chance, 12)
  })
})

describe('truncated and whole sampling', async () => {
  const testbed = testbedOf([enumerate(await startOf(slippery))], lopsided)
  const width = 4
  const batches = 4000

  const averaged = (
    sample: (at: number) => Tally,
  ): { readonly gradient: Float64Array; readonly all: readonly Tally[] } => {
    const gradient = new Float64Array(testbed.cellCount)
    const all = Array.from({ length: batches }, (_, at) => sample(at))
    for (const tally of all) addInto(gradient, tally.gradient)
    return { all, gradient: gradient.map((value) => value / batches / width) }
  }

  it.each([
    ['whole', (at: number) => wholeBatch(testbed, width, ownRng(1, at))],
    ['judged', (at: number) => truncatedBatch(testbed, width, 'judge', ownRng(2, at))],
    ['played to the end', (at: number) => truncatedBatch(testbed, width, 'continuation', ownRng(3, at))],
  ])('%s: has the exact gradient on average, in size and direction', (_, sample) => {
    const { gradient } = averaged(sample)
    expect(cosine(gradient, testbed.gradient)).toBeGreaterThan(0.98)
    const size = (values: Float64Array): number => Math.hypot(...values)
    expect(size(gradient) / size(testbed.gradient)).toBeCloseTo(1, 1)
  })

  it('take as many environment steps as they should', () => {
    const whole = wholeBatch(testbed, width, ownRng(1, 0))
    expect(whole.steps).toBe(whole.rows)
    const judged = truncatedBatch(testbed, width, 'judge', ownRng(2, 0))
    expect(judged.steps).toBe(judged.rows)
    expect(judged.rows % width).toBe(0)
    const continued = truncatedBatch(testbed, width, 'continuation', ownRng(3, 0))
    expect(continued.steps).toBeGreaterThan(continued.rows)
  })

  it('leave a judge with less error than an episode played to its end', () => {
    const errorOf = ({ all }: ReturnType<typeof averaged>): number =>
      all.reduce((sum, { errors }) => sum + errors, 0) / all.reduce((sum, { rows }) => sum + rows, 0)
    const judged = averaged((at) => truncatedBatch(testbed, width, 'judge', ownRng(2, at)))
    const continued = averaged((at) => truncatedBatch(testbed, width, 'continuation', ownRng(3, at)))
    expect(errorOf(judged)).toBeLessThan(errorOf(continued))
  })
})
