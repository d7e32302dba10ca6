import { caption, FAINT, INK, line, picture, text } from '../../../evaluation/creditbench/report/svg.ts'
import type { HeldOut, IterationReport } from '../../../training/iteration.ts'

/** One line of a panel: values by environment steps; null values leave gaps. */
interface Curve {
  readonly name: string
  readonly colour: string
  readonly points: readonly (readonly [steps: number, value: number | null])[]
}

interface Panel {
  readonly title: string
  readonly curves: readonly Curve[]
  /** Whether the values are shares, which are drawn from 0 to 1. */
  readonly isShare: boolean
}

const [WIDTH, HEIGHT, LEFT, TOP, GAP_X, GAP_Y] = [300, 150, 56, 78, 74, 64] as const
const COLUMNS = 2
const [BLUE, ORANGE] = ['#2f6fb0', '#c8641f'] as const

/** Learning curves of a training over its environment steps, one panel a figure. */
export function curvesSvg(title: string, reports: readonly IterationReport[], trained: HeldOut | null): string {
  const panels = panelsOf(reports, trained)
  const most = reports.reduce((greatest, { environmentSteps }) => Math.max(greatest, environmentSteps), 1)
  const rows = Math.ceil(panels.length / COLUMNS)
  return picture(LEFT + COLUMNS * (WIDTH + GAP_X), TOP + rows * (HEIGHT + GAP_Y), title, [
    text(12, 22, title, { size: 15, weight: 'bold' }),
    caption('over environment steps; figures of an iteration are of the policy that acted in it'),
    ...panels.flatMap((panel, at) => drawn(panel, at, most)),
  ])
}

function panelsOf(reports: readonly IterationReport[], trained: HeldOut | null): readonly Panel[] {
  const last = reports.at(-1)?.environmentSteps ?? 0
  const of = (name: string, value: (report: IterationReport) => number | null, colour: string = BLUE): Curve => ({
    ...{ name, colour },
    points: reports.map((report) => [startOf(report), value(report)]),
  })
  const heldOut = (name: string, value: (figures: HeldOut) => number | null): Curve => ({
    ...{ name, colour: ORANGE },
    points: [
      ...reports.flatMap((report) => (report.heldOut ? [[startOf(report), value(report.heldOut)] as const] : [])),
      ...(trained ? [[last, value(trained)] as const] : []),
    ],
  })
  return [
    {
      title: 'success',
      isShare: true,
      curves: [of('training', (r) => r.success), heldOut('held out', (h) => h.success)],
    },
    {
      title: 'return',
      isShare: false,
      curves: [of('training', (r) => r.meanReturn), heldOut('held out', (h) => h.meanReturn)],
    },
    { title: 'entropy of the policy (nats)', isShare: false, curves: [of('', (r) => r.entropy)] },
    { title: 'norm of the gradient', isShare: false, curves: [of('', (r) => r.gradientNorm)] },
    {
      title: 'shares of groups and rows',
      isShare: true,
      curves: [of('mixed groups', (r) => r.mixedGroups), of('repeated anchors', (r) => r.repeatedAnchors, ORANGE)],
    },
    { title: 'rows out of the clip range', isShare: true, curves: [of('', (r) => r.clipFraction)] },
  ]
}

/** Steps before the iteration: what its policy had learnt from. */
const startOf = ({ environmentSteps, rows }: IterationReport): number => environmentSteps - rows

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
