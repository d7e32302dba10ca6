import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import crbc from '../../../rewards/advantage/crbc.ts'
import drGrpo from '../../../rewards/advantage/dr-grpo.ts'
import g2po from '../../../rewards/advantage/g2po.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import gpg from '../../../rewards/advantage/gpg.ts'
import graphGpo from '../../../rewards/advantage/graph-gpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import opo from '../../../rewards/advantage/opo.ts'
import oprl from '../../../rewards/advantage/oprl.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import {
  batchOfRows,
  discountedReturn,
  distance,
  episodeScore,
  groupOf,
  inOrder,
  mean,
  penalisedReturn,
  penalisedScore,
  type Row,
  rowsArbitrary,
  siblings,
  standing,
} from '../../support/rows.ts'

type Plain = (rows: readonly Row[], row: Row) => number

/** Ours against a version that reads like the formula, on random batches in random order. */
const agrees = (
  estimator: Estimator,
  options: Readonly<Record<string, string | number | boolean>>,
  plain: Plain,
): void => {
  fc.assert(
    fc.property(rowsArbitrary, (rows) => {
      const batch = batchOfRows(rows)
      const { advantages } = estimator.compute(batch, { mode: 'reference', ...options })
      expect(
        distance(
          inOrder(batch, advantages),
          rows.map((row) => plain(rows, row)),
        ),
      ).toBeLessThan(1e-8)
    }),
    { numRuns: 60 },
  )
}

const grpoOf: Plain = (rows, row) => {
  const peers = groupOf(rows, row).map((peer) => penalisedScore(rows, peer))
  const own = penalisedScore(rows, row)
  return standing(own, peers, own / (1 + 1e-6))
}
const firsts = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => siblings(rows, row)[0] === row)
const sameAnchor = (rows: readonly Row[], row: Row): readonly Row[] =>
  groupOf(rows, row).filter(({ anchor }) => anchor === row.anchor)

