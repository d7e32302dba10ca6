import { cut } from './fit.ts'

export interface Column {
  readonly heading: string
  /** @default 'left' */
  readonly align?: 'left' | 'right'
}

/**
 * Lines of a table, the headings first; columns are two spaces apart and as wide as what they hold.
 * @param width of a line in characters: texts and headings are cut until it fits, down to `LEAST` characters; numbers,
 *   which are on the right, are not
 */
export function tableOf(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): readonly string[] {
  const all = [columns.map(({ heading }) => heading), ...rows]
  const widths = fittedWidths(columns, all, width)
  return all.map((cells) =>
    columns
      .map(({ align }, column) => padded(cells[column] ?? '', widths[column] ?? 0, align))
      .join('  ')
      .trimEnd(),
  )
}

/** Characters that a text is not cut below. */
const LEAST = 8

/** Shortens the widest column that may be cut by a character, until the line fits. */
function fittedWidths(
  columns: readonly Column[],
  all: readonly (readonly string[])[],
  width: number,
): readonly number[] {
  const [, ...rows] = all
  const widths = columns.map((_, column) => widest(all, column))
  const least = columns.map(({ align }, column) => (align === 'right' ? Math.max(LEAST, widest(rows, column)) : LEAST))
  const spare = (column: number): number => (widths[column] ?? 0) - (least[column] ?? 0)
  let excess = widths.reduce((sum, each) => sum + each, 2 * (columns.length - 1)) - width
  for (; excess > 0; excess--) {
    const cuttable = widths.map((each, column) => (spare(column) > 0 ? each : 0))
    const column = cuttable.indexOf(Math.max(...cuttable))
    if (spare(column) <= 0) break
    widths[column] = (widths[column] ?? 0) - 1
  }
  return widths
}

const widest = (rows: readonly (readonly string[])[], column: number): number =>
  rows.reduce((most, cells) => Math.max(most, cells[column]?.length ?? 0), 0)

function padded(cell: string, width: number, align: Column['align']): string {
  const text = cell.length > width ? cut(cell, width) : cell
  return align === 'right' ? text.padStart(width) : text.padEnd(width)
}
