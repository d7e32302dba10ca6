/** Rows sorted by trajectory, those of one trajectory in their own order. */
export interface Layout {
  /** Position before sorting, of each row. */
  readonly sourceRow: Int32Array
  readonly trajectoryOf: Int32Array
  /** Trajectory t has rows `starts[t]` to `starts[t + 1] - 1`. */
  readonly starts: Int32Array
}

/** A stable counting sort: linear in rows. */
export function layoutOf(trajectoryOfSource: Int32Array, count: number): Layout {
  const starts = startsOf(trajectoryOfSource, count)
  const next = starts.slice()
  const rowCount = trajectoryOfSource.length
  const sourceRow = new Int32Array(rowCount)
  const trajectoryOf = new Int32Array(rowCount)
  for (let source = 0; source < rowCount; source++) {
    const trajectory = trajectoryOfSource[source] ?? 0
    const row = next[trajectory] ?? 0
    next[trajectory] = row + 1
    sourceRow[row] = source
    trajectoryOf[row] = trajectory
  }
  return { sourceRow, trajectoryOf, starts }
}

/** Start of the members of each of `count` classes, once they are sorted by class; the last entry is their number. */
export function startsOf(classOf: Int32Array, count: number): Int32Array {
  const starts = new Int32Array(count + 1)
  for (const each of classOf) starts[each + 1] = (starts[each + 1] ?? 0) + 1
  for (let each = 0; each < count; each++) starts[each + 1] = (starts[each + 1] ?? 0) + (starts[each] ?? 0)
  return starts
}

/** Running sums from 0: item i takes `starts[i]` to `starts[i + 1] - 1`. */
export function startsOfLengths(lengths: ArrayLike<number>): Int32Array {
  const starts = new Int32Array(lengths.length + 1)
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = (starts[i] ?? 0) + (lengths[i] ?? 0)
  return starts
}

/** One whole number a place: a plain loop, as `Int32Array.from` goes through an iterator. */
export function int32Of(length: number, of: (at: number) => number): Int32Array {
  const values = new Int32Array(length)
  for (let at = 0; at < length; at++) values[at] = of(at)
  return values
}
