/** Rows of equal length, one after the other: how references hold tokens. */
export interface Padded {
  readonly height: number
  readonly width: number
  readonly values: Float64Array
}

export const matrixOf = (rows: readonly (readonly number[])[]): Padded => ({
  height: rows.length,
  width: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
})

/** Values laid out like a matrix, as its rows. */
export const rowsOf = ({ height, width }: Padded, values: ArrayLike<number>): readonly (readonly number[])[] =>
  Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_unused, column) => values[row * width + column] ?? 0),
  )

export const rowStarts = ({ height, width }: Padded): Int32Array =>
  Int32Array.from({ length: height + 1 }, (_, row) => row * width)

/** 1 for the first tokens of each row, as many as it has. */
export const lengthMask = (lengths: readonly number[], width: number): Uint8Array =>
  Uint8Array.from(lengths.flatMap((length) => Array.from({ length: width }, (_, at) => (at < length ? 1 : 0))))

export const maskOf = (rows: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from(rows.flat(), (value) => (value ? 1 : 0))

/** Rows of n make a group. */
export const blocksOf = (count: number, n: number): readonly number[] =>
  Array.from({ length: count }, (_, row) => Math.floor(row / n))

/** a - b where unmasked, else 0. */
export function differences(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  mask: Uint8Array,
): Float64Array {
  const others = b.flat()
  return Float64Array.from(a.flat(), (value, at) => (mask[at] ? value - (others[at] ?? 0) : 0))
}

/** The sum of each row. */
export const totals = (shape: Padded, values: ArrayLike<number>): readonly number[] =>
  rowsOf(shape, values).map((row) => row.reduce((sum, value) => sum + value, 0))
