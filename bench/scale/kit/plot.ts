import { circle, FAINT, line, picture, text } from '../../../evaluation/creditbench/report/svg.ts'

/** Points of a line, with positive numbers; those that are not finite are left out. */
export interface PlotLine {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** A picture with one line per setting, over axes of powers of ten. */
export interface Panel {
  readonly title: string
  readonly x: string
  readonly lines: readonly PlotLine[]
}

const COLOURS = ['#1f6feb', '#d1242f', '#bf8700', '#1a7f37', '#8250df']
const [WIDTH, HEIGHT] = [420, 360]
const [LEFT, RIGHT, TOP] = [64, 16, 56]
/** Heights of the area of lines, and of a row of the legend below it. */
const [AREA, ROW] = [180, 16]

/** Panels beside each other. */
export const plot = (title: string, panels: readonly Panel[]): string =>
  picture(
    WIDTH * panels.length,
    HEIGHT,
    title,
    panels.flatMap((panel, at) => drawn(panel, at * WIDTH)),
  )

/** First and last power of ten of an axis. */
type Range = readonly [low: number, high: number]

function drawn({ title, x, lines }: Panel, left: number): readonly string[] {
  const shown = lines.map((each) => ({ ...each, points: each.points.filter((point) => point.every(isPlaced)) }))
  const all = shown.flatMap(({ points }) => points)
  const [xs, ys] = [rangeOf(all.map(([value]) => value)), rangeOf(all.map(([, value]) => value))]
  const place = {
    x: (value: number): number => left + LEFT + share(value, xs) * (WIDTH - LEFT - RIGHT),
    y: (value: number): number => TOP + (1 - share(value, ys)) * AREA,
  }
  return [
    text(left + 12, 22, title, { size: 14, weight: 'bold' }),
    text(left + LEFT, TOP + AREA + 34, x, { size: 11 }),
    ...ticks(xs).map((value) => text(place.x(value), TOP + AREA + 16, shortOf(value), { size: 11, anchor: 'middle' })),
    ...ticks(ys).flatMap((value) => [
      line(left + LEFT, place.y(value), left + WIDTH - RIGHT, place.y(value), FAINT),
      text(left + LEFT - 6, place.y(value) + 4, shortOf(value), { size: 11, anchor: 'end' }),
    ]),
    ...shown.flatMap((each, at) => [...path(each, at, place), ...legend(each.name, at, left)]),
  ]
}

interface Place {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

function path({ points }: PlotLine, index: number, { x, y }: Place): readonly string[] {
  const colour = COLOURS[index % COLOURS.length] ?? ''
  return points.flatMap((point, at) => {
    const before = points[at - 1]
    const dot = circle(x(point[0]), y(point[1]), 2.5, colour)
    return before ? [line(x(before[0]), y(before[1]), x(point[0]), y(point[1]), colour, 2), dot] : [dot]
  })
}

function legend(name: string, index: number, left: number): readonly string[] {
  const y = TOP + AREA + 52 + index * ROW
  return [
    line(left + LEFT, y - 4, left + LEFT + 20, y - 4, COLOURS[index % COLOURS.length], 2),
    text(left + LEFT + 28, y, name, { size: 11 }),
  ]
}

const isPlaced = (value: number): boolean => Number.isFinite(value) && value > 0

const rangeOf = (values: readonly number[]): Range => {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9)
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))]
}

const share = (value: number, [low, high]: Range): number => (Math.log10(value) - low) / (high - low)

const ticks = ([low, high]: Range): readonly number[] =>
  Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at))

/** 1000 is 1k. */
const shortOf = (value: number): string =>
  value >= 1e6 ? `${value / 1e6}M` : value >= 1000 ? `${value / 1000}k` : `${Number(value.toPrecision(2))}`
