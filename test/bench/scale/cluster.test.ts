import { describe, expect, it } from 'vitest'
import { type ClusterSettings, simulateCluster } from '../../../bench/scale/kit/cluster.ts'
import { MEASURED } from '../../../bench/scale/kit/costs.ts'

/** A node of 1 ms a step and a broker of 0.5 ms a line, without a network. */
const costs = { ...MEASURED, stepMs: 1, relayMs: 0, lineMs: 0.5, jobMs: 0.1 }
const small: ClusterSettings = {
  ...{ costs, nodes: 1, sessions: 40, thinkMs: 50, networkMs: 0, acknowledge: 'none', brokers: 1, replicas: 1 },
  ...{ groupSize: 1, hotGroup: 0, scorers: 0, stepsPerJob: 1, scoreMs: 1, spread: 'constant' },
  ...{ warmUpMs: 5000, countedMs: 100_000, seed: 3 },
}
const simulated = (changes: Partial<ClusterSettings>) => simulateCluster({ ...small, ...changes })

interface Exact {
  readonly perMs: number
  readonly waitMs: number
}

/**
 * Exact mean value analysis of a closed network of queues and a delay (Reiser and Lavenberg 1980), for exponential
 * services: with each customer more, what it finds is what there was with one fewer.
 */
function meanValues(sessions: number, thinkMs: number, services: readonly number[]): Exact {
  let lengths = services.map(() => 0)
  let exact: Exact = { perMs: 0, waitMs: 0 }
  for (let customers = 1; customers <= sessions; customers++) {
    const waits = services.map((service, at) => service * (1 + (lengths[at] ?? 0)))
    const waitMs = waits.reduce((sum, wait) => sum + wait, 0)
    const perMs = customers / (thinkMs + waitMs)
    lengths = waits.map((wait) => perMs * wait)
    exact = { perMs, waitMs }
  }
  return exact
}

describe('a simulated cluster', () => {
  it.each([1, 20, 45, 60, 150])('of one node and %i sessions has the throughput and wait of M/M/1//N', (sessions) => {
    const { stepsPerSecond, step } = simulated({ sessions, spread: 'exponential' })
    const exact = meanValues(sessions, small.thinkMs, [costs.stepMs])
    expect(stepsPerSecond / (1000 * exact.perMs)).toBeCloseTo(1, 1)
    expect(step.mean / exact.waitMs).toBeCloseTo(1, 1)
  })

  it.each([10, 40, 80])(
    'whose replies wait for the broker is a closed network of two queues: %i sessions',
    (sessions) => {
      const { stepsPerSecond, step } = simulated({ sessions, acknowledge: 'feed', spread: 'exponential' })
      const exact = meanValues(sessions, small.thinkMs, [costs.stepMs, costs.lineMs])
      expect(stepsPerSecond / (1000 * exact.perMs)).toBeCloseTo(1, 1)
      expect(step.mean / exact.waitMs).toBeCloseTo(1, 1)
    },
  )

  it('obeys the utilisation law at nodes, brokers and scorers', () => {
    const busy = simulated({ acknowledge: 'local', scorers: 4, stepsPerJob: 5, scoreMs: 20 })
    const perMs = busy.stepsPerSecond / 1000
    expect(busy.busiestNode / (perMs * costs.stepMs)).toBeCloseTo(1, 2)
    expect(busy.busiestBroker / (perMs * (costs.lineMs + costs.jobMs / 5))).toBeCloseTo(1, 2)
    expect(busy.scorers / ((perMs / 5) * (20 / 4))).toBeCloseTo(1, 2)
  })

  it("obeys Little's law: sessions are those that think and those that wait", () => {
    for (const [nodes, sessions] of [
      [1, 30],
      [3, 400],
      [8, 100],
    ] as const) {
      const { stepsPerSecond, step } = simulated({ nodes, sessions, acknowledge: 'feed', networkMs: 2 })
      expect(((stepsPerSecond / 1000) * (small.thinkMs + step.mean)) / sessions).toBeCloseTo(1, 1)
    }
  })

  it('stays below the bounds of its parts', () => {
    for (const nodes of [1, 2, 4])
      for (const sessions of [10, 100, 1000]) {
        const { stepsPerSecond } = simulated({ nodes, sessions, acknowledge: 'feed', countedMs: 20_000 })
        expect(stepsPerSecond).toBeLessThanOrEqual(1010 * Math.min(nodes / costs.stepMs, 1 / costs.lineMs))
        expect(stepsPerSecond).toBeLessThanOrEqual((1010 * sessions) / (small.thinkMs + costs.stepMs + costs.lineMs))
      }
  })

  it('takes as many steps with more nodes or more brokers, and fewer that wait for a broker', () => {
    const rate = (changes: Partial<ClusterSettings>) =>
      simulated({ sessions: 1000, countedMs: 20_000, ...changes }).stepsPerSecond
    const byNodes = [1, 2, 4, 8, 16].map((nodes) => rate({ nodes }))
    expect(byNodes).toEqual(byNodes.toSorted((a, b) => a - b))
    const byBrokers = [1, 2, 4].map((brokers) => rate({ nodes: 8, brokers, acknowledge: 'feed' }))
    expect(byBrokers).toEqual(byBrokers.toSorted((a, b) => a - b))
    expect(byBrokers[0]).toBeLessThan(rate({ nodes: 8 }) / 2)
  })

  it('falls behind by what the broker cannot take where replies do not wait for it', () => {
    const { stepsPerSecond, linesBehind } = simulated({ nodes: 8, sessions: 1000, acknowledge: 'local' })
    const taken = 1 / costs.lineMs
    expect(linesBehind / ((stepsPerSecond / 1000 - taken) * (small.warmUpMs + small.countedMs))).toBeCloseTo(1, 1)
  })

  it('keeps a group on one node: a hot one waits, the others hardly do', () => {
    const cold = simulated({ nodes: 8, sessions: 200 })
    const warm = simulated({ nodes: 8, sessions: 200, hotGroup: 70 })
    expect(cold.hot.steps).toBe(0)
    expect(warm.busiestNode).toBeGreaterThan(2 * warm.meanNode)
    expect(warm.hot.p99).toBeGreaterThan(2 * cold.step.p99)
    const capacity = simulated({ nodes: 8, sessions: 200, hotGroup: 200 })
    expect(capacity.stepsPerSecond).toBeCloseTo(1000 / costs.stepMs, -2)
  })

  it('judges every job once, after it waited for a scorer', () => {
    const { late, stepsPerSecond } = simulated({ scorers: 100, stepsPerJob: 5, scoreMs: 20, networkMs: 1 })
    expect(late.steps / (stepsPerSecond * 20)).toBeCloseTo(1, 1)
    expect(late.mean).toBeGreaterThan(20 + costs.jobMs + 4 - 1e-9)
    expect(late.p99).toBeLessThan(30)
  })

  it('is the same for a seed, and another for another', () => {
    expect(simulated({ countedMs: 1000 })).toEqual(simulated({ countedMs: 1000 }))
    expect(simulated({ countedMs: 1000, seed: 4 })).not.toEqual(simulated({ countedMs: 1000 }))
  })
})
