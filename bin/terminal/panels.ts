import { caption, FAINT, INK, line, picture, text } from '../../evaluation/creditbench/report/svg.ts'

/** One line of a panel: values over the axis, from 0; null values leave gaps. */
export interface Curve {
  readonly name: string
  readonly colour: string
  readonly points: readonly (readonly [at: number, value: number | null])[]
}

export interface Panel {
  readonly title: string
  readonly curves: readonly Curve[]
  /** Whether the values are shares, which are drawn from 0 to 1. */
  readonly isShare: boolean
}

const [WIDTH, HEIGHT, LEFT, TOP, GAP_X, GAP_Y] = [300, 150, 56, 78, 74, 64] as const
const COLUMNS = 2
/** Colours of a first and a second curve. */
export const [BLUE, ORANGE] = ['#2f6fb0', '#c8641f'] as const

/** Panels of curves over one axis, which runs from 0 to the greatest place of any. */
export function panelsSvg(title: string, axis: string, panels: readonly Panel[]): string {
  const places = panels.flatMap(({ curves }) => curves.flatMap(({ points }) => points.map(([at]) => at)))
  const most = places.reduce((greatest, at) => Math.max(greatest, at), 1)
  const rows = Math.ceil(panels.length / COLUMNS)
  return picture(LEFT + COLUMNS * (WIDTH + GAP_X), TOP + rows * (HEIGHT + GAP_Y), title, [
    text(12, 22, title, { size: 15, weight: 'bold' }),
    caption(axis),
    ...panels.flatMap((panel, at) => drawn(panel, at, most)),
  ])
}

function drawn({ title, curves, isShare }: Panel, at: number, most: number): readonly string[] {
  const left = LEFT + (at % COLUMNS) * (WIDTH + GAP_X)
  const top = TOP + Math.floor(at / COLUMNS) * (HEIGHT + GAP_Y)
  const [low, high] = isShare ? [0, 1] : rangeOf(curves)
  const x = (steps: number): number => left + (steps / most) * WIDTH
  const y = (value: number): number => top + HEIGHT - ((value - low) / (high - low)) * HEIGHT
  return [
    text(left, top - 8, title, { size: 12, weight: 'bold' }),
    ...[low, (low + high) / 2, high].flatMap((tick) => [
      line(left, y(tick), left + WIDTH, y(tick), FAINT),
      text(left - 6, y(tick) + 4, `${Number(tick.toPrecision(3))}`, { anchor: 'end', size: 10 }),
    ]),
    line(left, top + HEIGHT, left + WIDTH, top + HEIGHT, INK),
    text(left, top + HEIGHT + 15, '0', { anchor: 'middle', size: 10 }),
    text(left + WIDTH, top + HEIGHT + 15, `${most}`, { anchor: 'middle', size: 10 }),
    ...curves.flatMap((curve, number) => [
      ...segments(curve, x, y),
      text(left + WIDTH, top - 8 - 12 * (curves.length - 1 - number), curve.name, {
        anchor: 'end',
        size: 10,
        fill: curve.colour,
      }),
    ]),
  ]
}

function segments({ points, colour }: Curve, x: (steps: number) => number, y: (value: number) => number) {
  const known = points.flatMap(([steps, value]) => (value === null ? [] : [[steps, value] as const]))
  return known.slice(1).map(([steps, value], at) => {
    const [before = steps, previous = value] = known[at] ?? []
    return line(x(before), y(previous), x(steps), y(value), colour, 1.5)
  })
}

/** From 0, or below it, to the greatest value. */
function rangeOf(curves: readonly Curve[]): readonly [number, number] {
  const values = curves.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])))
  const low = values.reduce((least, value) => Math.min(least, value), 0)
  const high = values.reduce((greatest, value) => Math.max(greatest, value), low)
  return high > low ? [low, high] : [low, low + 1]
}
