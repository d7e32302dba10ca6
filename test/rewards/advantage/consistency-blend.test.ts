import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import blend from '../../../rewards/advantage/consistency-blend.ts'
import {
  deviation,
  distance,
  episodeScore,
  groupOf,
  inOrder,
  mean,
  type Row,
  rowsArbitrary,
  siblings,
} from '../../support/rows.ts'

const EPSILON = 0.5
const WEIGHTS: Readonly<Record<string, number>> = { g0: 0, g1: 0.25, g2: 1 }

const scoresIn = (rows: readonly Row[], members: readonly Row[]): readonly number[] =>
  members.filter((row) => siblings(rows, row)[0] === row).map((row) => episodeScore(rows, row))

/** Written as the formula, over objects. */
function plain(rows: readonly Row[], row: Row): number {
  const own = scoresIn(rows, groupOf(rows, row))
  const prompts = [...new Set(rows.map(({ group }) => group))].map((group) =>
    mean(
      scoresIn(
        rows,
        rows.filter((each) => each.group === group),
      ),
    ),
  )
  const standing = (value: number, all: readonly number[], correction: 0 | 1): number =>
    all.length < 2 || all.every((each) => each === all[0])
      ? 0
      : (value - mean(all)) / (deviation(all, correction) + EPSILON)
  const weight = WEIGHTS[row.group] ?? 0
  return weight * standing(episodeScore(rows, row), own, 1) + (1 - weight) * standing(mean(own), prompts, 0)
}

const batchOf = (rows: readonly Row[], weights: Readonly<Record<string, number | null>> = WEIGHTS) =>
  parseBatch({
    group: rows.map(({ group }) => group),
    trajectory: rows.map(({ trajectory }) => trajectory),
    signals: { env: rows.map(({ env }) => env) },
    outcomes: { 'answer-consistency': rows.map(({ group }) => weights[group] ?? null) },
  })

const severalArbitrary = rowsArbitrary.filter((rows) =>
  rows.every((row) => scoresIn(rows, groupOf(rows, row)).length > 1),
)

const outcomes = (scores: readonly (readonly number[])[]): readonly Row[] =>
  scores.flatMap((members, g) =>
    members.map(
      (env, m): Row => ({
        ...{ group: `g${g}`, trajectory: `g${g}/${m}`, env },
        ...{ anchor: 'p', action: 'x', process: 0, isActionValid: true, tokens: 1 },
      }),
    ),
  )

describe('consistency-blend', () => {
  it('blends the standing in the group with that of the group', () => {
    fc.assert(
      fc.property(severalArbitrary, (rows) => {
        const batch = batchOf(rows)
        const { advantages } = blend.compute(batch, { epsilon: EPSILON })
        const expected = rows.map((row) => plain(rows, row))
        expect(distance(inOrder(batch, advantages), expected)).toBeLessThan(1e-9)
      }),
      { numRuns: 100 },
    )
  })

  it('learns from groups with equal scores where their answers agree', () => {
    const rows = outcomes([
      [1, 1],
      [0, 0],
    ])
    const weights = { g0: 0, g1: 0 }
    const { advantages } = blend.compute(batchOf(rows, weights), { epsilon: 0 })
    expect([...advantages]).toEqual([1, 1, -1, -1])
  })

  it('has nothing to compare one group with', () => {
    const { advantages } = blend.compute(batchOf(outcomes([[1, 1]]), { g0: 0 }))
    expect([...advantages]).toEqual([0, 0])
  })

  it('leaves a group without a weight out, and no other', () => {
    const rows = outcomes([
      [1, 0],
      [1, 0],
    ])
    const { mask } = blend.compute(batchOf(rows, { g0: 1, g1: null }))
    expect([...mask]).toEqual([1, 1, 0, 0])
  })

  it('holds weights within 0 and 1, and says so', () => {
    const rows = outcomes([
      [1, 0],
      [1, 1],
    ])
    const { advantages, diagnostics } = blend.compute(batchOf(rows, { g0: 1.7, g1: -2 }), { epsilon: 0 })
    const within = blend.compute(batchOf(rows, { g0: 1, g1: 0 }), { epsilon: 0 })
    expect([...advantages]).toEqual([...within.advantages])
    expect(diagnostics.warnings.join()).toMatch(/2 groups with a weight outside 0 to 1/)
    expect(within.diagnostics.warnings.join()).not.toMatch(/outside/)
  })
})
