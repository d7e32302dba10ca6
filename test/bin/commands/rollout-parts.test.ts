import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nullLines, recipeLine } from '../../../bin/commands/rollout/print.ts'
import { Tally } from '../../../bin/commands/rollout/tally.ts'
import { yieldingAgent } from '../../../bin/commands/rollout/yielding-agent.ts'
import { keyOfSeed, parseSeed, Rng } from '../../../core/data/rng.ts'
import type { Reward } from '../../../core/data/types.ts'
import { groupSeed } from '../../../core/rollout/group-seed.ts'
import type { Recipe } from '../../../rewards/shaping/recipe.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'

describe('groupSeed', () => {
  it('gives every group of every run a different seed, in its exact form', () => {
    const anySeed = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    fc.assert(
      fc.property(anySeed, (any) => {
        const seed = parseSeed(any)
        const seeds = Array.from({ length: 50 }, (_, group) => groupSeed(seed, group))
        expect(new Set([seed, ...seeds]).size).toBe(51)
        for (const each of seeds) expect(parseSeed(each)).toBe(each)
        expect(groupSeed(seed, 49)).toBe(seeds[49])
      }),
    )
  })

  it('uses all 64 bits', () => {
    const seeds = Array.from({ length: 200 }, (_, group) => BigInt(groupSeed(1, group)))
    for (const bit of [0n, 31n, 32n, 63n]) {
      const set = seeds.filter((seed) => (seed >> bit) & 1n).length
      expect(set).toBeGreaterThan(60)
      expect(set).toBeLessThan(140)
    }
  })
})

describe('an agent that yields to the event loop', () => {
  const context = {
    ...{ observation: '', history: [], actions: null },
    rng: new Rng(keyOfSeed(1), 0),
    signal: new AbortController().signal,
  }

  it('lets timers run beside an agent that never waits', async () => {
    const agent = yieldingAgent({ name: 'busy', act: () => ({ action: 'go' }) })
    let isHeard = false
    setTimeout(() => {
      isHeard = true
    }, 0)
    const giveUp = performance.now() + 10_000
    while (!isHeard && performance.now() < giveUp) expect(await agent.act(context)).toEqual({ action: 'go' })
    expect(isHeard).toBe(true)
  })

  it('answers at once most of the time', () => {
    expect(yieldingAgent({ name: 'busy', act: () => ({ action: 'go' }) }).act(context)).toEqual({ action: 'go' })
  })
})

describe('Tally', () => {
  const summaryOf = (trajectories: Parameters<Tally['add']>[0]['trajectories'], recipe: Recipe | null = null) => {
    const tally = new Tally(recipe)
    tally.add({ trajectories, aborted: [] })
    return tally.summary()
  }

  it('never counts a null as zero', () => {
    const judged = trajectory({ steps: [step({ rewards: [signal('a', 2), signal('b', null)] })] })
    const half = trajectory({ steps: [step({ rewards: [signal('a', null), signal('b', null)] })] })
    expect(summaryOf([judged, half]).signals).toEqual([
      { name: 'a', mean: 2, nulls: 1, reasons: { declined: 1 } },
      { name: 'b', mean: null, nulls: 2, reasons: { declined: 2 } },
    ])
  })

  it('says why values are null, in at most 65 texts', () => {
    const threw = (detail: string): Reward => ({
      name: 'a',
      version: 1,
      latencyMs: 0,
      value: null,
      reason: 'threw',
      detail,
    })
    const details = [...Array.from({ length: 100 }, (_, at) => `unlike ${at}`), 'unlike 5', 'unlike 5']
    const [figures] = summaryOf([
      trajectory({ steps: details.map((detail) => step({ rewards: [threw(detail)] })) }),
    ]).signals
    expect(figures).toMatchObject({ nulls: 102, reasons: { 'unlike 0': 1, 'unlike 5': 3, 'for other reasons': 36 } })
    expect(Object.keys(figures?.reasons ?? {})).toHaveLength(65)
  })

  it('prints the reason that most nulls have, and none where a hook only declined', () => {
    const figures = { mean: null, nulls: 3 }
    const lines = nullLines(
      [
        { name: 'a', ...figures, reasons: { 'no key': 1, 'answered 500': 2 } },
        { name: 'b', ...figures, reasons: { declined: 3 } },
        { name: 'c', mean: 1, nulls: 0, reasons: {} },
      ],
      (_, text) => text,
    )
    expect(lines).toEqual(['2 nulls of a: answered 500'])
  })

  it('adds up the steps of an episode, and averages episodes', () => {
    const steps = [1, 2, 4].map((value, index) => step({ index, rewards: [signal('a', value)] }))
    const short = trajectory({ steps: steps.slice(0, 1), rewards: [signal('whole', 3)] })
    const { signals } = summaryOf([trajectory({ steps, rewards: [signal('whole', 5)] }), short])
    expect(signals).toEqual([
      { name: 'a', mean: 4, nulls: 0, reasons: {} },
      { name: 'whole', mean: 4, nulls: 0, reasons: {} },
    ])
  })

  it('counts aborted episodes and their steps, and judges none of them', () => {
    const tally = new Tally()
    const aborted = trajectory({
      ending: 'aborted',
      steps: [step({ isActionValid: false, rewards: [signal('a', 1)] })],
    })
    tally.add({ trajectories: [], aborted: [aborted] })
    expect(tally.summary()).toEqual({
      episodes: 1,
      steps: 1,
      invalidActions: 1,
      endings: { terminated: 0, truncated: 0, aborted: 1 },
      abortReasons: { 'for no known reason': 1 },
      signals: [],
      recipe: null,
    })
  })

  it('counts episodes that lack a signal of the recipe, also if the recipe calls that an error', () => {
    const recipe = {
      name: 'r',
      version: 1,
      terms: [{ signal: 'a', weight: 2, aggregate: 'sum' }],
      onNull: 'error',
    } as const
    const good = trajectory({ steps: [step({ rewards: [signal('a', 3)] })] })
    const bad = trajectory({ steps: [step({ rewards: [signal('a', null)] })] })
    expect(summaryOf([good, bad], recipe).recipe).toEqual({
      name: 'r',
      total: 6,
      perStep: null,
      unusable: 1,
      deferred: null,
    })
  })

  it('compares the members of a group if the recipe does', () => {
    const recipe = {
      name: 'r',
      version: 1,
      terms: [{ signal: 'a', weight: 1, transforms: [{ kind: 'z-score', over: 'group' }] }],
      onNull: 'error',
    } as const
    const members = [1, 3].map((value) =>
      trajectory({ groupId: 'g', steps: [step({ rewards: [signal('a', value)] })] }),
    )
    expect(summaryOf(members, recipe).recipe).toMatchObject({ perStep: 0, unusable: 0, deferred: null })
  })

  it.each([
    [{ schedule: { kind: 'linear', from: 1, to: 0 } }, 'runs by the progress of training'],
    [{ transforms: [{ kind: 'z-score', over: 'batch' }] }, 'compares a whole batch'],
  ] as const)('leaves to credit what cannot be computed group by group: %j', (more, deferred) => {
    const recipe = { name: 'r', version: 1, terms: [{ signal: 'a', weight: 1, ...more }], onNull: 'error' } as const
    const summary = summaryOf([trajectory({ steps: [step({ rewards: [signal('a', 3)] })] })], recipe).recipe
    expect(summary).toEqual({ name: 'r', total: null, perStep: null, unusable: 0, deferred })
    expect(summary && recipeLine(summary)).toBe(`recipe r ${deferred}: see stepgym credit`)
  })
})
