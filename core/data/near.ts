/**
 * Names that someone may have meant: few edits away, or one the beginning of the other. Nearest first, at most three.
 */
export function nearNames(wanted: string, names: readonly string[]): readonly string[] {
  if (wanted.length > LONGEST) return []
  const allowed = Math.max(1, Math.floor(wanted.length / 3))
  return names
    .map((name) => ({ name, distance: distanceOf(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowed || begins(wanted, name) || begins(name, wanted))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** `did you mean a or b?`, or, where no name is near, `otherwise`. */
export function nearOr(wanted: string, names: readonly string[], otherwise: string): string {
  const near = nearNames(wanted, names)
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : otherwise
}

/** `did you mean a? It has a, b, c`: the list in either case, for names that are few. */
export function nearAnd(wanted: string, names: readonly string[], listed: string): string {
  const near = nearOr(wanted, names, '')
  return near === '' ? listed : `${near} ${listed.charAt(0).toUpperCase()}${listed.slice(1)}`
}

/** No name is longer; a text that is would cost its length times that of every name. */
const LONGEST = 200

const begins = (start: string, text: string): boolean => start.length >= 3 && text.startsWith(start)

/**
 * Optimal string alignment: the fewest insertions, deletions, substitutions and swaps of neighbours. Three rows of the
 * table at a time.
 */
function distanceOf(from: string, to: string): number {
  let before: readonly number[] = []
  let above: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const row = [line]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[line - 1] === to[column - 1]
      const isSwap = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1]
      row.push(
        Math.min(
          (above[column - 1] ?? 0) + (isSame ? 0 : 1),
          (above[column] ?? 0) + 1,
          (row[column - 1] ?? 0) + 1,
          isSwap ? (before[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      )
    }
    before = above
    above = row
  }
  return above.at(-1) ?? 0
}
