import type { Estimates } from './estimates.ts'
import { weightedCorrelation } from './moments.ts'

/** Sums over the rows of each cell: task, observation and action. */
export class CellSums {
  readonly counts: Float64Array
  readonly estimates: Float64Array
  readonly truths: Float64Array
  squares = 0

  constructor(cellCount: number) {
    this.counts = new Float64Array(cellCount)
    this.estimates = new Float64Array(cellCount)
    this.truths = new Float64Array(cellCount)
  }

  add({ sample, advantages, mask }: Estimates): void {
    for (let row = 0; row < advantages.length; row++) {
      if (!mask[row]) continue
      const cell = sample.cells[row] ?? 0
      const estimate = advantages[row] ?? 0
      this.counts[cell] = (this.counts[cell] ?? 0) + 1
      this.estimates[cell] = (this.estimates[cell] ?? 0) + estimate
      this.truths[cell] = (this.truths[cell] ?? 0) + (sample.truth[row] ?? 0)
      this.squares += estimate * estimate
    }
  }

  addAll(other: CellSums): void {
    addInto(this.counts, other.counts)
    addInto(this.estimates, other.estimates)
    addInto(this.truths, other.truths)
    this.squares += other.squares
  }
}

/** What is left of a total without one of its parts. */
export function without(total: CellSums, part: CellSums): CellSums {
  const left = totalOf([total], total.counts.length)
  subtractFrom(left.counts, part.counts)
  subtractFrom(left.estimates, part.estimates)
  subtractFrom(left.truths, part.truths)
  left.squares -= part.squares
  return left
}

export function subtractFrom(from: Float64Array, part: Float64Array): void {
  for (let at = 0; at < from.length; at++) from[at] = (from[at] ?? 0) - (part[at] ?? 0)
}

export function addInto(into: Float64Array, from: Float64Array): void {
  for (let at = 0; at < into.length; at++) into[at] = (into[at] ?? 0) + (from[at] ?? 0)
}

export const totalOf = (parts: readonly CellSums[], cellCount: number): CellSums => {
  const total = new CellSums(cellCount)
  for (const part of parts) total.addAll(part)
  return total
}

/** Means of cells that were visited often enough to have one. */
export interface CellMeans {
  readonly weights: Float64Array
  readonly estimates: Float64Array
  readonly truths: Float64Array
}

/** Rows that a cell must have. */
const LEAST = 10

/** Positions of cells that have enough rows, in all sums given. */
export function visitedCells(sums: readonly CellSums[], least = LEAST): Int32Array {
  const fewest = sums[0]?.counts.slice() ?? new Float64Array()
  for (const { counts } of sums)
    for (let cell = 0; cell < fewest.length; cell++) fewest[cell] = Math.min(fewest[cell] ?? 0, counts[cell] ?? 0)
  const cells = new Int32Array(fewest.length)
  let count = 0
  for (let cell = 0; cell < fewest.length; cell++) if ((fewest[cell] ?? 0) >= least) cells[count++] = cell
  return cells.slice(0, count)
}

export function meansOf(sums: CellSums, cells: Int32Array): CellMeans {
  const weights = picked(sums.counts, cells)
  const [estimates, truths] = [picked(sums.estimates, cells), picked(sums.truths, cells)]
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] ?? 1
    estimates[at] = (estimates[at] ?? 0) / weight
    truths[at] = (truths[at] ?? 0) / weight
  }
  return { weights, estimates, truths }
}

/** Values at some positions. */
function picked(values: Float64Array | Int32Array, at: Int32Array): Float64Array {
  const chosen = new Float64Array(at.length)
  for (let index = 0; index < at.length; index++) chosen[index] = values[at[index] ?? 0] ?? 0
  return chosen
}

/**
 * Less the mean over the actions of the same view, weighted as they were taken: an offset by what the policy sees
 * leaves its gradient as it is.
 */
