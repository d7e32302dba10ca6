/**
 * Remembers the results for the keys asked for last: at least `limit` of them, and never more than twice as many.
 * The results must be the same whenever they are computed.
 */
export function memoise<K, V extends NonNullable<unknown>>(limit: number, compute: (key: K) => V): (key: K) => V {
  let recent = new Map<K, V>()
  let older = new Map<K, V>()
  return (key) => {
    const known = recent.get(key)
    if (known !== undefined) return known
    const value = older.get(key) ?? compute(key)
    if (recent.size >= limit) {
      older = recent
      recent = new Map()
    }
    recent.set(key, value)
    return value
  }
}

/** Remembers what was derived from an immutable object, for as long as that object lives. */
export function derive<K extends WeakKey, V extends NonNullable<unknown>>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>()
  return (key) => {
    const value = known.get(key) ?? compute(key)
    known.set(key, value)
    return value
  }
}