describe('estimators and their formulas', () => {
  it('GRPO normalises the score over the rows of the group', () => agrees(grpo, {}, grpoOf))

  it('GRPO over trajectories takes one row of each', () =>
    agrees(grpo, { crossSteps: false }, (rows, row) => {
      const peers = firsts(groupOf(rows, row)).map((peer) => penalisedScore(rows, peer))
      const own = penalisedScore(rows, row)
      if (peers.length === 1) return own / (1 + 1e-6)
      const spread = Math.sqrt(peers.reduce((sum, peer) => sum + (peer - mean(peers)) ** 2, 0) / (peers.length - 1))
      return (own - mean(peers)) / (spread + 1e-6)
    }))

  it('Dr. GRPO centres it', () =>
    agrees(drGrpo, {}, (rows, row) => {
      const peers = groupOf(rows, row).map((peer) => penalisedScore(rows, peer))
      return penalisedScore(rows, row) - (peers.length === 1 ? 0 : mean(peers))
    }))

  it('RLOO takes off the mean of the others', () =>
    agrees(rloo, {}, (rows, row) => {
      const others = groupOf(rows, row).filter((peer) => peer !== row)
      return (
        penalisedScore(rows, row) - (others.length === 0 ? 0 : mean(others.map((peer) => penalisedScore(rows, peer))))
      )
    }))

  it('OPO weighs by tokens', () =>
    agrees(opo, {}, (rows, row) => {
      const peers = groupOf(rows, row)
      const tokens = peers.reduce((sum, peer) => sum + peer.tokens, 0)
      const weighted = peers.reduce((sum, peer) => sum + peer.tokens * penalisedScore(rows, peer), 0)
      return penalisedScore(rows, row) - (peers.length === 1 ? 0 : weighted / tokens)
    }))

  it('GPG scales up by the share of scores that are not 0', () =>
    agrees(gpg, {}, (rows, row) => {
      const peers = groupOf(rows, row).map((peer) => penalisedScore(rows, peer))
      const paid = rows.filter((each) => penalisedScore(rows, each) !== 0).length
      return (rows.length / Math.max(1, paid)) * (penalisedScore(rows, row) - (peers.length === 1 ? 0 : mean(peers)))
    }))

  it('GiGPO adds the standing of the return among steps at the same anchor', () =>
    agrees(gigpo, { stepAdvantageW: 0.5 }, (rows, row) => {
      const peers = sameAnchor(rows, row).map((peer) => penalisedReturn(rows, peer, 0.95))
      return grpoOf(rows, row) + 0.5 * standing(penalisedReturn(rows, row, 0.95), peers, 0)
    }))

  it('HGPO averages standings over histories of growing length', () =>
    agrees(hgpo, { historyLength: 2, baseGroup: true }, (rows, row) => {
      const history = (each: Row, k: number): string | null => {
        const own = siblings(rows, each)
        const end = own.indexOf(each) + 1
        return end < k
          ? null
          : own
              .slice(end - k, end)
              .map(({ anchor }) => anchor)
              .join()
      }
      const items = [{ weight: 1, value: grpoOf(rows, row) }]
      for (const k of [1, 2, 3]) {
        const key = history(row, k)
        const peers = groupOf(rows, row).filter((peer) => key !== null && history(peer, k) === key)
        const value = standing(
          penalisedReturn(rows, row, 0.95),
          peers.map((peer) => penalisedReturn(rows, peer, 0.95)),
          0,
          0,
        )
        if (peers.length > 1) items.push({ weight: k + 1, value })
      }
      const used = items.filter(({ value }) => value !== 0)
      return (
        used.reduce((sum, { weight, value }) => sum + weight * value, 0) /
        (used.reduce((sum, { weight }) => sum + weight, 0) + 1e-6)
      )
    }))

  it('G2PO values anchors by what visits led to', () =>
    agrees(g2po, { norm: 'mean_std_norm', invalidActionPenalty: 0 }, (rows, row) => {
      const left = (each: Row): number => siblings(rows, each).length - siblings(rows, each).indexOf(each)
      const value = (each: Row): number =>
        mean(sameAnchor(rows, each).map((peer) => 0.95 ** left(peer) * episodeScore(rows, peer)))
      const next = (each: Row): number => {
        const own = siblings(rows, each)
        const following = own[own.indexOf(each) + 1]
        return following ? value(following) : episodeScore(rows, each) === 10 ? 10 : 0
      }
      const judged = (each: Row): number => next(each) - (each.isActionValid ? 0 : 0.1)
      const group = groupOf(rows, row)
      const score = episodeScore(rows, row)
      return (
        standing(
          score,
          group.map((peer) => episodeScore(rows, peer)),
          score / (1 + 1e-6),
        ) +
        near(judged(row), sameAnchor(rows, row).map(judged)) +
        near(
          next(row) - value(row),
          group.map((peer) => next(peer) - value(peer)),
        )
      )
    }))

  it('GraphGPO counts the steps to the goal in the graph of the group', () =>
    agrees(graphGpo, { gamma: 0.5, episodeAdvantageW: 0, invalidActionPenalty: 0, norm: 'mean_norm' }, (rows, row) => {
      const group = groupOf(rows, row)
      const to = (each: Row): string => {
        const own = siblings(rows, each)
        const following = own[own.indexOf(each) + 1]
        return following ? following.anchor : episodeScore(rows, each) >= 10 ? '!' : '?'
      }
      const distances = new Map([['!', 0]])
      for (let round = 0; round <= group.length; round++)
        for (const each of group) {
          const through = (distances.get(to(each)) ?? Infinity) + 1
          if (through < (distances.get(each.anchor) ?? Infinity)) distances.set(each.anchor, through)
        }
      const beyond = Math.max(...distances.values()) + 1
      const paid = (each: Row): number => 10 * 0.5 ** (distances.get(to(each)) ?? beyond)
      const peers = sameAnchor(rows, row).map(paid)
      return paid(row) - mean(peers)
    }))

  it('CRBC solves the equations of what was counted', () =>
    agrees(crbc, { beta: 0.4, wGroup: 0, wStep: 1 }, (rows, row) => {
      const group = groupOf(rows, row)
      let values = new Map<string, number>()
      const backed = (each: Row): number => {
        const own = siblings(rows, each)
        const following = own[own.indexOf(each) + 1]
        if (following) return 0.4 * (values.get(following.anchor) ?? 0)
        return episodeScore(rows, each) >= 10 ? 0.4 : 0
      }
      const q = (each: Row): number =>
        mean(
          sameAnchor(rows, each)
            .filter(({ action }) => action === each.action)
            .map(backed),
        )
      for (let sweep = 0; sweep < 30; sweep++)
        values = new Map(group.map((each) => [each.anchor, mean(sameAnchor(rows, each).map(backed))]))
      const peers = sameAnchor(rows, row)
      const value = mean(peers.map(q))
      const spread = Math.sqrt(mean(peers.map((peer) => (q(peer) - value) ** 2)))
      const isChoice = new Set(peers.map(({ action }) => action)).size > 1
      return isChoice ? (q(row) - value) / Math.max(spread, 0.1) : 0
    }))

  it('OPRL compares process rewards with first steps in reference mode', () =>
    agrees(oprl, { processNorm: 'none' }, (rows, row) => oprlOf(rows, row, firsts(groupOf(rows, row)))))

  it('OPRL compares them with all steps of the group in paper mode', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const batch = batchOfRows(rows)
        const options = { mode: 'paper', minGroupSize: 1, processNorm: 'none' }
        const ours = inOrder(batch, oprl.compute(batch, options).advantages)
        expect(
          distance(
            ours,
            rows.map((row) => oprlOf(rows, row, groupOf(rows, row))),
          ),
        ).toBeLessThan(1e-8)
      }),
      { numRuns: 60 },
    )
  })
})

/** Standing where equal peers may differ by rounding in the plain version: ours is exactly 0 there. */
const near = (value: number, peers: readonly number[]): number =>
  peers.every((peer) => Math.abs(peer - value) < 1e-12) ? 0 : standing(value, peers, 0)

function oprlOf(rows: readonly Row[], row: Row, judges: readonly Row[]): number {
  const less = (own: number, peers: readonly number[]): number =>
    peers.length > 1 ? ((own - mean(peers)) * peers.length) / (peers.length - 1) : own
  const members = firsts(groupOf(rows, row))
  const episode = less(
    penalisedScore(rows, row),
    members.map((peer) => penalisedScore(rows, peer)),
  )
  return (
    episode +
    less(
      row.process,
      judges.map(({ process }) => process),
    )
  )
}

describe('discounted returns', () => {
  it('are the plain sums, in any order of rows', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), (rows, gamma) => {
        const batch = batchOfRows(rows)
        const { parts } = gigpo.compute(batch, { mode: 'reference', gamma, invalidActionPenalty: 0 })
        const plain = rows.map((row) => discountedReturn(rows, row, gamma))
        expect(distance(inOrder(batch, parts.returns), plain)).toBeLessThan(1e-9)
      }),
    )
  })
})
