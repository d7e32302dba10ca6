/**
 * Ranks from 1; equal values share the mean of theirs.
 * @param tolerance Values that differ by no more from the least of those that share a rank are equal.
 */
export function ranksOf(values: Float64Array, tolerance = 0): Float64Array {
  const sorted = values.slice().sort()
  const [leasts, shared] = [new Float64Array(sorted.length), new Float64Array(sorted.length)]
  let count = 0
  for (let from = 0; from < sorted.length; count++) {
    const least = sorted[from] ?? 0
    let to = from + 1
    while (to < sorted.length && (sorted[to] ?? 0) - least <= tolerance) to++
    leasts[count] = least
    shared[count] = (from + to + 1) / 2
    from = to
  }
  return values.map((value) => shared[lastUpTo(leasts, count, value)] ?? 0)
}

/** Position of the last of `count` ascending values that is not a greater; the first must not be greater. */
function lastUpTo(ascending: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) <= value) low = middle
    else high = middle
  }
  return low
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