export function centred(
  values: Float64Array,
  weights: Float64Array,
  cells: Int32Array,
  viewOf: Int32Array,
): Float64Array {
  const views = picked(viewOf, cells)
  const viewCount = views.reduce((most, view) => Math.max(most, view), -1) + 1
  const [totals, sums] = [new Float64Array(viewCount), new Float64Array(viewCount)]
  for (let at = 0; at < values.length; at++) {
    const view = views[at] ?? 0
    totals[view] = (totals[view] ?? 0) + (weights[at] ?? 0)
    sums[view] = (sums[view] ?? 0) + (weights[at] ?? 0) * (values[at] ?? 0)
  }
  return values.map((value, at) => value - (sums[views[at] ?? 0] ?? 0) / (totals[views[at] ?? 0] ?? 1))
}

/** Correlation of estimates and truths that were averaged over all batches, a cell each; null where one is constant. */
export function averagedCorrelation(total: CellSums): number | null {
  const { weights, estimates, truths } = meansOf(total, visitedCells([total]))
  return weights.length > 0 ? weightedCorrelation({ x: estimates, y: truths, weights }) : null
}

/** The same, both centred by view. */
export function centredCorrelation(total: CellSums, viewOf: Int32Array): number | null {
  const cells = visitedCells([total])
  const { weights, estimates, truths } = meansOf(total, cells)
  const [x, y] = [centred(estimates, weights, cells, viewOf), centred(truths, weights, cells, viewOf)]
  return weights.length > 0 ? weightedCorrelation({ x, y, weights }) : null
}

/** How far averages stay from the truth, and how far single estimates from their averages. */
export interface BiasAndVariance {
  /** Root mean square over cells, in units of the truth's. */
  readonly bias: number
  /** Mean square over rows, in units of the truth's mean square over cells. */
  readonly variance: number
}

/**
 * Bias and variance of estimates that are centred by view and scaled to fit the truth. The mean square of the bias is
 * cross-fitted: a product of two halves with independent noise, so that what is left of noise in either adds nothing
 * to it. Null where there is no truth, or nothing in the estimates that repeats in both halves.
 */
export function biasAndVariance(one: CellSums, other: CellSums, viewOf: Int32Array): BiasAndVariance | null {
  const total = totalOf([one, other], one.counts.length)
  const cells = visitedCells([one, other], LEAST / 2)
  const { weights, truths } = meansOf(total, cells)
  const centre = (values: Float64Array): Float64Array => centred(values, weights, cells, viewOf)
  const [a, b] = [centre(meansOf(one, cells).estimates), centre(meansOf(other, cells).estimates)]
  const truth = centre(truths)
  const inner = (x: Float64Array, y: Float64Array): number => weightedInner(weights, x, y)
  const [unit, shared] = [inner(truth, truth), inner(a, b)]
  if (!(unit > 0 && shared > 0)) return null
  const scale = (inner(a, truth) + inner(b, truth)) / 2 / shared
  const square = inner(scaledError(a, truth, scale), scaledError(b, truth, scale)) / unit
  return { bias: Math.sqrt(Math.max(0, square)), variance: (scale * scale * spreadOf(total)) / (unit / sumOf(weights)) }
}

const weightedInner = (weights: Float64Array, x: Float64Array, y: Float64Array): number =>
  weights.reduce((sum, weight, at) => sum + weight * (x[at] ?? 0) * (y[at] ?? 0), 0)

const scaledError = (estimates: Float64Array, truth: Float64Array, scale: number): Float64Array =>
  estimates.map((estimate, at) => scale * estimate - (truth[at] ?? 0))

const sumOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)

/** Mean square of estimates around the mean of their cell. */
function spreadOf({ counts, estimates, squares }: CellSums): number {
  let explained = 0
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] ?? 0
    if (count > 0) explained += (estimates[cell] ?? 0) ** 2 / count
  }
  return Math.max(0, squares - explained) / sumOf(counts)
}
