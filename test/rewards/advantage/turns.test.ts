import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import biLevel from '../../../rewards/advantage/bi-level-gae.ts'
import forkRelative from '../../../rewards/advantage/fork-relative.ts'
import gae from '../../../rewards/advantage/gae.ts'
import matchTir from '../../../rewards/advantage/match-tir.ts'
import mtGrpo from '../../../rewards/advantage/mt-grpo.ts'
import passAtK from '../../../rewards/advantage/pass-at-k.ts'
import prime from '../../../rewards/advantage/prime.ts'
import pure from '../../../rewards/advantage/pure.ts'
import reinforce from '../../../rewards/advantage/reinforce-plus-plus.ts'
import reinforceBaseline from '../../../rewards/advantage/reinforce-plus-plus-baseline.ts'
import remax from '../../../rewards/advantage/remax.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import {
  batchOfRows,
  distance,
  episodeScore,
  groupOf,
  inOrder,
  mean,
  penalisedScore,
  type Row,
  rowsArbitrary,
  siblings,
  standing,
} from '../../support/rows.ts'

const agrees = (
  estimator: Estimator,
  options: JsonObject,
  plain: (rows: readonly Row[]) => readonly number[],
): void => {
  fc.assert(
    fc.property(rowsArbitrary, (rows) => {
      const batch = batchOfRows(rows)
      const { advantages } = estimator.compute(batch, { minGroupSize: 1, ...options })
      expect(distance(inOrder(batch, advantages), plain(rows))).toBeLessThan(1e-6)
    }),
    { numRuns: 60 },
  )
}

const firsts = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => siblings(rows, row)[0] === row)
const indexOf = (rows: readonly Row[], row: Row): number => siblings(rows, row).indexOf(row)
const isLast = (rows: readonly Row[], row: Row): boolean => siblings(rows, row).at(-1) === row

/** Values against their mean over all of `weights` items, over the root of their variance + 1e-8. */
const white = (values: readonly number[], weights: readonly number[]): readonly number[] => {
  const items = values.flatMap((value, at) => Array.from({ length: weights[at] ?? 1 }, () => value))
  if (items.every((item) => item === items[0])) return values.map(() => 0)
  const variance = items.reduce((sum, item) => sum + (item - mean(items)) ** 2, 0) / (items.length - 1)
  return values.map((value) => (value - mean(items)) / Math.sqrt(variance + 1e-8))
}
const tokensOf = (rows: readonly Row[]): readonly number[] => rows.map(({ tokens }) => tokens)

