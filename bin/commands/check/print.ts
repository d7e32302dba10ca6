import type { CheckResult } from '../../../core/check/report.ts'
import type { Painter } from '../../terminal/paint.ts'

export function linesOf({ rule, status, detail }: CheckResult, paint: Painter): readonly string[] {
  if (status === 'failed') return [paint('red', `  ✗ ${rule}`), ...detail.split('\n').map((line) => `      ${line}`)]
  const told = detail === '' ? '' : paint('dim', ` (${detail})`)
  return [status === 'passed' ? `  ${paint('green', '✓')} ${rule}${told}` : `  – ${rule}${told}`]
}

export function verdictOf(results: readonly CheckResult[], paint: Painter): string {
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length
  const counts = `${count('passed')} rules kept, ${count('failed')} broken, ${count('skipped')} that do not apply`
  return paint(count('failed') > 0 ? 'red' : 'green', counts)
}
