/**
 * Names that someone may have meant: few edits away, or one the beginning of the other. Nearest first, at most three.
 */
export function nearNames(wanted: string, names: readonly string[]): readonly string[] {
  const allowed = Math.max(1, Math.floor(wanted.length / 3))
  return names
    .map((name) => ({ name, distance: distanceOf(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowed || begins(wanted, name) || begins(name, wanted))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

const begins = (start: string, text: string): boolean => start.length >= 3 && text.startsWith(start)

/** Levenshtein distance, one row at a time. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [line, unit] of from.split('').entries()) {
    const above = row
    row = [line + 1]
    for (let column = 1; column <= to.length; column++) {
      const substituted = (above[column - 1] ?? 0) + (unit === to[column - 1] ? 0 : 1)
      row.push(Math.min(substituted, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1))
    }
  }
  return row.at(-1) ?? 0
}