describe('estimators of turns and tokens, and their formulas', () => {
  it('REINFORCE++ whitens scores over tokens', () =>
    agrees(reinforce, {}, (rows) =>
      white(
        rows.map((row) => penalisedScore(rows, row)),
        tokensOf(rows),
      ),
    ))

  it('REINFORCE++ with a baseline centres them in their group first', () =>
    agrees(reinforceBaseline, {}, (rows) => {
      const centred = rows.map((row) => {
        const peers = groupOf(rows, row).map((peer) => penalisedScore(rows, peer))
        const isEven = peers.length > 1 && peers.every((peer) => peer === peers[0])
        return isEven ? 0 : penalisedScore(rows, row) - (peers.length > 1 ? mean(peers) : 0)
      })
      return white(centred, tokensOf(rows))
    }))

  it('ReMax takes off the baseline', () =>
    agrees(remax, { baseline: 'process' }, (rows) => rows.map((row) => penalisedScore(rows, row) - row.process)))

  it('pass@k credits the lead of the best', () =>
    agrees(passAtK, { norm: 'mean_norm' }, (rows) =>
      rows.map((row) => {
        const scores = firsts(groupOf(rows, row)).map((peer) => penalisedScore(rows, peer))
        const [best = 0, second] = scores.toSorted((a, b) => b - a)
        const own = siblings(rows, row)[0]
        const isBest = own !== undefined && penalisedScore(rows, own) === best
        return isBest && second !== undefined ? best - second : 0
      }),
    ))

  it('GAE sums temporal differences', () =>
    agrees(gae, { value: 'process', gamma: 0.9, lam: 0.8, whiten: false }, (rows) =>
      rows.map((row) => {
        const own = siblings(rows, row)
        const delta = (at: number): number =>
          (own[at]?.env ?? 0) + 0.9 * (own[at + 1]?.process ?? 0) - (own[at]?.process ?? 0)
        return own
          .slice(indexOf(rows, row))
          .reduce((sum, _, ahead) => sum + 0.72 ** ahead * delta(indexOf(rows, row) + ahead), 0)
      }),
    ))

  it('bi-level GAE over steps is GAE of GAE, whitened', () =>
    agrees(biLevel, { value: 'process', lam: 0.8 }, (rows) => {
      const raw = rows.map((row) => {
        const own = siblings(rows, row)
        const delta = (at: number): number =>
          (own[at]?.env ?? 0) + 0.95 * (own[at + 1]?.process ?? 0) - (own[at]?.process ?? 0)
        return own
          .slice(indexOf(rows, row))
          .reduce((sum, _, ahead) => sum + 0.76 ** ahead * delta(indexOf(rows, row) + ahead), 0)
      })
      return white(
        raw,
        rows.map(() => 1),
      )
    }))

  it('MatchTIR averages the total and the discounted turn at its position', () =>
    agrees(matchTir, { onNull: 'error' }, (rows) => {
      const turn = (row: Row): number =>
        siblings(rows, row)
          .slice(indexOf(rows, row))
          .reduce((sum, { env }, ahead) => sum + 0.9 ** ahead * env, 0)
      return rows.map((row) => {
        const group = groupOf(rows, row)
        const wholes = firsts(group).map((peer) => episodeScore(rows, peer))
        const peers = group.filter((peer) => indexOf(rows, peer) === indexOf(rows, row)).map(turn)
        const alone = (value: number): number => value / (1 + 1e-6)
        const whole = episodeScore(rows, row)
        return (standing(whole, wholes, alone(whole)) + standing(turn(row), peers, alone(turn(row)))) / 2
      })
    }))

  it("MT-GRPO adds the turn's standing at its position to the outcome's", () =>
    agrees(mtGrpo, { outcome: 'env', turn: 'process', epsilon: 1e-6 }, (rows) =>
      rows.map((row) => {
        const group = groupOf(rows, row)
        const peers = group.filter((peer) => indexOf(rows, peer) === indexOf(rows, row))
        const scores = firsts(group).map((peer) => episodeScore(rows, peer))
        if (siblings(rows, row).length === 1)
          return standing(
            episodeScore(rows, row) + row.process,
            firsts(group).map((peer) => episodeScore(rows, peer) + peer.process),
            0,
          )
        return (
          standing(episodeScore(rows, row), scores, 0) +
          standing(
            row.process,
            peers.map(({ process }) => process),
            0,
          )
        )
      }),
    ))

  it('MT-GRPO without bias compares what is still to come with what the others still got', () =>
    agrees(mtGrpo, { outcome: 'env', turn: 'process', form: 'leave-one-out' }, (rows) => {
      const togo = (row: Row | undefined, at: number): number => {
        const own = row ? siblings(rows, row) : []
        if (row === undefined || at >= own.length) return 0
        return own.slice(at).reduce((sum, { process }) => sum + process, episodeScore(rows, row))
      }
      return rows.map((row) => {
        const others = firsts(groupOf(rows, row)).filter((peer) => peer.trajectory !== row.trajectory)
        const at = indexOf(rows, row)
        return others.length === 0 ? 0 : togo(row, at) - mean(others.map((other) => togo(other, at)))
      })
    }))

  it('PURE compares the least score still to come with those of the others', () => {
    const least = (rows: readonly Row[], row: Row): number =>
      Math.min(
        ...siblings(rows, row)
          .slice(indexOf(rows, row))
          .map(({ process }) => process),
      )
    agrees(pure, { form: 'strict-min' }, (rows) =>
      rows.map((row) => {
        const others = groupOf(rows, row).filter(({ trajectory }) => trajectory !== row.trajectory)
        return least(rows, row) - (others.length > 0 ? mean(others.map((other) => least(rows, other))) : 0)
      }),
    )
  })

  it("PURE's soft minimum nears the strict one as its temperature falls", () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const returnsOf = (options: JsonObject) => {
          const batch = batchOfRows(rows)
          return inOrder(batch, pure.compute(batch, { minGroupSize: 1, ...options }).parts.returns)
        }
        const [soft, strict] = [returnsOf({ temperature: 1e-5 }), returnsOf({ form: 'strict-min' })]
        const starts = rows.map((row, at) => (indexOf(rows, row) === 0 ? at : -1)).filter((at) => at >= 0)
        for (const at of starts) expect(soft[at]).toBeCloseTo(strict[at] ?? 0, 2)
      }),
      { numRuns: 60 },
    )
  })

  it('PRIME adds up what is left of process and outcome, to the end of the trajectory', () =>
    agrees(prime, { outcome: 'env', primeNorm: 'none', rewardDpoCoef: 2, rewardGtCoef: 3 }, (rows) => {
      const lessOthers = (value: number, means: readonly number[]): number => {
        const n = means.length
        return n > 1 ? (value * n) / (n - 1) - means.reduce((a, b) => a + b, 0) / (n - 1) : value
      }
      const total = (own: readonly Row[], of: (row: Row) => number): number =>
        own.reduce((sum, row) => sum + of(row), 0)
      const paid = (row: Row, isEnd: boolean): number => {
        const members = firsts(groupOf(rows, row)).map((first) => siblings(rows, first))
        const means = members.map((own) => total(own, ({ process }) => process) / total(own, ({ tokens }) => tokens))
        const scores = members.map((own) => total(own, ({ env }) => env))
        const outcome = isEnd && isLast(rows, row) ? lessOthers(episodeScore(rows, row), scores) : 0
        return 2 * lessOthers(isEnd ? row.process : 0, means) + 3 * outcome
      }
      const returnsOf = (row: Row): readonly number[] => {
        const ahead = siblings(rows, row).slice(indexOf(rows, row))
        const tokens = ahead.flatMap((each) =>
          Array.from({ length: each.tokens }, (_, at) => paid(each, at === each.tokens - 1)),
        )
        return Array.from({ length: row.tokens }, (_, at) => tokens.slice(at).reduce((sum, value) => sum + value, 0))
      }
      const returns = rows.map(returnsOf)
      const flat = returns.flat()
      const spread = Math.sqrt(flat.reduce((sum, each) => sum + (each - mean(flat)) ** 2, 0) / (flat.length - 1) + 1e-8)
      return returns.map((own) => (flat.length < 2 ? 0 : mean(own.map((value) => (value - mean(flat)) / spread))))
    }))
})

