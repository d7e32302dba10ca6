import { styleText } from 'node:util'
import type { CaseFailure, FileReport, VerifyReport } from './report.ts'

type Style = 'red' | 'green' | 'bold'
type Paint = (style: Style, text: string) => string

const HEADINGS = ['file', 'cases', 'passed', 'failed'] as const

/** The report as a table with a total, and below it what failed. */
export function printReport(report: VerifyReport, useColour: boolean): string {
  const paint: Paint = (style, text) => (useColour ? styleText(style, text, { validateStream: false }) : text)
  const details = report.files.flatMap((file) => detailsOf(file, paint))
  const problems = report.problems.map((problem) => paint('red', problem))
  const verdict = report.isVerified ? paint('green', 'verified') : paint('red', 'not verified')
  return `${[...tableOf(report, paint), ...details, ...problems, verdict].join('\n')}\n`
}

function tableOf({ files, total }: VerifyReport, paint: Paint): readonly string[] {
  const fileRows = files.map((file) => ({ cells: cellsOf(file), isBad: file.failed + file.problems.length > 0 }))
  const rows = [...fileRows, { cells: cellsOf({ file: 'total', ...total }), isBad: total.failed > 0 }]
  const widths = HEADINGS.map((heading, column) =>
    rows.reduce((width, { cells }) => Math.max(width, cells[column]?.length ?? 0), heading.length),
  )
  const lines = rows.map(({ cells, isBad }) =>
    isBad ? paint('red', alignRow(cells, widths)) : alignRow(cells, widths),
  )
  return [paint('bold', alignRow(HEADINGS, widths)), ...lines]
}

type Counts = Pick<FileReport, 'file' | 'cases' | 'passed' | 'failed'>

const cellsOf = ({ file, cases, passed, failed }: Counts): readonly string[] => [
  file,
  ...[cases, passed, failed].map((count) => count.toLocaleString('en-US')),
]

/** The name to the left, numbers to the right. */
const alignRow = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join('  ')

function detailsOf({ file, failed, failures, problems }: FileReport, paint: Paint): readonly string[] {
  if (failures.length === 0 && problems.length === 0) return []
  const more = failed - failures.length
  return [
    '',
    paint('bold', file),
    ...problems.map((problem) => `  ${paint('red', problem)}`),
    ...failures.flatMap(failureLines),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

const failureLines = (failure: CaseFailure): readonly string[] =>
  'error' in failure
    ? [`  ${failure.case}  threw: ${failure.error}`]
    : [`  ${failure.case}  ${failure.path}`, `    expected  ${failure.expected}`, `    got       ${failure.got}`]
