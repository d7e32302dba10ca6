/**
 * Ranks from 1; equal values share the mean of theirs.
 * @param tolerance Values that differ by no more from the least of those that share a rank are equal.
 */
export function ranksOf(values: Float64Array, tolerance = 0): Float64Array {
  const order = Uint32Array.from(values, (_, at) => at).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    const least = values[order[from] ?? 0] ?? 0
    while (to < order.length && (values[order[to] ?? 0] ?? 0) - least <= tolerance) to++
    for (let at = from; at < to; at++) ranks[order[at] ?? 0] = (from + to + 1) / 2
    from = to
  }
  return ranks
}

/** Pearson's correlation; null where one side does not vary. */
export function correlationOf(a: Float64Array, b: Float64Array): number | null {
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  let [products, squaresA, squaresB] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [(a[at] ?? 0) - meanA, (b[at] ?? 0) - meanB]
    products += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return squaresA > 0 && squaresB > 0 ? products / Math.sqrt(squaresA * squaresB) : null
}

/** Mean of at least one value. */
const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