describe('fork-relative advantage', () => {
  const columns = {
    trajectory: ['a', 'a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'],
    group: ['g', 'g', 'g', 'g', 'g', 'g', 'g', 'g', 'g'],
    // b and c forked from a after its first step; d is another member, whose like actions are not the same steps
    lineage: ['0:', '0:', '0:', '0:', '0:0', '0:', '0:1', '1:', '1:'],
    action: ['x', 'y', 'y', 'x', 'z', 'x', 'y', 'x', 'y'],
    outcomes: { env: [1, 1, 1, 4, 4, 7, 7, 0, 0] },
  }

  it('compares the steps at a fork by the mean score of what goes through them', () => {
    const { parts } = forkRelative.compute(parseBatch(columns), { norm: 'mean_norm' })
    expect([...(parts.worth ?? [])]).toEqual([4, 1, 1, 4, 4, 4, 7, 0, 0])
    const start = (value: number): number => value - 3
    expect([...(parts.fork ?? [])]).toEqual([start(4), -3, 0, start(4), 0, start(4), 3, start(0), 0])
  })

  it('says what it misses', () => {
    const { lineage: _, ...bare } = columns
    expect(() => forkRelative.compute(parseBatch(bare))).toThrow(expect.objectContaining({ code: 'SIGNAL_MISSING' }))
  })
})
