import type { Estimate } from '../../../evaluation/oracle/estimate.ts'
import type { Painter } from '../../terminal/paint.ts'
import { whole } from '../rollout/print.ts'
import type { OracleReport } from './oracle-report.ts'

/** The first lines of a report. */
export function headLines(report: OracleReport, paint: Painter): readonly string[] {
  const { environment, agent, forks, confidence, spent, seconds } = report
  const speed = `${whole(spent.steps)} environment steps in ${seconds.toFixed(1)} s`
  return [
    paint('bold', `${environment}: values of the agent ${agent}`),
    `up to ${whole(forks)} play-outs, ${confidence * 100} % intervals; ${whole(spent.forks)} forks, ${speed}`,
    ...(report.isInterrupted
      ? [paint('yellow', 'interrupted: results so far are kept; the same command resumes')]
      : []),
    ...(report.isBudgetSpent ? [paint('yellow', 'the budget was spent: the same command resumes with a new one')] : []),
  ]
}

export const boundsOf = ({ low, high }: Estimate): string => `${low.toFixed(2)} to ${high.toFixed(2)}`

/** Absent is not zero. */
export const meanOf = ({ value }: Estimate): string => (value === null ? '–' : value.toFixed(3))

const LONGEST = 32

export const excerpt = (action: unknown): string => {
  const text = typeof action === 'string' ? action : JSON.stringify(action)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
