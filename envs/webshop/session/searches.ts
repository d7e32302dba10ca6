/** More than this cuts wishes into single words. */
export const MOST_SEARCHES = 8

/**
 * Searches that mean all that could be made: the wish's own words, then `count - 1` stretches of them in order:
 * with 2 the first half, with 3 both halves, with 4 all thirds. They are words of the public instruction, so that a list of them reveals nothing else.
 * @param count From 1 to `MOST_SEARCHES`.
 * @returns Each once, so that there may be fewer.
 */
export function searchesFor(wish: string, count: number): readonly string[] {
  // Brackets would end the argument early, and a line break the action.
  const words = wish.split(/[\s[\]]+/).filter((word) => word !== '')
  const parts = Math.max(2, count - 1)
  const stretches = Array.from({ length: count - 1 }, (_, part) =>
    words.slice(Math.floor((part * words.length) / parts), Math.floor(((part + 1) * words.length) / parts)),
  )
  const queries = [words, ...stretches].map((some) => some.join(' ')).filter((query) => query !== '')
  return queries.length === 0 ? ['anything'] : [...new Set(queries)]
}
