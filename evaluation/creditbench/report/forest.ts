import type { Estimated } from '../../statistics/interval.ts'
import { caption, circle, FAINT, INK, labelWidth, line, picture, text } from './svg.ts'

/** One line of a forest plot: an estimate a panel. */
export interface ForestRow {
  readonly label: string
  readonly isFaint: boolean
  readonly estimates: readonly (Estimated | null)[]
}

export interface ForestPlot {
  readonly title: string
  readonly caption: string
  /** Titles; every panel runs from -1 to 1. */
  readonly panels: readonly string[]
  readonly rows: readonly ForestRow[]
}

const PANEL = 210
const GAP = 40
const TOP = 96
const ROW = 18

/** Estimates with their intervals, a row each, in panels side by side. */
export function forestPlot({ title, caption: says, panels, rows }: ForestPlot): string {
  const left = labelWidth(rows.map(({ label }) => label))
  const bottom = TOP + rows.length * ROW
  const leftOf = (panel: number): number => left + panel * (PANEL + GAP)
  return picture(Math.ceil(leftOf(panels.length)), bottom + 12, title, [
    text(12, 20, title, { size: 14, weight: 'bold' }),
    caption(says),
    ...panels.flatMap((name, panel) => frameOf(name, leftOf(panel), bottom)),
    ...rows.flatMap((row, index) => lineOf(row, left, TOP + index * ROW + ROW / 2)),
    ...rows.flatMap((row, index) => marksOf(row, leftOf, TOP + index * ROW + ROW / 2)),
  ])
}

const TICKS = [-1, -0.5, 0, 0.5, 1] as const

function frameOf(name: string, left: number, bottom: number): readonly string[] {
  const ticks = TICKS.flatMap((tick) => {
    const x = left + placeOf(tick)
    return [
      line(x, TOP - 4, x, bottom, tick === 0 ? '#8b93a3' : FAINT),
      text(x, TOP - 8, `${tick}`, { anchor: 'middle', size: 9 }),
    ]
  })
  return [text(left + placeOf(0), TOP - 28, name, { anchor: 'middle', size: 11, weight: 'bold' }), ...ticks]
}

const lineOf = ({ label, isFaint }: ForestRow, left: number, y: number): readonly string[] => [
  text(left - 10, y + 4, label, { anchor: 'end', size: 11, fill: isFaint ? '#5b6270' : INK }),
]

function marksOf({ isFaint, estimates }: ForestRow, leftOf: (panel: number) => number, y: number): readonly string[] {
  const ink = isFaint ? '#8b93a3' : '#1c5fa8'
  return estimates.flatMap((estimate, panel) => (estimate === null ? [] : markOf(estimate, leftOf(panel), y, ink)))
}

const markOf = ({ value, low, high }: Estimated, left: number, y: number, ink: string): readonly string[] => [
  line(left + placeOf(low), y, left + placeOf(high), y, ink, 1.5),
  circle(left + placeOf(value), y, 3, ink),
]

/** Pixels from the left end of a panel. */
const placeOf = (value: number): number => ((Math.min(1, Math.max(-1, value)) + 1) / 2) * PANEL
