import type { ColumnsAnswer } from '../answers.ts'
import { type OpenStrip, openStrip } from './strip.ts'

/** A step with two numbers, each in units of its usual size. */
export interface Point {
  readonly episode: number
  readonly index: number
  readonly x: number
  readonly y: number
}

/** Steps that have both numbers. */
export function pointsOf(columns: Pick<ColumnsAnswer, 'steps'>, x: OpenStrip, y: OpenStrip): readonly Point[] {
  const points: Point[] = []
  columns.steps.forEach((count, episode) => {
    const start = x.starts[episode] ?? 0
    for (let index = 0; index < count; index++) {
      const [a, b] = [x.at(start + index), y.at(start + index)]
      if (a !== null && b !== null) points.push({ episode, index, x: a / (x.rms || 1), y: b / (y.rms || 1) })
    }
  })
  return points
}

/** Strips of two columns as points. */
export const pointsIn = (x: ColumnsAnswer, y: ColumnsAnswer): readonly Point[] =>
  pointsOf(x, openStrip(x, x.strip), openStrip(y, y.strip))

/** Numbers beyond this many usual sizes are drawn at the edge. */
export const REACH = 3
/** Cells along each side. */
export const CELLS = 48

/** Steps in each cell of a square from -REACH to REACH, row by row from the top. */
export function densityOf(points: readonly Point[]): Uint32Array {
  const counts = new Uint32Array(CELLS * CELLS)
  const cell = (value: number): number =>
    Math.min(CELLS - 1, Math.max(0, Math.floor(((value + REACH) / (2 * REACH)) * CELLS)))
  for (const { x, y } of points) {
    const at = (CELLS - 1 - cell(y)) * CELLS + cell(x)
    counts[at] = (counts[at] ?? 0) + 1
  }
  return counts
}

/** Steps whose two numbers are furthest apart, the furthest first. */
export const furthest = (points: readonly Point[], most: number): readonly Point[] =>
  points.toSorted((one, other) => Math.abs(other.x - other.y) - Math.abs(one.x - one.y)).slice(0, most)
