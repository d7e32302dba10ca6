import { fixed } from './cells.ts'
import { box, caption, INK, labelWidth, picture, text } from './svg.ts'

/** One row of a heat map; null where nothing is defined. */
export interface HeatRow {
  readonly label: string
  readonly values: readonly (number | null)[]
}

export interface HeatMap {
  readonly title: string
  readonly caption: string
  /** What the columns are values of. */
  readonly across: string
  readonly columns: readonly string[]
  readonly rows: readonly HeatRow[]
}

const COLUMN = 76
const TOP = 80
const ROW = 18

/** Values from -1 to 1 as colours, with the number in each cell: rows by columns. */
export function heatMap({ title, caption: says, across, columns, rows }: HeatMap): string {
  const left = labelWidth([across, ...rows.map(({ label }) => label)])
  const widest = Math.max(left + columns.length * COLUMN, 30 + 7 * Math.max(title.length * 1.25, says.length))
  const heads = columns.map((name, at) =>
    text(left + (at + 0.5) * COLUMN, TOP - 8, name, { anchor: 'middle', size: 11, weight: 'bold' }),
  )
  return picture(Math.ceil(widest + 12), TOP + rows.length * ROW + 12, title, [
    text(12, 20, title, { size: 14, weight: 'bold' }),
    caption(says),
    text(left - 10, TOP - 8, across, { anchor: 'end', size: 11, weight: 'bold' }),
    ...heads,
    ...rows.flatMap((row, index) => lineOf(row, left, TOP + index * ROW)),
  ])
}

function lineOf({ label, values }: HeatRow, left: number, y: number): readonly string[] {
  const cells = values.flatMap((value, at) => cellOf(value, left + at * COLUMN, y))
  return [text(left - 10, y + ROW - 5, label, { anchor: 'end', size: 11 }), ...cells]
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
