import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PLANTED } from '../entries.ts'
import type { MeasureName } from '../measures/catalog.ts'
import type { ConditionResult } from '../run.ts'
import { forestPlot } from './forest.ts'
import { heatMap } from './heatmap.ts'
import { labelsOf, markdownReport, marked, type ReportFrame, scoreOf } from './markdown.ts'

/** Files of a report, by their path within its folder. */
export interface ReportFile {
  readonly path: string
  readonly content: string
}

const FOLDER = 'creditbench'

/** The report as `creditbench.md` and its pictures. The same results give the same files. */
export function reportFiles(results: readonly ConditionResult[], frame: ReportFrame): readonly ReportFile[] {
  const pictures = picturesOf(results)
  const pathOf = (study: string, world: string): string => pathOfPicture(study, world)
  return [{ path: 'creditbench.md', content: markdownReport(results, frame, pathOf) }, ...pictures]
}

export function writeReport(folder: string, files: readonly ReportFile[]): void {
  mkdirSync(join(folder, FOLDER), { recursive: true })
  for (const { path, content } of files) writeFileSync(join(folder, path), content)
}

const pathOfPicture = (study: string, world: string): string =>
  `${FOLDER}/${`${world} ${study === 'worlds' ? '' : study}`
    .trim()
    .replaceAll(/[^a-zA-Z0-9]+/g, '-')
    .toLowerCase()}.svg`

function picturesOf(results: readonly ConditionResult[]): readonly ReportFile[] {
  const keys = new Map(results.map(({ study, world }) => [JSON.stringify([study, world]), { study, world }]))
  return [...keys.values()].map(({ study, world }) => {
    const own = results.filter((each) => each.study === study && each.world === world)
    return {
      path: pathOfPicture(study, world),
      content: study === 'worlds' ? worldPicture(own) : variedPicture(study, world, own),
    }
  })
}

const PANELS: readonly (readonly [MeasureName, string])[] = [
  ['cosine', 'gradient of one batch'],
  ['averagedCosine', 'gradient of all batches'],
  ['centredCorrelation', 'averaged and centred'],
]

function worldPicture([result]: readonly ConditionResult[]): string {
  const planted = new Set(PLANTED.map(({ label }) => label))
  const rows = (result?.scores ?? [])
    .filter(({ reason }) => reason === null)
    .toSorted((a, b) => (b.measures.cosine?.value ?? -2) - (a.measures.cosine?.value ?? -2))
    .map(({ label, given, measures }) => ({
      label: planted.has(label) ? label : marked({ label, given }),
      isFaint: planted.has(label),
      estimates: PANELS.map(([name]) => measures[name]),
    }))
  return forestPlot(
    `${result?.world}: agreement with the truth`,
    PANELS.map(([, title]) => title),
    rows,
  )
}

const variedPicture = (study: string, world: string, results: readonly ConditionResult[]): string =>
  heatMap(
    `${world}, by ${study}: cosine of the gradient of one batch`,
    results.map(({ value }) => value ?? ''),
    labelsOf(results).map((label) => ({
      label,
      values: results.map(({ scores }) => scoreOf(scores, label)?.measures.cosine?.value ?? null),
    })),
  )
