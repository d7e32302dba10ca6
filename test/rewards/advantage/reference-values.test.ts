import { describe, expect, it } from 'vitest'
import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import crbc from '../../../rewards/advantage/crbc.ts'
import forkRelative from '../../../rewards/advantage/fork-relative.ts'
import g2po from '../../../rewards/advantage/g2po.ts'
import graphGpo from '../../../rewards/advantage/graph-gpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import mtGrpo from '../../../rewards/advantage/mt-grpo.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'

const advantages = (estimator: Estimator, columns: object, options: JsonObject = {}): readonly number[] => {
  const batch = parseBatch(columns)
  return [...inSourceOrder(batch, estimator.compute(batch, options).advantages)]
}
const near = (...values: readonly number[]) => values.map((value) => expect.closeTo(value, 6))

describe('constants of the references', () => {
  const pair = {
    trajectory: ['a', 'b'],
    group: ['g', 'g'],
    anchors: { text: ['s', 's'] },
    signals: { env: [1, 0] },
  }

  it('HGPO divides weights by their sum + epsilon', () => {
    expect(advantages(hgpo, pair, { norm: 'mean_norm', epsilon: 0.1 })).toEqual(near(0.4761904, -0.4761904))
    expect(advantages(hgpo, pair, { norm: 'mean_norm', epsilon: 0 })).toEqual([0.5, -0.5])
    expect(advantages(hgpo, { ...pair, anchors: { text: ['s', 't'] } }, { epsilon: 0 })).toEqual([0, 0])
  })

  it('GraphGPO pays goalReward at the goal', () => {
    const columns = { ...pair, outcomes: { success: [1, 0] } }
    const options = { norm: 'mean_norm', episodeAdvantageW: 0, gamma: 0.5 }
    expect(advantages(graphGpo, columns, options)).toEqual([3.75, -3.75])
    expect(advantages(graphGpo, columns, { ...options, goalReward: 1 })).toEqual([0.375, -0.375])
  })
})

describe('G2PO', () => {
  const columns = {
    trajectory: ['a', 'a', 'b', 'a'],
    group: ['g', 'g', 'g', 'g'],
    anchors: { text: ['s', 't', 's', 's'] },
    signals: { env: [0, 10, 0, 0] },
    copyOf: [null, null, null, 0],
  }

  it('computes values of anchors before rows are copied, and counts copies in the means', () => {
    for (const mode of ['paper', 'reference'])
      expect(advantages(g2po, columns, { mode, norm: 'mean_norm' })).toEqual(
        near(9.163542, 1.509375, -19.836458, 9.163542),
      )
  })

  it('takes a score of exactly 10 for a success in reference mode, of 10 and more in paper mode', () => {
    const eleven = { ...columns, signals: { env: [0, 11, 0, 0] } }
    const of = (options: JsonObject) => advantages(g2po, eleven, { norm: 'mean_norm', ...options })
    expect(of({ mode: 'reference' })).toEqual(of({ mode: 'reference', successTest: 'equal' }))
    expect(of({})).toEqual(of({ successTest: 'at-least' }))
    expect(of({ successTest: 'at-least' })).not.toEqual(of({ successTest: 'equal' }))
  })
})

describe('copied rows', () => {
  it('are not additional visits in CRBC', () => {
    const columns = {
      trajectory: ['a', 'a', 'b', 'b', 'c'],
      group: ['g', 'g', 'g', 'g', 'g'],
      anchors: { text: ['s', 't', 's', 'u', 's'] },
      action: ['x', 'x', 'y', 'x', 'y'],
      outcomes: { success: [1, 1, 0, 0, 0] },
    }
    const plain = advantages(crbc, columns)
    const copied = Object.fromEntries(
      Object.entries(columns).map(([name, cells]) => [
        name,
        Array.isArray(cells) ? [...cells, ...cells.slice(0, 1)] : cells,
      ]),
    )
    const withCopy = {
      ...copied,
      anchors: { text: ['s', 't', 's', 'u', 's', 's'] },
      outcomes: { success: [1, 1, 0, 0, 0, 1] },
      copyOf: [null, null, null, null, null, 0],
    }
    expect(advantages(crbc, withCopy)).toEqual([...plain, plain[0]])
  })

  it('weigh nothing in the mean score of what goes through a step', () => {
    const columns = {
      trajectory: ['a', 'b', 'a'],
      group: ['g', 'g', 'g'],
      lineage: ['0:', '1:', '0:'],
      action: ['x', 'y', 'x'],
      outcomes: { env: [4, 0, 4] },
      copyOf: [null, null, 0],
    }
    const options = { norm: 'mean_norm', trajectoryAdvantageW: 0 }
    expect(advantages(forkRelative, columns, options)).toEqual([2, -2, 2])
  })
})

describe('MT-GRPO', () => {
  const columns = (a: readonly (number | null)[], b: readonly (number | null)[]) => ({
    trajectory: [...a.map(() => 'a'), ...b.map(() => 'b')],
    group: [...a, ...b].map(() => 'g'),
    signals: { turn: [...a, ...b] },
    outcomes: { success: [...a.map(() => 1), ...b.map(() => 0)] },
  })
  const [both, outcome] = [1.4140136, 0.7070068]

  it('adds the turn part to turns that have a reward of their own, with nulls at any other turn', () => {
    const middle = columns([1, null, null], [0, null, null])
    expect(advantages(mtGrpo, middle)).toEqual(near(both, outcome, outcome, -both, -outcome, -outcome))
    const first = columns([null, 1, null], [null, 0, null])
    expect(advantages(mtGrpo, first)).toEqual(near(outcome, both, outcome, -outcome, -both, -outcome))
    expect(mtGrpo.compute(parseBatch(middle)).diagnostics).toMatchObject({ nulls: { turn: 4 }, warnings: [] })
  })

  it('compares no turn with a null, also if a trajectory is one turn', () => {
    expect(advantages(mtGrpo, columns([1, null], [null, null]))).toEqual(near(outcome, outcome, -outcome, -outcome))
    expect(advantages(mtGrpo, columns([3], [null, null]))).toEqual(near(outcome, -outcome, -outcome))
    const none = columns([null, null], [null])
    expect(advantages(mtGrpo, none)).toEqual(near(outcome, outcome, -outcome))
    expect(mtGrpo.compute(parseBatch(none)).diagnostics.warnings).toEqual([expect.stringContaining('no turn')])
  })
})
