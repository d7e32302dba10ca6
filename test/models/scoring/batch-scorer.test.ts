import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchScorer, type ItemModel, type ScorerLimits } from '../../../models/scoring/batch-scorer.ts'
import { lengthBuckets } from '../../../models/scoring/buckets.ts'
import { LruCache } from '../../../models/scoring/lru-cache.ts'

describe('length buckets', () => {
  it('hold every sequence once, shortest first, none above the budget but one that is alone', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 500 }), (given, budget) => {
        const buckets = lengthBuckets(given, budget)
        expect(buckets.flat().toSorted((a, b) => a - b)).toEqual([...given.keys()])
        const longest = buckets.map((bucket) => Math.max(...bucket.map((index) => Number(given[index]))))
        for (const [at, bucket] of buckets.entries())
          expect(bucket.length === 1 || bucket.length * Number(longest[at]) <= budget).toBe(true)
        expect(longest).toEqual(longest.toSorted((a, b) => a - b))
      }),
    )
  })
})

/** As `LruCache`, over a list of keys, the one that was used last at its end. */
function plainCache(limit: number) {
  let entries: readonly (readonly [key: string, value: number])[] = []
  const without = (key: string) => entries.filter(([known]) => known !== key)
  return {
    get: (key: string): number | undefined => {
      const entry = entries.find(([known]) => known === key)
      if (entry) entries = [...without(key), entry]
      return entry?.[1]
    },
    set: (key: string, value: number): void => {
      entries = [...without(key), [key, value] as const]
      entries = entries.slice(Math.max(0, entries.length - limit))
    },
    size: () => entries.length,
  }
}

describe('the cache', () => {
  it('drops the value that was not used for the longest time, as a list of all keys says', () => {
    const uses = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 6 })), { maxLength: 60 })
    fc.assert(
      fc.property(uses, fc.integer({ min: 0, max: 5 }), (order, limit) => {
        const [own, plain] = [new LruCache<number>(limit), plainCache(limit)]
        for (const [at, [isSet, key]] of order.entries()) {
          if (isSet) {
            own.set(`${key}`, at)
            plain.set(`${key}`, at)
          } else expect(own.get(`${key}`)).toBe(plain.get(`${key}`))
          expect(own.size).toBe(plain.size())
        }
      }),
    )
  })
})

/** Model of words: the log-probability of each letter is minus its place. Batches are kept until they are answered. */
function words() {
  const batches: (readonly string[])[] = []
  const waiting: (() => void)[] = []
  let isHeld = false
  const model: ItemModel<string> = {
    problemOf: (word) => (word === '' ? 'it is empty' : null),
    keyOf: (word) => word,
    lengthOf: (word) => word.length,
    run: async (items) => {
      batches.push(items)
      if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve))
      if (items.includes('broken')) throw new Error('the device broke')
      return items.map((word) => ({ logProbs: Array.from(word, (_, place) => -place) }))
    },
  }
  const scorer = (limits: Partial<ScorerLimits> = {}) => new BatchScorer(model, limits)
  const hold = (): void => {
    isHeld = true
  }
  const release = (): void => {
    isHeld = false
    for (const resolve of waiting.splice(0)) resolve()
  }
  return { batches, scorer, hold, release }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a batch scorer', () => {
  it('scores in the order of the items, whatever batches it makes', async () => {
    const { batches, scorer } = words()
    const items = ['long word', 'a', '', 'bcd', 'a']
    const found = await scorer({ tokenBudget: 8 }).score(items)
    expect(found).toEqual([
      { logProbs: [-0, -1, -2, -3, -4, -5, -6, -7, -8] },
      { logProbs: [-0] },
      { problem: 'it is empty' },
      { logProbs: [-0, -1, -2] },
      { logProbs: [-0] },
    ])
    expect(batches).toEqual([['a', 'bcd'], ['long word']])
  })

  it('computes what it has not seen, and nothing twice', async () => {
    const { batches, scorer } = words()
    const own = scorer()
    await own.score(['ab', 'cd'])
    await own.score(['cd', 'ef', 'ab'])
    expect(batches.flat()).toEqual(['ab', 'cd', 'ef'])
    const other = words()
    const forgetful = other.scorer({ cacheSize: 0 })
    await forgetful.score(['ab', 'ab'])
    await forgetful.score(['ab'])
    expect(other.batches.flat()).toEqual(['ab', 'ab'])
  })

  it('sends a few batches before the first is answered, and no more', async () => {
    const { batches, scorer, hold, release } = words()
    hold()
    const own = scorer({ inFlight: 2 })
    const found = own.score(['a', 'bb', 'ccc'])
    await settled()
    expect([batches.length, own.waiting]).toEqual([2, 3])
    release()
    expect(await found).toHaveLength(3)
    expect([batches.length, own.waiting]).toEqual([3, 0])
  })

  it('drops what was not sent when it is cancelled, and remembers what was computed', async () => {
    const { batches, scorer, hold, release } = words()
    hold()
    const own = scorer({ inFlight: 1 })
    const cancel = new AbortController()
    const found = own.score(['a', 'bb', 'ccc'], cancel.signal)
    await settled()
    cancel.abort(new Error('no longer needed'))
    release()
    await expect(found).rejects.toThrow('no longer needed')
    expect([batches, own.waiting]).toEqual([[['a']], 0])
    expect(await own.score(['a', 'bb'])).toEqual([{ logProbs: [-0] }, { logProbs: [-0, -1] }])
    expect(batches).toEqual([['a'], ['bb']])
  })

  it('refuses more than may wait, and serves those that wait', async () => {
    const { scorer, hold, release } = words()
    hold()
    const own = scorer({ maxWaiting: 2 })
    const first = own.score(['a', 'b'])
    await expect(own.score(['c'])).rejects.toThrow(
      expect.objectContaining({ code: 'CAPACITY_REACHED', message: '2 actions wait to be scored: at most 2 may' }),
    )
    release()
    expect(await first).toHaveLength(2)
    expect(await own.score(['c'])).toHaveLength(1)
  })

  it('passes on what the model throws, and scores again after it', async () => {
    const { scorer } = words()
    const own = scorer({ inFlight: 1 })
    await expect(own.score(['a', 'broken', 'zz'])).rejects.toThrow('the device broke')
    expect([own.waiting, await own.score(['zz'])]).toEqual([0, [{ logProbs: [-0, -1] }]])
  })

  it('says which of its limits cannot be used', () => {
    const { scorer } = words()
    expect(() => scorer({ tokenBudget: 0 })).toThrow('tokenBudget is a whole number from 1, not 0')
    expect(() => scorer({ cacheSize: -1 })).toThrow('cacheSize is a whole number from 0, not -1')
  })
})
