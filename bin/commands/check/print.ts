import type { CheckResult } from '../../../core/check/report.ts'
import { type Cli, printLines } from '../../cli.ts'
import { type Painter, painterOf } from '../../terminal/paint.ts'
import type { Subject } from './begin.ts'

/** Says what a check finds, each rule as soon as it is checked. */
export interface Printer {
  subject(subject: Subject): void
  result(result: CheckResult): void
  verdict(results: readonly CheckResult[]): void
}

export const SILENT: Printer = { subject: () => {}, result: () => {}, verdict: () => {} }

export function printerOf({ out, variables }: Pick<Cli, 'out' | 'variables'>): Printer {
  const paint = painterOf(out, variables)
  return {
    subject({ subject, kind, where }) {
      printLines(out, [paint('bold', `${subject}: ${kind}${where === null ? '' : `, checked in ${where}`}`)])
    },
    result: (result) => printLines(out, linesOf(result, paint)),
    verdict: (results) => printLines(out, [verdictOf(results, paint)]),
  }
}

function linesOf({ rule, status, detail }: CheckResult, paint: Painter): readonly string[] {
  if (status === 'failed') return [paint('red', `  ✗ ${rule}`), ...detail.split('\n').map((line) => `      ${line}`)]
  const suffix = detail === '' ? '' : paint('dim', ` (${detail})`)
  return [status === 'passed' ? `  ${paint('green', '✓')} ${rule}${suffix}` : `  – ${rule}${suffix}`]
}

function verdictOf(results: readonly CheckResult[], paint: Painter): string {
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length
  const counts = `${count('passed')} rules kept, ${count('failed')} broken, ${count('skipped')} skipped`
  return paint(count('failed') > 0 ? 'red' : 'green', counts)
}
