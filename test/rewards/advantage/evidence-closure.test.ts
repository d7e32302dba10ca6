import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import evidenceClosure from '../../../rewards/advantage/evidence-closure.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { distance, inOrder, rowsArbitrary } from '../../support/rows.ts'
import { plainAdvantages, plainTrust, type Walked } from './evidence-closure-plain.ts'

/** Walks that lead from anchor to anchor; some end by truncation, when `mayTruncate`. */
const walked = (mayTruncate: boolean): fc.Arbitrary<readonly Walked[]> =>
  fc.tuple(rowsArbitrary, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })).map(([rows, cuts]) => {
    const ids = [...new Set(rows.map(({ trajectory }) => trajectory))]
    return rows.map((row, at) => {
      const after = rows.slice(at + 1).find(({ trajectory }) => trajectory === row.trajectory)
      return {
        ...row,
        next: after?.anchor ?? (row.action === 'x' ? 'p' : 'nowhere else'),
        isTruncated: mayTruncate && cuts[ids.indexOf(row.trajectory) % cuts.length] === true,
      }
    })
  })

const batchOf = (steps: readonly Walked[]): StepBatch =>
  parseBatch({
    group: steps.map(({ group }) => group),
    trajectory: steps.map(({ trajectory }) => trajectory),
    anchors: { text: steps.map(({ anchor }) => anchor) },
    nextAnchors: { text: steps.map(({ next }) => next) },
    action: steps.map(({ action }) => action),
    signals: { env: steps.map(({ env }) => env) },
    truncated: steps.map(({ isTruncated }) => isTruncated),
  })

const advantagesOf = (steps: readonly Walked[], options: JsonObject = {}): readonly number[] => {
  const batch = batchOf(steps)
  return inOrder(batch, evidenceClosure.compute(batch, { mode: 'reference', ...options }).advantages)
}

const path = (trajectory: string, anchors: string, env: readonly number[], isTruncated = false): readonly Walked[] =>
  env.map((reward, at) => ({
    group: 'g',
    trajectory,
    anchor: anchors[at] ?? '',
    next: anchors[at + 1] ?? 'end',
    action: anchors[at + 1] ?? 'end',
    env: reward,
    isTruncated,
  }))

