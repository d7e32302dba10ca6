import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison } from '../compare.ts'
import { summaryOf } from '../summary.ts'
import { areaPlot } from './areas.ts'
import { learningCurves } from './curves.ts'
import { comparisonReport, type ReportFrame } from './markdown.ts'

/** Files of a report, by name: the page, its pictures, and everything that was measured. */
export function comparisonFiles(comparison: Comparison, frame: ReportFrame): Readonly<Record<string, string>> {
  const methods = summaryOf(comparison.plan, comparison.reported)
  return {
    'comparison.md': comparisonReport(comparison, frame),
    'curves.svg': learningCurves(comparison.plan, methods),
    'areas.svg': areaPlot(comparison.plan, methods),
    'comparison.json': `${JSON.stringify({ ...frame, ...comparison }, null, 1)}\n`,
  }
}

/** Writes files into a folder that is there. */
export function writeComparison(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
}
