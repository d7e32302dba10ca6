import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import { transitionEvidence } from '../../../rewards/estimator/anchor-transitions.ts'
import { groupSteps } from '../../../rewards/estimator/group-steps.ts'
import { scopeOf } from '../../../rewards/estimator/scope.ts'
import { actionColumn, anchorColumn, stepSignal } from '../../../rewards/estimator/signals.ts'
import type { Walked } from '../advantage/evidence-closure-plain.ts'
import { plainEvidence } from './anchor-transitions-plain.ts'

/** Trajectories of one group, as anchors that follow each other by the actions between them: `s>x>t`. */
const walks = (...texts: readonly string[]): readonly Walked[] =>
  texts.flatMap((text, number) => {
    const parts = text.split('>')
    return Array.from({ length: (parts.length - 1) / 2 }, (_, at) => ({
      ...{ group: 'g', trajectory: `${number}`, env: 0, isTruncated: false },
      anchor: parts[2 * at] ?? '',
      action: parts[2 * at + 1] ?? '',
      next: parts[2 * at + 2] ?? '',
    }))
  })

function evidenceOf(steps: readonly Walked[]): number {
  const batch = parseBatch({
    group: steps.map(({ group }) => group),
    trajectory: steps.map(({ trajectory }) => trajectory),
    anchors: { text: steps.map(({ anchor }) => anchor) },
    nextAnchors: { text: steps.map(({ next }) => next) },
    action: steps.map(({ action }) => action),
    signals: { env: steps.map(({ env }) => env) },
  })
  const column = anchorColumn(batch, 'text')
  const { episodes } = scopeOf(batch, [], { mode: 'paper', onNull: 'drop-row', minGroupSize: 1 })
  const sources = { batch, episodes, column, actions: actionColumn(batch), rewards: stepSignal(batch, 'env') }
  return transitionEvidence(groupSteps(sources), column)
}

const step = fc.record({
  anchor: fc.constantFrom('p', 'q', 'r'),
  action: fc.constantFrom('x', 'y'),
  env: fc.constantFrom(0, 0, 0, 1, 2.5),
})
/** Groups of trajectories, each leading from anchor to anchor. */
const walked: fc.Arbitrary<readonly Walked[]> = fc
  .array(fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((groups) =>
    groups.flatMap((members, g) =>
      members.flatMap((steps, m) =>
        steps.map((each, at) => ({
          ...{ ...each, group: `g${g}`, trajectory: `g${g}/${m}`, isTruncated: false },
          next: steps[at + 1]?.anchor ?? 'end',
        })),
      ),
    ),
  )

describe('the evidence of transitions', () => {
  it('is that of a plain version, which multiplies what every hypothesis predicted visit by visit', () => {
    fc.assert(
      fc.property(walked, (steps) => {
        expect(evidenceOf(steps)).toBeCloseTo(plainEvidence(steps), 9)
      }),
      { numRuns: 60 },
    )
  })

  it('is 0 where no choice was made by two trajectories', () => {
    expect(evidenceOf(walks('a>x>b>x>c', 'd>x>e>x>f'))).toBe(0)
    expect(evidenceOf(walks('a>x>b>x>a>x>b', 'd>x>e'))).toBe(0)
  })

  it('speaks for states where it does not matter how an anchor was reached, even if chance decides what follows', () => {
    expect(evidenceOf(walks('a>x>s>x>t', 'b>x>s>x>t', 'c>x>s>x>t'))).toBeGreaterThan(0)
    const chance = ['a>x>s>x>t', 'a>x>s>x>u', 'b>x>s>x>t', 'b>x>s>x>u', 'c>x>s>x>t', 'c>x>s>x>u']
    expect(evidenceOf(walks(...chance, ...chance))).toBeGreaterThan(0)
  })

  it('speaks against them where the step before decides, and where a choice long ago does', () => {
    const before = ['a>x>s>x>t', 'b>x>s>x>u']
    expect(evidenceOf(walks(...before, ...before, ...before, ...before))).toBeLessThan(-1)
    const key = ['h>key>i>y>s>open>t', 'h>no>i>y>s>open>u']
    expect(evidenceOf(walks(...key, ...key, ...key, ...key))).toBeLessThan(-1)
  })

  it('sees rewards that depend on the past', () => {
    const paid = walks('h>key>s>open>t', 'h>no>s>open>t').map((each, at) => ({ ...each, env: at === 1 ? 1 : 0 }))
    const eight = Array.from({ length: 4 }, (_, copy) =>
      paid.map((each) => ({ ...each, trajectory: `${each.trajectory}/${copy}` })),
    ).flat()
    expect(evidenceOf(eight)).toBeLessThan(-1)
    expect(evidenceOf(eight)).toBeCloseTo(evidenceOf(eight.map((each) => ({ ...each, env: 100 * each.env }))), 12)
  })
})
