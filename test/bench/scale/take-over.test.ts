import { describe, expect, it } from 'vitest'
import { MEASURED } from '../../../bench/scale/kit/costs.ts'
import { simulateTakeOver, type TakeOverSettings } from '../../../bench/scale/kit/take-over.ts'

const costs = MEASURED
const usual: TakeOverSettings = {
  ...{ costs, nodes: 50, lost: 1, sessionsPerNode: 200, linesPerShard: 10_000, leaseMs: 5000, renewMs: 1000 },
  ...{ watched: 'owners', claimants: 'one', retryMs: 300, networkMs: 0.25, beforeMs: 20_000, afterMs: 60_000, seed: 3 },
}
const simulated = (changes: Partial<TakeOverSettings>) => simulateTakeOver({ ...usual, ...changes })

describe('a simulated loss of nodes', () => {
  it.each(['owners', 'leases'] as const)(
    'finds the directory as busy as its messages say where nodes watch %s',
    (watched) => {
      for (const nodes of [10, 50, 100]) {
        const perRenewal = costs.lineMs + (watched === 'leases' ? nodes * costs.deliveryMs : 0)
        expect(simulated({ nodes, watched }).directory / ((nodes * perRenewal) / usual.renewMs)).toBeCloseTo(1, 1)
      }
    },
  )

  it('serves every session again after lease, claim, restoration and the next attempt of its client', () => {
    const { gap, takenOver, falselyLapsed } = simulated({})
    expect({ takenOver, falselyLapsed }).toEqual({ takenOver: 1, falselyLapsed: 0 })
    const { leaseMs, renewMs, linesPerShard, retryMs, sessionsPerNode } = usual
    const restoration = costs.restoreMs * linesPerShard
    expect(gap.p50).toBeGreaterThan(leaseMs - renewMs + restoration)
    expect(gap.longest).toBeLessThan(leaseMs + restoration + retryMs + costs.stepMs * sessionsPerNode + 10)
    expect(gap.p50).toBeLessThanOrEqual(gap.p99)
  })

  it('lasts longer with longer records, more lost nodes, or a race of all nodes for each shard', () => {
    const longest = (changes: Partial<TakeOverSettings>) => simulated(changes).gap.longest
    const byLines = [1000, 10_000, 100_000].map((linesPerShard) => longest({ linesPerShard }))
    expect(byLines).toEqual(byLines.toSorted((a, b) => a - b))
    expect(longest({ lost: 25, linesPerShard: 100_000 })).toBeGreaterThan(longest({ linesPerShard: 100_000 }) + 1600)
    const race = (claimants: 'one' | 'all') => longest({ nodes: 500, lost: 100, claimants })
    expect(race('all')).toBeGreaterThan(2 * race('one'))
  })

  it('takes leases from nodes that live where all watch every renewal and there are too many', () => {
    expect(simulated({ nodes: 100, watched: 'leases' }).falselyLapsed).toBe(0)
    const saturated = simulated({ nodes: 400, watched: 'leases' })
    expect(saturated.directory).toBeCloseTo(1, 2)
    expect(saturated.falselyLapsed).toBe(400)
  })

  it('is the same for a seed, and another for another', () => {
    expect(simulated({})).toEqual(simulated({}))
    expect(simulated({ seed: 4 })).not.toEqual(simulated({}))
  })

  it('leaves a node that takes over', () => {
    expect(() => simulated({ lost: 50 })).toThrow(/at most 49 can be lost/)
  })
})