describe('the closure of evidence', () => {
  it('agrees with a plain version that reads like its formula', () => {
    fc.assert(
      fc.property(walked(true), (steps) => {
        expect(distance(advantagesOf(steps), plainAdvantages(steps))).toBeLessThan(1e-8)
        const trust = evidenceClosure.compute(batchOf(steps), { mode: 'reference' }).parts.trust?.[0] ?? Number.NaN
        expect(trust).toBeCloseTo(plainTrust(steps), 9)
      }),
      { numRuns: 80 },
    )
  })

  it('has advantages of a root mean square of 1 with scale=rms, and as they are where all are 0', () => {
    fc.assert(
      fc.property(walked(true), (steps) => {
        const own = advantagesOf(steps)
        const root = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / own.length)
        const scaled = advantagesOf(steps, { scale: 'rms' })
        expect(distance(scaled, root === 0 ? own : own.map((value) => value / root))).toBeLessThan(1e-9)
      }),
      { numRuns: 40 },
    )
  })

  it('counts no row without an advantage in the root mean square', () => {
    const twice = (scale: string) => {
      const steps = [...path('a', 'sm', [0, 1]), ...path('b', 'sm', [0, 0])]
      const batch = parseBatch({
        group: ['g', 'g', 'g', 'g', 'h'],
        trajectory: [...steps.map(({ trajectory }) => trajectory), 'c'],
        anchors: { text: [...steps.map(({ anchor }) => anchor), 's'] },
        nextAnchors: { text: [...steps.map(({ next }) => next), 'm'] },
        action: [...steps.map(({ action }) => action), 'm'],
        signals: { env: [0, 1, 0, 0, null] },
      })
      return evidenceClosure.compute(batch, { scale }).advantages.subarray(0, 4)
    }
    const root = Math.sqrt(twice('reward').reduce((sum, value) => sum + value * value, 0) / 4)
    expect(
      distance(
        [...twice('rms')],
        [...twice('reward')].map((value) => value / root),
      ),
    ).toBeLessThan(1e-12)
  })

  it('is right for two trajectories that meet, worked by hand', () => {
    // Each goes s, m; a wins. Left out, either is foretold what the other had under any weight: nothing is learnt.
    const steps = [...path('a', 'sm', [0, 1]), ...path('b', 'sm', [0, 0])]
    const { parts, advantages } = evidenceClosure.compute(batchOf(steps))
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12))
    expect(parts.trust?.[0]).toBeCloseTo(1 / 8, 12)
    // At m each has its own 1 or 0; at s 7/8 of that and 1/8 of the mean of both.
    expect([...(parts.returns ?? [])]).toEqual(near([15 / 16, 1, 1 / 16, 0]))
    // From the other's total half the way to what the other had, at s and again at m: it foretells plain returns
    // better than the other's total alone, which is as far off as can be.
    expect([...(parts.baseline ?? [])]).toEqual(near([1 / 32, 1 / 64, 31 / 32, 63 / 64]))
    expect([...advantages]).toEqual(near([29 / 32, 63 / 64, -29 / 32, -63 / 64]))
  })

  it('is RLOO of what is still to be earned if no anchor repeats', () => {
    fc.assert(
      fc.property(walked(true), (steps) => {
        const unique = steps.map((step, at) => ({ ...step, anchor: `${at}`, next: `${at} led on` }))
        const batch = batchOf(unique)
        const plain = rloo.compute(batch, { crossSteps: false, mode: 'reference' }).advantages
        const { advantages, diagnostics } = evidenceClosure.compute(batch, { mode: 'reference' })
        expect(distance([...advantages], [...plain])).toBeLessThan(1e-9)
        expect(diagnostics.warnings.join()).toMatch(/nothing says how far/)
      }),
    )
  })

  it('is 0 if nothing is paid, and where all of a group earn the same with their last step', () => {
    fc.assert(
      fc.property(walked(true), (steps) => {
        expect(advantagesOf(steps.map((step) => ({ ...step, env: 0 }))).every((value) => value === 0)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(walked(false), fc.constantFrom(1, 0.3, -2), (steps, pay) => {
        const isLast = (step: Walked): boolean =>
          steps.findLast(({ trajectory }) => trajectory === step.trajectory) === step
        const equal = steps.map((step) => ({ ...step, env: isLast(step) ? pay : 0 }))
        const values = advantagesOf(equal, { mode: 'paper' })
        expect(values.every((value) => Math.abs(value) < 1e-12)).toBe(true)
      }),
    )
  })

  it('grows with the scale of rewards, and does not change with what every episode is paid at its end', () => {
    fc.assert(
      fc.property(walked(true), fc.constantFrom(0.5, 4, 1000), (steps, factor) => {
        const grown = advantagesOf(steps.map((step) => ({ ...step, env: factor * step.env })))
        const expected = advantagesOf(steps).map((value) => factor * value)
        expect(distance(grown, expected)).toBeLessThan(1e-9 * factor)
      }),
    )
    fc.assert(
      fc.property(walked(false), fc.constantFrom(-1, 5), (steps, pay) => {
        const shifted = steps.map((step) => {
          const isLast = steps.findLast(({ trajectory }) => trajectory === step.trajectory) === step
          return { ...step, env: step.env + (isLast ? pay : 0) }
        })
        const options = { mode: 'paper' }
        expect(distance(advantagesOf(shifted, options), advantagesOf(steps, options))).toBeLessThan(1e-8)
      }),
    )
  })

  it('does not change with the order in which trajectories come', () => {
    fc.assert(
      fc.property(walked(true), (steps) => {
        const order = [...steps.keys()].toSorted((a, b) => {
          const [one, other] = [steps[a]?.trajectory ?? '', steps[b]?.trajectory ?? '']
          return one < other ? 1 : one > other ? -1 : a - b
        })
        const before = advantagesOf(steps)
        const after = advantagesOf(order.flatMap((at) => steps.slice(at, at + 1)))
        const expected = order.map((at) => before[at] ?? Number.NaN)
        expect(distance(after, expected)).toBeLessThan(1e-8)
      }),
    )
  })

  it('masks groups that are too small, and others are as if those were not there', () => {
    const pair = [...path('a', 'sm', [0, 1]), ...path('b', 'sn', [0, 0])]
    const alone = path('c', 'sm', [0, 1]).map((step) => ({ ...step, group: 'h' }))
    const { advantages, mask } = evidenceClosure.compute(batchOf([...pair, ...alone]))
    expect([...mask]).toEqual([1, 1, 1, 1, 0, 0])
    expect([...advantages]).toEqual([...evidenceClosure.compute(batchOf(pair)).advantages, 0, 0])
  })

  it('gives copies what their originals have, and is not moved by them', () => {
    const steps = [...path('a', 'sm', [0, 1]), ...path('b', 'sn', [0, 0])]
    const columns = (given: readonly Walked[]) => ({
      group: given.map(({ group }) => group),
      trajectory: given.map(({ trajectory }) => trajectory),
      anchors: { text: given.map(({ anchor }) => anchor) },
      action: given.map(({ action }) => action),
      signals: { env: given.map(({ env }) => env) },
    })
    const plain = inOrder(parseBatch(columns(steps)), evidenceClosure.compute(parseBatch(columns(steps))).advantages)
    const padded = parseBatch({ ...columns([...steps, ...steps.slice(1, 2)]), copyOf: [null, null, null, null, 1] })
    expect(inOrder(padded, evidenceClosure.compute(padded).advantages)).toEqual([...plain, plain[1]])
  })

  it('charges for invalid actions beside what it compares', () => {
    const steps = [...path('a', 'sm', [0, 1]), ...path('b', 'sn', [0, 0])]
    const batch = { ...batchOf(steps), isActionValid: Uint8Array.from([1, 0, 1, 1]) }
    const free = evidenceClosure.compute(batch, { invalidActionPenalty: 0 }).advantages
    const charged = evidenceClosure.compute(batch, { invalidActionPenalty: 0.25 }).advantages
    expect([...charged]).toEqual([...free].map((value, row) => (row === 1 ? value - 0.25 : value)))
  })

  it('takes a cut by the limit of steps for no end', () => {
    // Both pass m: one with two steps left, who arrives, one at the limit, who is cut off there.
    const arrives = path('a', 'smt', [0, 0, 1])
    const isCut = path('b', 'sxm', [0, 0, 0], true)
    const steps = [...arrives, ...isCut.map((step, at) => (at === 2 ? { ...step, next: 't', action: 't' } : step))]
    const { parts } = evidenceClosure.compute(batchOf(steps))
    // With one step left no path arrives from m; with two steps left b, too, would have.
    expect(parts.returns?.[5]).toBe(0)
    expect(parts.returns?.[1]).toBe(1)
    expect(parts.returns?.[0]).toBe(1)
  })

  it('knows the limit of steps from other groups, and what is left to a step', () => {
    const quick = [...path('a', 'sm', [0, 1]), ...path('b', 'ssm', [0, 0, 1])]
    const cut = ['c', 'd'].flatMap((id) => path(id, 'xyz', [0, 0, 0], true)).map((step) => ({ ...step, group: 'h' }))
    const alone = evidenceClosure.compute(batchOf(quick))
    expect([...(alone.parts.returns ?? [])]).toEqual([1, 1, 1, 1, 1])
    expect([...alone.advantages]).toEqual([0, 0, 0, 0, 0])
    const { parts } = evidenceClosure.compute(batchOf([...quick, ...cut]))
    // With two steps left, s is worth 1 to a path that advances and 0 to one that stays: 2/3 over its three visits.
    const trust = parts.trust?.[0] ?? Number.NaN
    expect([...(parts.returns ?? [])].slice(0, 5)).toEqual([1, 1, expect.closeTo(1 - trust / 3, 12), 1, 1])
  })
})
