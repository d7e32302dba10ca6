import { circle, FAINT, INK, line, picture, text } from './svg.ts'

export interface Axis {
  readonly title: string
  readonly isLog: boolean
}

export interface ScatterPoint {
  readonly label: string
  readonly x: number
  readonly y: number
  readonly isFaint: boolean
}

export interface ScatterPlot {
  readonly title: string
  /** Says which corner is best, and what a faint point is. */
  readonly caption: string
  readonly x: Axis
  readonly y: Axis
  /** In the order of the legend. Only finite ones, above 0 on a logarithmic axis, are drawn. */
  readonly points: readonly ScatterPoint[]
}

const [LEFT, TOP, WIDTH, HEIGHT] = [70, 78, 620, 460] as const
const LEGEND = LEFT + WIDTH + 30
const [LEGEND_ROW, LEGEND_COLUMN] = [16, 190] as const
const LEGEND_ROWS = 29

/** Numbered points, with a legend of the numbers: names of many points that lie close together would hide each other. */
export function scatterPlot({ title, caption, x, y, points }: ScatterPlot): string {
  const drawn = points.filter((point) => isDrawable(point.x, x) && isDrawable(point.y, y))
  const across = scaleOf(
    drawn.map((point) => point.x),
    x,
    LEFT,
    LEFT + WIDTH,
  )
  const up = scaleOf(
    drawn.map((point) => point.y),
    y,
    TOP + HEIGHT,
    TOP,
  )
  const columns = Math.max(1, Math.ceil(drawn.length / LEGEND_ROWS))
  const width = LEGEND + columns * LEGEND_COLUMN
  return picture(width, TOP + HEIGHT + 60, title, [
    text(12, 22, title, { size: 15, weight: 'bold' }),
    text(12, 42, caption, { size: 11, fill: '#5b6270' }),
    ...across.ticks.flatMap((tick) => verticalTick(across.place(tick), tick)),
    ...up.ticks.flatMap((tick) => horizontalTick(up.place(tick), tick)),
    line(LEFT, TOP + HEIGHT, LEFT + WIDTH, TOP + HEIGHT),
    line(LEFT, TOP, LEFT, TOP + HEIGHT),
    text(LEFT + WIDTH / 2, TOP + HEIGHT + 44, x.title, { anchor: 'middle', size: 12 }),
    text(LEFT, TOP - 8, y.title, { size: 12 }),
    ...numbered(drawn.map((point) => ({ ...point, x: across.place(point.x), y: up.place(point.y) }))),
    ...drawn.flatMap(legendEntry),
  ])
}

const isDrawable = (value: number, { isLog }: Axis): boolean => Number.isFinite(value) && (!isLog || value > 0)

const verticalTick = (at: number, tick: number): readonly string[] => [
  line(at, TOP, at, TOP + HEIGHT, FAINT),
  text(at, TOP + HEIGHT + 18, tickText(tick), { anchor: 'middle', size: 11 }),
]

const horizontalTick = (at: number, tick: number): readonly string[] => [
  line(LEFT, at, LEFT + WIDTH, at, FAINT),
  text(LEFT - 8, at + 4, tickText(tick), { anchor: 'end', size: 11 }),
]

const tickText = (tick: number): string => `${Number(tick.toPrecision(6))}`

interface Scale {
  readonly ticks: readonly number[]
  place(value: number): number
}

function scaleOf(values: readonly number[], { isLog }: Axis, from: number, to: number): Scale {
  const [least, most] = values.length === 0 ? [1, 2] : [Math.min(...values), Math.max(...values)]
  const ticks = isLog ? decades(least, most) : evenTicks(least, most)
  const inner = isLog ? Math.log10 : (value: number) => value
  const [low, high] = [inner(ticks[0] ?? least), inner(ticks.at(-1) ?? most)]
  return { ticks, place: (value) => from + ((inner(value) - low) / (high - low || 1)) * (to - from) }
}

/** 1, 2 and 5 times powers of ten around the values; powers alone where there are many. */
function decades(least: number, most: number): readonly number[] {
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const powers = Array.from({ length: high - low + 1 }, (_, at) => low + at)
  const steps = high - low > 5 ? [1] : [1, 2, 5]
  const all = powers.flatMap((power) => steps.map((step) => step * 10 ** power))
  const first = all.findLastIndex((tick) => tick <= least)
  const last = all.findIndex((tick) => tick >= most)
  return all.slice(Math.max(0, first), Math.max(first + 1, last) + 1)
}

/** Values that differ by rounding have ticks as if they were a millionth apart: finer ones would be rounded too. */
function evenTicks(least: number, most: number): readonly number[] {
  const range = Math.max(most - least, 1e-6 * Math.max(Math.abs(least), Math.abs(most)))
  const rough = (range || 1) / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10)
  const [first, last] = [Math.floor(least / step), Math.ceil(most / step)]
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, at) => (first + at) * step)
}

const RADIUS = 4
/** Distances of a number from its point that are tried until it hides no other. */
const REACHES = [12, 19, 27, 37, 49, 63, 79, 97] as const
const DIRECTIONS = Array.from({ length: 12 }, (_, at) => (at * Math.PI) / 6 - Math.PI / 2)
const [CELL_X, CELL_Y] = [16, 11] as const

function numbered(points: readonly ScatterPoint[]): readonly string[] {
  const taken: { readonly x: number; readonly y: number }[] = points.map(({ x, y }) => ({ x, y }))
  return points.flatMap(({ x, y, isFaint }, at) => {
    const place = freePlace(x, y, taken)
    taken.push(place)
    const ink = isFaint ? '#8b93a3' : '#1c5fa8'
    return [
      line(x, y, place.x, place.y, '#b9c0cc', 0.7),
      circle(x, y, RADIUS, ink),
      text(place.x, place.y + 4, `${at + 1}`, { anchor: 'middle', size: 10, weight: 'bold', fill: ink }),
    ]
  })
}

function freePlace(x: number, y: number, taken: readonly { readonly x: number; readonly y: number }[]) {
  const places = REACHES.flatMap((reach) =>
    DIRECTIONS.map((angle) => ({ x: x + reach * Math.cos(angle), y: y + reach * Math.sin(angle) })),
  )
  const isFree = (place: { readonly x: number; readonly y: number }): boolean =>
    place.x > LEFT + 8 &&
    place.x < LEFT + WIDTH + 14 &&
    place.y > TOP + 8 &&
    place.y < TOP + HEIGHT - 6 &&
    taken.every((other) => Math.abs(other.x - place.x) > CELL_X || Math.abs(other.y - place.y) > CELL_Y)
  return places.find(isFree) ?? { x: x + 11, y }
}

function legendEntry({ label, isFaint }: ScatterPoint, at: number): readonly string[] {
  const x = LEGEND + Math.floor(at / LEGEND_ROWS) * LEGEND_COLUMN
  const y = TOP + (at % LEGEND_ROWS) * LEGEND_ROW + 4
  const fill = isFaint ? '#5b6270' : INK
  return [
    text(x + 18, y, `${at + 1}`, { anchor: 'end', size: 11, weight: 'bold', fill: isFaint ? '#8b93a3' : '#1c5fa8' }),
    text(x + 26, y, label, { size: 11, fill }),
  ]
}
