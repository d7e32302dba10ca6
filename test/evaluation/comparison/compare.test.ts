import { describe, expect, it } from 'vitest'
import { compare, type Executor } from '../../../evaluation/comparison/compare.ts'
import { keyOf } from '../../../evaluation/comparison/plan.ts'
import { memoryStore } from '../../../evaluation/comparison/store.ts'
import { runWith, SMALL_PLAN } from './samples.ts'

/** Answers at once or out of order, and remembers what it was asked. */
function scripted(lanes: number) {
  const asked: string[] = []
  let busy = 0
  let most = 0
  const late = async <T>(name: string, delay: number, value: T): Promise<T> => {
    asked.push(name)
    most = Math.max(most, ++busy)
    for (let turn = 0; turn < delay; turn++) await Promise.resolve()
    busy--
    return value
  }
  const executor: Executor = {
    lanes,
    start: (seed) => late(`start ${seed}`, seed % 3, { seed, weights: {}, success: 0, steps: seed }),
    run: (key) => late(keyOf(key), (key.seed * 7) % 5, runWith(key.method, key.seed, key.rate * 10, key.rate)),
  }
  return { executor, asked, most: () => most }
}

describe('a comparison', () => {
  it('is the same whatever the number of lanes, and never has more runs in progress', async () => {
    const results = await Promise.all(
      [1, 2, 5].map(async (lanes) => {
        const { executor, most } = scripted(lanes)
        const comparison = await compare(SMALL_PLAN, executor, memoryStore())
        expect(most()).toBeLessThanOrEqual(lanes)
        return comparison
      }),
    )
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
    expect(results[0]?.reported.map(keyOf)).toEqual([
      ...['rloo 0.02 1', 'rloo 0.02 2', 'random-reward 0.02 1', 'random-reward 0.02 2'],
      ...['untrained 0.02 1', 'untrained 0.02 2'],
    ])
  })

  it('does nothing twice that its store has', async () => {
    const store = memoryStore()
    const whole = await compare(SMALL_PLAN, scripted(2).executor, store)
    const { executor, asked } = scripted(2)
    expect(await compare(SMALL_PLAN, executor, store)).toEqual(whole)
    expect(asked).toEqual([])
  })

  it('counts what is done up to all of it', async () => {
    const progress: (readonly [number, number])[] = []
    await compare(SMALL_PLAN, scripted(1).executor, memoryStore(), (done, total) => progress.push([done, total]))
    expect(progress.map(([done]) => done)).toEqual(Array.from({ length: 12 }, (_, at) => at))
    expect(new Set(progress.map(([, total]) => total))).toEqual(new Set([11]))
  })

  it('stops at the first run that fails, and keeps those that were finished', async () => {
    const store = memoryStore()
    const { executor, asked } = scripted(1)
    const failing: Executor = {
      ...executor,
      run: (key, start) => (key.rate === 0.02 ? Promise.reject(new Error('out of memory')) : executor.run(key, start)),
    }
    await expect(compare(SMALL_PLAN, failing, store)).rejects.toThrow('out of memory')
    expect(asked).toEqual(['start 101', 'start 1', 'start 2', 'rloo 0.01 101'])
    expect(store.runOf({ method: 'rloo', rate: 0.01, seed: 101 })?.area).toBeCloseTo(0.1, 12)
  })
})
