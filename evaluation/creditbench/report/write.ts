import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasureName } from '../measures/catalog.ts'
import type { ConditionResult } from '../run.ts'
import { forestPlot } from './forest.ts'
import { heatMap } from './heatmap.ts'
import { markdownReport, marked, type PictureNames, type ReportFrame, rowsOf, scoreOf } from './markdown.ts'
import { inOrder, type Overall, overallOf } from './order.ts'
import { type Axis, type ScatterPoint, scatterPlot } from './scatter.ts'
import { stripPlot } from './strip.ts'

/** Files of a report, by their path within its folder. */
export interface ReportFile {
  readonly path: string
  readonly content: string
}

const FOLDER = 'creditbench'

/** The report as `creditbench.md` and its pictures. The same results give the same files. */
export function reportFiles(results: readonly ConditionResult[], frame: ReportFrame): readonly ReportFile[] {
  const order = overallOf(results)
  const pictures = [...overallPictures(order), ...stripPictures(results), ...picturesOf(results, order)]
  return [{ path: 'creditbench.md', content: markdownReport(results, order, frame, NAMES) }, ...pictures]
}

export function writeReport(folder: string, files: readonly ReportFile[]): void {
  mkdirSync(join(folder, FOLDER), { recursive: true })
  for (const { path, content } of files) writeFileSync(join(folder, path), content)
}

const pathOf = (name: string): string =>
  `${FOLDER}/${name
    .trim()
    .replaceAll(/[^a-zA-Z0-9]+/g, '-')
    .toLowerCase()}.svg`

const NAMES: PictureNames = {
  condition: (study, world) => pathOf(`${world} ${study === 'worlds' ? '' : study}`),
  strip: (world) => pathOf(`${world} steps`),
  cost: pathOf('all worlds cost'),
  bias: pathOf('all worlds bias'),
}

function stripPictures(results: readonly ConditionResult[]): readonly ReportFile[] {
  return results.flatMap(({ study, world, strip }) =>
    study === 'worlds' && strip !== null
      ? [{ path: NAMES.strip(world), content: stripPlot(`${world}: one episode, step by step`, strip) }]
      : [],
  )
}

function overallPictures(order: readonly Overall[]): readonly ReportFile[] {
  const own = order.filter(({ isPlanted }) => !isPlanted)
  return [
    {
      path: NAMES.cost,
      content: scatterPlot({
        ...{ title: 'Quality against cost', caption: `best at the top left; ${LEGEND}`, x: MS, y: QUALITY },
        points: own.map((row) => pointOf(row, row.msPer1000, row.measures.cosine)),
      }),
    },
    {
      path: NAMES.bias,
      content: scatterPlot({
        ...{ title: 'Bias against variance', caption: `best at the bottom left; ${LEGEND}`, x: VARIANCE, y: BIAS },
        points: own.map((row) => pointOf(row, row.measures.variance, row.measures.bias)),
      }),
    },
  ]
}

const MS: Axis = { title: 'ms per 1,000 steps, geometric mean over worlds (logarithmic)', isLog: true }
const QUALITY: Axis = { title: 'cosine of the gradient of one batch, mean over worlds', isLog: false }
const VARIANCE: Axis = {
  title: "variance of single estimates, in units of the truth's mean square, mean over worlds (logarithmic)",
  isLog: true,
}
const BIAS: Axis = { title: 'bias, root mean square in units of the truth, mean over worlds', isLog: false }
const LEGEND = 'numbered by quality; grey with a star: was given signals that only a bench has'

const pointOf = (row: Overall, x: number | null | undefined, y: number | null | undefined): ScatterPoint => ({
  label: row.isGiven ? `${row.label} *` : row.label,
  x: x ?? Number.NaN,
  y: y ?? Number.NaN,
  isFaint: row.isGiven,
})

function picturesOf(results: readonly ConditionResult[], order: readonly Overall[]): readonly ReportFile[] {
  const keys = new Map(results.map(({ study, world }) => [JSON.stringify([study, world]), { study, world }]))
  return [...keys.values()].map(({ study, world }) => {
    const own = results.filter((each) => each.study === study && each.world === world)
    return {
      path: NAMES.condition(study, world),
      content: study === 'worlds' ? worldPicture(own, order) : variedPicture(study, world, own, order),
    }
  })
}

const STARRED = '* was given signals that only a bench has'

const PANELS: readonly (readonly [MeasureName, string])[] = [
  ['cosine', 'gradient of one batch'],
  ['averagedCosine', 'gradient of all batches'],
  ['centredCorrelation', 'averaged and centred'],
]

function worldPicture([result]: readonly ConditionResult[], order: readonly Overall[]): string {
  const planted = new Set(order.filter(({ isPlanted }) => isPlanted).map(({ label }) => label))
  const scores = (result?.scores ?? []).filter(({ reason }) => reason === null)
  const rows = inOrder(scores, order).map(({ label, given, measures }) => ({
    label: marked({ label, given }),
    isFaint: planted.has(label),
    estimates: PANELS.map(([name]) => measures[name]),
  }))
  return forestPlot({
    title: `${result?.world}: agreement with the truth`,
    caption: `points are estimates, lines their intervals of 95 %; 1 is the truth. ${STARRED}`,
    panels: PANELS.map(([, title]) => title),
    rows,
  })
}

const variedPicture = (
  study: string,
  world: string,
  results: readonly ConditionResult[],
  order: readonly Overall[],
): string =>
  heatMap({
    title: `${world}, by ${study}: cosine of the gradient of one batch`,
    caption: STARRED,
    across: study,
    columns: results.map(({ value }) => value ?? ''),
    rows: rowsOf(results, order).map(({ label, shown }) => ({
      label: shown,
      values: results.map(({ scores }) => scoreOf(scores, label)?.measures.cosine?.value ?? null),
    })),
  })
