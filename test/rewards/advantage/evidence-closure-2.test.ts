import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import evidenceClosure from '../../../rewards/advantage/evidence-closure.ts'
import secondClosure from '../../../rewards/advantage/evidence-closure-2.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { distance, inOrder, rowsArbitrary } from '../../support/rows.ts'
import { plainEvidence } from '../estimator/anchor-transitions-plain.ts'
import { plainAdvantages, plainTrust, type Walked } from './evidence-closure-plain.ts'

const walked: fc.Arbitrary<readonly Walked[]> = rowsArbitrary.map((rows) =>
  rows.map((row, at) => {
    const after = rows.slice(at + 1).find(({ trajectory }) => trajectory === row.trajectory)
    return { ...row, next: after?.anchor ?? (row.action === 'x' ? 'p' : 'nowhere else'), isTruncated: false }
  }),
)

const batchOf = (steps: readonly Walked[]) =>
  parseBatch({
    group: steps.map(({ group }) => group),
    trajectory: steps.map(({ trajectory }) => trajectory),
    anchors: { text: steps.map(({ anchor }) => anchor) },
    nextAnchors: { text: steps.map(({ next }) => next) },
    action: steps.map(({ action }) => action),
    signals: { env: steps.map(({ env }) => env) },
  })

const advantagesOf = (steps: readonly Walked[], options: JsonObject = {}): readonly number[] => {
  const batch = batchOf(steps)
  return inOrder(batch, secondClosure.compute(batch, { mode: 'reference', minGroupSize: 1, ...options }).advantages)
}

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

/** As the docstring reads: trust by transitions too, choices by their trajectories, in root mean squares. */
function plain(steps: readonly Walked[]): readonly number[] {
  const seen = plainEvidence(steps)
  const k = 4 * Math.sqrt(plainTrust(steps, seen))
  const weighted = plainAdvantages(steps, seen).map((value, at) => {
    const [own] = steps.slice(at, at + 1)
    const makers = steps.filter(
      ({ group, anchor, action }) => group === own?.group && anchor === own.anchor && action === own.action,
    )
    const n = new Set(makers.map(({ trajectory }) => trajectory)).size
    return (value * (1 + k) * n) / (n + k)
  })
  const root = rootMeanSquare(weighted)
  return root === 0 ? weighted : weighted.map((value) => value / root)
}

describe('the second closure of evidence', () => {
  it('agrees with a plain version of its three changes', () => {
    fc.assert(
      fc.property(walked, (steps) => {
        expect(distance(advantagesOf(steps), plain(steps))).toBeLessThan(1e-7)
      }),
      { numRuns: 60 },
    )
  })

  it('is the first one without them', () => {
    const off = { transitions: false, repetition: 0, scale: 'reward' }
    fc.assert(
      fc.property(walked, (steps) => {
        const batch = batchOf(steps)
        const [one, other] = [secondClosure.compute(batch, off), evidenceClosure.compute(batch)]
        expect([...one.advantages]).toEqual([...other.advantages])
      }),
      { numRuns: 40 },
    )
  })

  it('is RLOO in units of its root mean square if no anchor repeats', () => {
    fc.assert(
      fc.property(walked, (steps) => {
        const unique = steps.map((step, at) => ({ ...step, anchor: `${at}`, next: `${at} led on` }))
        const batch = batchOf(unique)
        const options = { mode: 'reference' }
        const own = inOrder(batch, rloo.compute(batch, { ...options, crossSteps: false }).advantages)
        const root = rootMeanSquare(own)
        const expected = root < 1e-9 ? own : own.map((value) => value / root)
        expect(distance(inOrder(batch, secondClosure.compute(batch, options).advantages), expected)).toBeLessThan(1e-6)
      }),
      { numRuns: 40 },
    )
  })

  it('gives a copy what its original has', () => {
    const steps: readonly Walked[] = ['a', 'b', 'c'].flatMap((trajectory, at) =>
      ['s', 'm'].map((anchor) => ({
        ...{ group: 'g', trajectory, anchor, isTruncated: false },
        ...{ next: anchor === 's' ? 'm' : 'end', action: anchor === 'm' && at > 0 ? 'y' : 'x' },
        env: anchor === 'm' && at === 0 ? 1 : 0,
      })),
    )
    const columns = (given: readonly Walked[]) => ({
      group: given.map(({ group }) => group),
      trajectory: given.map(({ trajectory }) => trajectory),
      anchors: { text: given.map(({ anchor }) => anchor) },
      action: given.map(({ action }) => action),
      signals: { env: given.map(({ env }) => env) },
    })
    const none = steps.map(() => null)
    const padded = parseBatch({ ...columns([...steps, ...steps.slice(1, 2)]), copyOf: [...none, 1] })
    const values = inOrder(padded, secondClosure.compute(padded, { scale: 'reward' }).advantages)
    const batch = parseBatch(columns(steps))
    const own = inOrder(batch, secondClosure.compute(batch, { scale: 'reward' }).advantages)
    expect(values).toEqual([...own, own[1]])
    expect(own.some((value) => value !== 0)).toBe(true)
  })
})
