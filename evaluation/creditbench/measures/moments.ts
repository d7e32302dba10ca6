/** Weighted sums of pairs, for correlations and fits. */
export interface Pairs {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly weights: Float64Array
}

/** Weighted Pearson correlation; null where one side does not vary. */
export function weightedCorrelation({ x, y, weights }: Pairs): number | null {
  const total = weights.reduce((a, b) => a + b, 0)
  const meanX = dot(weights, x) / total
  const meanY = dot(weights, y) / total
  let [xy, xx, yy] = [0, 0, 0]
  for (let at = 0; at < x.length; at++) {
    const [w, dx, dy] = [weights[at] ?? 0, (x[at] ?? 0) - meanX, (y[at] ?? 0) - meanY]
    xy += w * dx * dy
    xx += w * dx * dx
    yy += w * dy * dy
  }
  return xx > total * VANISHING && yy > total * VANISHING ? xy / Math.sqrt(xx * yy) : null
}

/** Below this a spread is rounding. */
const VANISHING = 1e-24

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}
