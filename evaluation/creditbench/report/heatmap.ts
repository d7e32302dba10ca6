import { fixed } from './cells.ts'
import { box, INK, picture, text } from './svg.ts'

/** One row of a heat map; null where nothing is defined. */
export interface HeatRow {
  readonly label: string
  readonly values: readonly (number | null)[]
}

const LABELS = 190
const COLUMN = 76
const TOP = 58
const ROW = 18

/** Values from -1 to 1 as colours, with the number in each cell: rows by columns. */
export function heatMap(title: string, columns: readonly string[], rows: readonly HeatRow[]): string {
  const width = LABELS + Math.max(columns.length, 4) * COLUMN + 12
  const height = TOP + rows.length * ROW + 12
  const heads = columns.map((name, at) =>
    text(LABELS + (at + 0.5) * COLUMN, TOP - 8, name, { anchor: 'middle', size: 11 }),
  )
  const lines = rows.flatMap((row, index) => lineOf(row, TOP + index * ROW))
  return picture(width, height, title, [text(12, 20, title, { size: 14, weight: 'bold' }), ...heads, ...lines])
}

function lineOf({ label, values }: HeatRow, y: number): readonly string[] {
  const cells = values.flatMap((value, at) => cellOf(value, LABELS + at * COLUMN, y))
  return [text(LABELS - 10, y + ROW - 5, label, { anchor: 'end', size: 11 }), ...cells]
}

function cellOf(value: number | null, x: number, y: number): readonly string[] {
  if (value === null)
    return [
      box(x, y, COLUMN - 1, ROW - 1, '#eceef2'),
      text(x + COLUMN / 2, y + ROW - 5, 'none', { anchor: 'middle', size: 10, fill: '#8b93a3' }),
    ]
  const fill = Math.abs(value) > 0.6 ? '#ffffff' : INK
  return [
    box(x, y, COLUMN - 1, ROW - 1, colourOf(value)),
    text(x + COLUMN / 2, y + ROW - 5, fixed(value), { anchor: 'middle', size: 10, fill }),
  ]
}

const [LOW, MIDDLE, HIGH] = [
  [178, 58, 46],
  [247, 247, 245],
  [28, 95, 168],
] as const

/** Colour of a value from -1 to 1: red below 0, blue above: distinguishable by readers who confuse red and green. */
export function colourOf(value: number): string {
  const end = value < 0 ? LOW : HIGH
  const share = Math.min(1, Math.abs(value))
  const channels = MIDDLE.map((from, at) => Math.round(from + share * ((end[at] ?? from) - from)))
  return `rgb(${channels.join(',')})`
}
