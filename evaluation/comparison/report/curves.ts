import { caption, circle, FAINT, INK, line, picture, text } from '../../creditbench/report/svg.ts'
import type { ComparisonPlan } from '../plan.ts'
import type { RunResult } from '../run.ts'
import type { MethodSummary } from '../summary.ts'

const [LEFT, TOP, WIDTH, HEIGHT] = [64, 70, 560, 320] as const
const LEGEND = LEFT + WIDTH + 16
const LEGEND_WIDTH = 170
const LEGEND_ROW = 18
/** Points of a drawn curve. */
const POINTS = 60
/** The legend has the order of the curves at their end, so that they can be distinguished without colours. */
const COLOURS = [
  '#1c5fa8',
  '#c8452f',
  '#2f8f5b',
  '#8a5fb0',
  '#b8860b',
  '#3d9db3',
  '#b04a86',
  '#6b7280',
  '#8b5a2b',
] as const

/** Success over environment steps, a curve a method: the mean over its seeds. */
export function learningCurves(plan: ComparisonPlan, methods: readonly MethodSummary[]): string {
  const title = `${plan.name}: success of training episodes over environment steps`
  const drawn = methods.map(({ label, runs }, at) => ({
    label,
    ink: COLOURS[at % COLOURS.length] ?? INK,
    values: meanCurve(runs, plan.budget),
  }))
  const legend = [...drawn].sort((a, b) => (b.values.at(-1) ?? 0) - (a.values.at(-1) ?? 0))
  return picture(LEGEND + LEGEND_WIDTH, TOP + HEIGHT + 50, title, [
    text(12, 20, title, { size: 14, weight: 'bold' }),
    caption(`${plan.environment}; means over ${plan.seeds.length} seeds, each method at its chosen learning rate`),
    ...frame(plan.budget),
    ...drawn.flatMap(({ values, ink }) => segments(values, ink)),
    ...legend.flatMap(({ label, ink }, at) => [
      circle(LEGEND + 6, TOP + at * LEGEND_ROW + 4, 4, ink),
      text(LEGEND + 16, TOP + at * LEGEND_ROW + 8, label, { size: 11 }),
    ]),
  ])
}

/** Mean success at evenly spaced numbers of steps, from the first to the budget. */
function meanCurve(runs: readonly RunResult[], budget: number): readonly number[] {
  return Array.from({ length: POINTS }, (_, at) => {
    const steps = ((at + 1) / POINTS) * budget
    const values = runs.map(
      ({ curve }) => curve.find((point) => point.steps >= steps)?.success ?? curve.at(-1)?.success ?? 0,
    )
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  })
}

function frame(budget: number): readonly string[] {
  const across = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const x = LEFT + share * WIDTH
    return [
      line(x, TOP, x, TOP + HEIGHT, FAINT),
      text(x, TOP + HEIGHT + 16, `${Math.round(share * budget)}`, { anchor: 'middle', size: 10 }),
    ]
  })
  const up = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    line(LEFT, yOf(share), LEFT + WIDTH, yOf(share), FAINT),
    text(LEFT - 8, yOf(share) + 4, `${share}`, { anchor: 'end', size: 10 }),
  ])
  return [
    ...across,
    ...up,
    text(LEFT + WIDTH / 2, TOP + HEIGHT + 36, 'environment steps', { anchor: 'middle', size: 11 }),
    text(LEFT, TOP - 8, 'success', { size: 11 }),
  ]
}

const yOf = (success: number): number => TOP + HEIGHT - success * HEIGHT

function segments(values: readonly number[], ink: string): readonly string[] {
  const xOf = (at: number): number => LEFT + ((at + 1) / POINTS) * WIDTH
  return values.slice(1).map((value, at) => line(xOf(at), yOf(values[at] ?? 0), xOf(at + 1), yOf(value), ink, 1.8))
}
