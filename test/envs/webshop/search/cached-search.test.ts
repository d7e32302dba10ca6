import { describe, expect, it } from 'vitest'
import { GymError } from '../../../../core/errors.ts'
import { cachedSearch } from '../../../../envs/webshop/search/cached-search.ts'
import { buildSearchIndex, type SearchIndex } from '../../../../envs/webshop/search/index.ts'

const index = buildSearchIndex([
  { id: 'B1', contents: 'red dress' },
  { id: 'B2', contents: 'red scarf' },
])

function counted(asked: string[]): SearchIndex {
  return {
    size: index.size,
    search(query, k) {
      asked.push(`${query}/${k}`)
      return index.search(query, k)
    },
  }
}

describe('cachedSearch', () => {
  it('gives what the index gives, and asks it once a query and number of results', () => {
    const asked: string[] = []
    const cached = cachedSearch(counted(asked), 10)
    for (const k of [2, 1, 2, 1]) expect(cached.search('red', k)).toEqual(index.search('red', k))
    expect(asked).toEqual(['red/2', 'red/1'])
    expect(cached.size).toBe(2)
  })

  it('remembers that a query finds nothing', () => {
    const asked: string[] = []
    const cached = cachedSearch(counted(asked), 10)
    expect([cached.search('zebra', 5), cached.search('zebra', 5)]).toEqual([[], []])
    expect(asked).toHaveLength(1)
  })

  it('forgets the query that was not asked for longest', () => {
    const asked: string[] = []
    const cached = cachedSearch(counted(asked), 2)
    for (const query of ['red', 'scarf', 'red', 'dress', 'red', 'scarf']) cached.search(query, 1)
    expect(asked).toEqual(['red/1', 'scarf/1', 'dress/1', 'scarf/1'])
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a capacity of %d', (capacity) => {
    expect(() => cachedSearch(index, capacity)).toThrow(GymError)
  })
})
