import type { Strip } from '../strip.ts'
import { fixed } from './cells.ts'
import { colourOf } from './heatmap.ts'
import { box, INK, picture, slanted, text } from './svg.ts'

const LABELS = 150
const [COLUMN, ROW] = [44, 26] as const
const TOP = 70
const LONGEST = 18

/** One trajectory as a strip: a row for the truth and for each estimator, a column a step, the action below it. */
export function stripPlot(title: string, { earned, actions, rows }: Strip): string {
  const bottom = TOP + rows.length * ROW
  const width = Math.max(640, LABELS + actions.length * COLUMN + 70)
  const longest = Math.max(0, ...actions.map(({ length }) => Math.min(LONGEST, length)))
  const height = bottom + 34 + longest * 5
  const steps = actions.flatMap((action, at) => {
    const x = LABELS + at * COLUMN + COLUMN / 2
    return [
      text(x, TOP - 8, `${at}`, { anchor: 'middle', size: 11 }),
      slanted(x - 4, bottom + 14, action.length > LONGEST ? `${action.slice(0, LONGEST - 1)}…` : action),
    ]
  })
  return picture(width, height, title, [
    text(12, 22, title, { size: 15, weight: 'bold' }),
    text(12, 42, `${actions.length} steps, return ${Number(earned.toFixed(3))}; ${SCALE}`, {
      size: 11,
      fill: '#5b6270',
    }),
    text(LABELS - 10, TOP - 8, 'step', { anchor: 'end', size: 11 }),
    ...rows.flatMap(({ label, values }, at) => rowOf(label, values, TOP + at * ROW)),
    text(LABELS - 10, bottom + 18, 'action', { anchor: 'end', size: 11 }),
    ...steps,
  ])
}

const SCALE = 'advantages; each row is coloured by its own largest size: blue above 0, red below'

function rowOf(label: string, values: readonly (number | null)[], y: number): readonly string[] {
  const most = Math.max(...values.map((value) => Math.abs(value ?? 0)))
  const cells = values.flatMap((value, at) => cellOf(value, most, LABELS + at * COLUMN, y))
  const weight = label === 'truth' ? 'bold' : 'normal'
  return [text(LABELS - 10, y + ROW - 9, label, { anchor: 'end', size: 12, weight }), ...cells]
}

function cellOf(value: number | null, most: number, x: number, y: number): readonly string[] {
  const share = value === null || most === 0 ? 0 : value / most
  const fill = value === null ? '#eceef2' : colourOf(share)
  const ink = value === null ? '#8b93a3' : Math.abs(share) > 0.6 ? '#ffffff' : INK
  const cell = value === null ? 'none' : fixed(value)
  return [
    box(x, y, COLUMN - 2, ROW - 2, fill),
    text(x + COLUMN / 2 - 1, y + ROW - 9, cell, { anchor: 'middle', size: 11, fill: ink }),
  ]
}
