import { GymError } from '../../../core/errors.ts'
import type { Hit, SearchIndex } from './index.ts'

/**
 * The same index, remembering the results of the `capacity` queries asked for last. Sessions of a group repeat queries.
 * @throws GymError CONFIG_INVALID where `capacity` is no whole number above 0.
 */
export function cachedSearch(index: SearchIndex, capacity: number): SearchIndex {
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new GymError('CONFIG_INVALID', `the capacity of a search cache is a whole number above 0, not ${capacity}`)
  const remembered = new Map<string, readonly Hit[]>()
  return {
    size: index.size,
    search(query, k) {
      const key = `${k} ${query}`
      const hits = remembered.get(key) ?? index.search(query, k)
      remembered.delete(key)
      remembered.set(key, hits)
      if (remembered.size > capacity) forgetOldest(remembered)
      return hits
    },
  }
}

/** A Map keeps the order of insertion, and every use inserts anew. */
function forgetOldest(remembered: Map<string, unknown>): void {
  for (const key of remembered.keys()) {
    remembered.delete(key)
    return
  }
}
