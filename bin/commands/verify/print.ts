import {
  type CaseFailure,
  type FileReport,
  isUnknown,
  UNKNOWN_FILE,
  type VerifyReport,
} from '../../../conformance/report.ts'
import { counted } from '../../../core/data/shown.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'file' },
  { heading: 'cases', align: 'right' },
  { heading: 'passed', align: 'right' },
  { heading: 'failed', align: 'right' },
]

/** The report as a table with a total, and below it what failed and what no suite checks. */
export function printReport(report: VerifyReport, paint: Painter): string {
  const details = report.files.filter((file) => !isUnknown(file)).flatMap((file) => detailsOf(file, paint))
  const unknown = report.files.filter(isUnknown).map(({ file }) => file)
  const problems = report.problems.map((problem) => paint('red', problem))
  const verdict = report.isVerified ? paint('green', 'verified') : paint('red', verdictOf(report, unknown))
  return `${[...tableLines(report, paint), ...details, ...unknownLines(unknown, paint), ...problems, verdict].join('\n')}\n`
}

function unknownLines(files: readonly string[], paint: Painter): readonly string[] {
  if (files.length === 0) return []
  return [
    '',
    paint('bold', `not run, ${counted(files.length, 'file')}: ${UNKNOWN_FILE}`),
    ...files.map((file) => `  ${file}`),
    '',
  ]
}

/** Says if files without a suite are all that is missing. */
function verdictOf({ files, total, problems }: VerifyReport, unknown: readonly string[]): string {
  const isElseRight = files.every((file) => isUnknown(file) || file.failed + file.problems.length === 0)
  if (!isElseRight || total.cases === 0 || problems.length > 0) return 'not verified'
  return `not verified: all records agree, but ${counted(unknown.length, 'file')} ${unknown.length === 1 ? 'has' : 'have'} no suite; choose files with --only`
}

function tableLines({ files, total }: VerifyReport, paint: Painter): readonly string[] {
  const rows = [...files.filter((file) => !isUnknown(file)), { file: 'total', ...total, problems: [] }]
  const [heading = '', ...lines] = tableOf(COLUMNS, rows.map(cellsOf))
  const isBad = rows.map(({ failed, problems }) => failed + problems.length > 0)
  return [paint('bold', heading), ...lines.map((line, index) => (isBad[index] ? paint('red', line) : line))]
}

type Counts = Pick<FileReport, 'file' | 'cases' | 'passed' | 'failed'>

const cellsOf = ({ file, cases, passed, failed }: Counts): readonly string[] => [
  file,
  ...[cases, passed, failed].map((count) => count.toLocaleString('en-US')),
]

function detailsOf({ file, failed, failures, problems }: FileReport, paint: Painter): readonly string[] {
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
