import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import { type GroupSteps, groupSteps } from '../../../rewards/estimator/group-steps.ts'
import { actionColumn, anchorColumn, stepSignal } from '../../../rewards/estimator/signals.ts'
import {
  actionProbabilities,
  choiceLeads,
  fitUntried,
  sharedMass,
  triedChoices,
} from '../../../rewards/estimator/tried-choices.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'

/** A step: trajectory, anchor, action, probability, reward. */
type Walked = readonly [trajectory: string, anchor: string, action: string, probability: number, env: number]

const columnsOf = (steps: readonly Walked[]) => ({
  group: steps.map(() => 'g'),
  trajectory: steps.map(([trajectory]) => trajectory),
  anchors: { text: steps.map(([, anchor]) => anchor) },
  action: steps.map(([, , action]) => action),
  signals: { env: steps.map(([, , , , env]) => env) },
  logProbs: steps.map(([, , , probability]) => [Math.log(probability)]),
})

function triedOf(steps: readonly Walked[]) {
  const batch = parseBatch(columnsOf(steps))
  const usable = new Uint8Array(batch.rowCount).fill(1)
  const [group] = groupSteps({
    ...{ batch, episodes: episodeGroups(batch, usable), column: anchorColumn(batch, 'text') },
    ...{ actions: actionColumn(batch), rewards: stepSignal(batch, 'env') },
  })
  const probabilities = actionProbabilities(batch, usable)
  if (!group || !probabilities) throw new RangeError('one group has probabilities')
  return { tried: triedChoices(group, probabilities), group }
}

const inStepOrder = ({ rows }: GroupSteps, values: Float64Array): readonly number[] =>
  [...rows].map((_, at) => values[at] ?? 0)

/** A door that opens by luck: one of three trajectories finds the key (1 in 10), and the way to the prize (1 in 2). */
const LUCK: readonly Walked[] = [
  ['a', 'hall', 'key', 0.1, 0],
  ['a', 'room', 'prize', 0.5, 1],
  ['b', 'hall', 'wait', 0.9, 0],
  ['c', 'hall', 'wait', 0.9, 0],
]

describe('choices that were tried', () => {
  it('are worth what follows them, each as often as the policy makes it', () => {
    const { tried, group } = triedOf(LUCK)
    const { leads } = choiceLeads(tried, { few: 0, most: 0 })
    // V(room) = 0.5 * 1; V(hall) = 0.1 * V(room) + 0.9 * 0.
    const expected = [0.5 - 0.05, 1 - 0.5, -0.05, -0.05]
    inStepOrder(group, leads).forEach((lead, at) => {
      expect(lead).toBeCloseTo(expected[at] ?? Number.NaN, 12)
    })
  })

  it('leave a share of the mean worth of an anchor to what was not tried', () => {
    const { tried, group } = triedOf(LUCK)
    const { leads } = choiceLeads(tried, { few: 0.8, most: 0.4 })
    // The half of the room that was not tried is worth 0.8 * 0.5 + 0.4 * 0.5 of the mean of what was, 1.
    const room = 0.5 + 0.5 * 0.6
    expect(inStepOrder(group, leads)[1]).toBeCloseTo(1 - room, 12)
    expect(inStepOrder(group, leads)[0]).toBeCloseTo(0.9 * room, 12)
  })

  it('have probabilities of at most 1 together, also where an anchor merges states', () => {
    const { tried } = triedOf([
      ['a', 'one', 'x', 0.9, 1],
      ['b', 'one', 'y', 0.9, 0],
    ])
    expect([...tried.probabilities]).toEqual([0.5, 0.5])
    expect([...tried.mass]).toEqual([1])
  })

  it('show by those that were tried once what untried ones are worth', () => {
    // At every anchor something is worth 1, and what one trajectory tried instead is worth 0.
    const steps = ['p', 'q', 'r'].flatMap((anchor): readonly Walked[] => [
      [`${anchor}1`, anchor, 'good', 0.6, 1],
      [`${anchor}2`, anchor, 'good', 0.6, 1],
      [`${anchor}3`, anchor, 'odd', 0.2, 0],
    ])
    const { few, most } = fitUntried([triedOf(steps).tried])
    expect(0.4 * few + 0.6 * most).toBeLessThan(0.1)
  })

  it('are shared as far as the policy does what other trajectories tried', () => {
    // In the hall c and b did what the other did, a could have done that; nobody else was in the room.
    expect(sharedMass([triedOf(LUCK).tried])).toBeCloseTo((0.9 + 0 + 1 + 1) / 4, 12)
  })

  it('say that untried actions are worth what the tried ones are where nothing was tried once', () => {
    const steps: readonly Walked[] = [
      ['a', 'p', 'x', 0.5, 1],
      ['b', 'p', 'x', 0.5, 1],
    ]
    expect(fitUntried([triedOf(steps).tried])).toEqual({ few: 1, most: 1 })
  })

  it('have no probabilities where a usable step has no log-probability', () => {
    const columns = columnsOf(LUCK)
    const batch = parseBatch({ ...columns, logProbs: columns.logProbs.map((each, at) => (at === 2 ? null : each)) })
    expect(actionProbabilities(batch, Uint8Array.of(1, 1, 1, 1))).toBeNull()
    expect(actionProbabilities(batch, Uint8Array.of(1, 1, 0, 1))?.[1]).toBeCloseTo(0.5, 12)
  })

  it('multiply the probabilities of the tokens that the agent wrote', () => {
    const batch = parseBatch({
      trajectory: ['a'],
      group: ['g'],
      logProbs: [[Math.log(0.5), Math.log(0.25), Math.log(0.125)]],
      tokenMask: [[1, 0, 1]],
    })
    expect(actionProbabilities(batch, Uint8Array.of(1))?.[0]).toBeCloseTo(0.0625, 12)
  })
})
