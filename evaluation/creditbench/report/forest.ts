import type { Estimated } from '../../statistics/interval.ts'
import { circle, FAINT, INK, line, picture, text } from './svg.ts'

/** One line of a forest plot: an estimate a panel. */
export interface ForestRow {
  readonly label: string
  readonly isFaint: boolean
  readonly estimates: readonly (Estimated | null)[]
}

const LABELS = 190
const PANEL = 210
const GAP = 24
const TOP = 58
const ROW = 18

/**
 * Estimates with their intervals, a row each, in panels side by side.
 * @param panels Titles; every panel runs from -1 to 1.
 */
export function forestPlot(title: string, panels: readonly string[], rows: readonly ForestRow[]): string {
  const width = LABELS + panels.length * (PANEL + GAP)
  const height = TOP + rows.length * ROW + 12
  const bottom = TOP + rows.length * ROW
  const frames = panels.flatMap((name, panel) => frameOf(name, panel, bottom))
  const lines = rows.flatMap((row, index) => lineOf(row, TOP + index * ROW + ROW / 2))
  return picture(width, height, title, [text(12, 20, title, { size: 14, weight: 'bold' }), ...frames, ...lines])
}

const TICKS = [-1, -0.5, 0, 0.5, 1] as const

function frameOf(name: string, panel: number, bottom: number): readonly string[] {
  const ticks = TICKS.flatMap((tick) => {
    const x = placeOf(tick, panel)
    return [
      line(x, TOP - 4, x, bottom, tick === 0 ? '#8b93a3' : FAINT),
      text(x, TOP - 8, `${tick}`, { anchor: 'middle', size: 9 }),
    ]
  })
  return [text(placeOf(0, panel), 40, name, { anchor: 'middle', size: 11 }), ...ticks]
}

function lineOf({ label, isFaint, estimates }: ForestRow, y: number): readonly string[] {
  const ink = isFaint ? '#8b93a3' : '#1c5fa8'
  const marks = estimates.flatMap((estimate, panel) => (estimate === null ? [] : markOf(estimate, panel, y, ink)))
  return [text(LABELS - 10, y + 4, label, { anchor: 'end', size: 11, fill: isFaint ? '#5b6270' : INK }), ...marks]
}

const markOf = ({ value, low, high }: Estimated, panel: number, y: number, ink: string): readonly string[] => [
  line(placeOf(low, panel), y, placeOf(high, panel), y, ink, 1.5),
  circle(placeOf(value, panel), y, 3, ink),
]

const placeOf = (value: number, panel: number): number =>
  LABELS + panel * (PANEL + GAP) + ((Math.min(1, Math.max(-1, value)) + 1) / 2) * PANEL
