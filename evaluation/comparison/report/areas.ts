import { caption, circle, FAINT, line, picture, text } from '../../creditbench/report/svg.ts'
import type { Estimated } from '../../statistics/interval.ts'
import type { ComparisonPlan } from '../plan.ts'
import { type MethodSummary, paired } from '../summary.ts'

const [LABELS, PANEL, GAP, TOP, ROW] = [150, 240, 50, 92, 20] as const

interface Panel {
  readonly title: string
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
}

const AREA: Panel = { title: 'area under the success curve', low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] }
const DIFFERENCE: Panel = {
  title: 'the same minus that of rloo, paired',
  low: -0.2,
  high: 0.2,
  ticks: [-0.2, -0.1, 0, 0.1, 0.2],
}

/** One line a method: its area under the curve, and what it has over RLOO on the same seeds; 95 % intervals. */
export function areaPlot(plan: ComparisonPlan, methods: readonly MethodSummary[]): string {
  const title = `${plan.name}: what each method trains in ${plan.budget} environment steps`
  const reference = methods.find(({ label }) => label === 'rloo')
  const rows = [...methods].sort((a, b) => (b.area?.value ?? 0) - (a.area?.value ?? 0))
  const bottom = TOP + rows.length * ROW
  const [first, second] = [LABELS, LABELS + PANEL + GAP]
  return picture(second + PANEL + 30, bottom + 16, title, [
    text(12, 20, title, { size: 14, weight: 'bold' }),
    caption(`${plan.environment}, ${plan.seeds.length} seeds; a difference outside the panel is drawn at its edge`),
    ...frame(AREA, first, bottom),
    ...frame(DIFFERENCE, second, bottom),
    ...rows.flatMap((row, at) => {
      const y = TOP + at * ROW + ROW / 2
      const difference = reference && row !== reference ? paired(row, reference).difference : null
      return [
        text(LABELS - 12, y + 4, row.label, { anchor: 'end', size: 11 }),
        ...marks(row.area, AREA, first, y),
        ...marks(difference, DIFFERENCE, second, y),
      ]
    }),
  ])
}

const frame = (panel: Panel, left: number, bottom: number): readonly string[] => [
  text(left + PANEL / 2, TOP - 26, panel.title, { anchor: 'middle', size: 11, weight: 'bold' }),
  ...panel.ticks.flatMap((tick) => {
    const x = left + placeOf(tick, panel)
    return [
      line(x, TOP - 4, x, bottom, tick === 0 ? '#8b93a3' : FAINT),
      text(x, TOP - 8, `${tick}`, { anchor: 'middle', size: 9 }),
    ]
  }),
]

function marks(estimate: Estimated | null, panel: Panel, left: number, y: number): readonly string[] {
  if (estimate === null) return []
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((at) => left + placeOf(at, panel))
  return [line(low ?? left, y, high ?? left, y, '#1c5fa8', 1.5), circle(value ?? left, y, 3, '#1c5fa8')]
}

const placeOf = (value: number, { low, high }: Panel): number =>
  ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * PANEL
