import { largestOf, meanOf, sigmoidOf, smallestOf, sumOf } from '../numbers.ts'

type Point = readonly number[]

/** Columns of points. */
const columnsOf = (points: readonly Point[]): readonly Point[] =>
  (points[0] ?? []).map((_, at) => points.map((point) => point[at] ?? 0))

const distance = (a: Point, b: Point): number => Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)))

/** Mean and scale of each dimension, as scikit-learn standardises: population deviation, 1 where it is constant. */
function scaling(points: readonly Point[]): readonly { readonly mean: number; readonly scale: number }[] {
  return columnsOf(points).map((column) => {
    const mean = meanOf(column)
    const variance = meanOf(column.map((value) => (value - mean) ** 2))
    const rounding = column.length * Number.EPSILON * variance + (column.length * mean * Number.EPSILON) ** 2
    return { mean, scale: variance <= rounding ? 1 : Math.sqrt(variance) }
  })
}

/** Clusters of density (DBSCAN): positions of the points of each; a point without enough neighbours is in none. */
export function densityClusters(
  points: readonly Point[],
  radius: number,
  least: number,
): readonly (readonly number[])[] {
  const near = points.map((point) => points.flatMap((other, at) => (distance(point, other) <= radius ? [at] : [])))
  const owner = new Map<number, number>()
  const clusters: number[][] = []
  for (const start of points.keys()) {
    if (owner.has(start) || (near[start]?.length ?? 0) < least) continue
    const cluster: number[] = []
    const waiting = [start]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (owner.has(next)) continue
      owner.set(next, clusters.length)
      cluster.push(next)
      if ((near[next]?.length ?? 0) >= least) waiting.push(...(near[next] ?? []))
    }
    clusters.push(cluster)
  }
  return clusters
}

/** Centres of the successes: of clusters in standardised space, mapped back; the mean of all where there is none. */
function successCentres(successes: readonly Point[], radius: number, least: number): readonly Point[] {
  const scales = scaling(successes)
  const scaled = successes.map((point) =>
    point.map((value, at) => (value - (scales[at]?.mean ?? 0)) / (scales[at]?.scale ?? 1)),
  )
  const centres = densityClusters(scaled, radius, least).map((cluster) =>
    columnsOf(cluster.map((at) => scaled[at] ?? [])).map(
      (column, at) => meanOf(column) * (scales[at]?.scale ?? 1) + (scales[at]?.mean ?? 0),
    ),
  )
  return centres.length > 0 ? centres : [columnsOf(successes).map(meanOf)]
}

/** A trajectory with where it led. */
export interface EmbeddedOutcome {
  readonly isSuccess: boolean
  readonly embedding: Point
}

/** Constants of SRPO; in its release .5, 2, .6, 10. */
export interface DistanceRule {
  /** Radius and least members of a cluster of successes. */
  readonly radius: number
  readonly least: number
  /** Most that a failure earns, and how steep that is. */
  readonly top: number
  readonly steepness: number
}

/** Distances to the nearest success below this range are all alike. */
const LEAST_RANGE = 1e-6

/**
 * SRPO's reward (arXiv 2511.15605; sii-research/siiRL `embodied.py: compute_embodied_reward`): 1 for a success, top *
 * sigmoid(steepness (.5 - d)) for a failure, where d is its distance to the nearest centre of successes, scaled to 0..1
 * over the failures at hand; 0 for failures where there is no success. An embedding of zeros alone counts as missing: null, where
 * the reference gives 0 even to a success.
 */
export function distanceRewards(outcomes: readonly EmbeddedOutcome[], rule: DistanceRule) {
  const usable = outcomes.filter(({ embedding }) => isKnown(embedding))
  const successes = usable.filter(({ isSuccess }) => isSuccess).map(({ embedding }) => embedding)
  const failures = usable.filter(({ isSuccess }) => !isSuccess)
  const centres = successes.length === 0 ? [] : successCentres(successes, rule.radius, rule.least)
  const distanceOf = ({ embedding }: EmbeddedOutcome): number | null =>
    centres.length === 0 ? null : smallestOf(centres.map((centre) => distance(embedding, centre)))
  const all = failures.map((each) => distanceOf(each) ?? 0)
  const [low, high] = [smallestOf(all), largestOf(all)]
  const scaled = (far: number): number => (high - low < LEAST_RANGE ? 0.5 : (far - low) / (high - low))
  return outcomes.map((each): { readonly reward: number | null; readonly distance: number | null } => {
    if (!isKnown(each.embedding)) return { reward: null, distance: null }
    if (each.isSuccess) return { reward: 1, distance: null }
    const far = distanceOf(each)
    return { reward: far === null ? 0 : rule.top * sigmoidOf(rule.steepness * (0.5 - scaled(far))), distance: far }
  })
}

const isKnown = (embedding: Point): boolean => embedding.some((value) => value !== 0)

/** Counts of hashed words, of length 1: an embedding of a text that needs no model. */
export function wordEmbedding(text: string, dimensions = 64): Point {
  const counts = Array.from({ length: dimensions }, () => 0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const place = hashOf(word) % dimensions
    counts[place] = (counts[place] ?? 0) + 1
  }
  const length = Math.sqrt(sumOf(counts.map((count) => count * count)))
  return length === 0 ? counts : counts.map((count) => count / length)
}

/** FNV-1a of 32 bits over UTF-16. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
