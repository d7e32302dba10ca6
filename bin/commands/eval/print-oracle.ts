import { counted } from '../../../core/data/shown.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Estimate } from '../../../evaluation/oracle/estimate.ts'
import { pairsOf } from '../../config/readers.ts'
import { cut } from '../../terminal/fit.ts'
import type { Painter } from '../../terminal/paint.ts'
import type { OracleReport } from './oracle-report.ts'

/** The first lines of a report. */
export function headLines(report: OracleReport, paint: Painter): readonly string[] {
  const { environment, agent, agentOptions, forks, confidence, spent, seconds } = report
  const speed = `${counted(spent.steps, 'environment step')} in ${seconds.toFixed(1)} s`
  return [
    paint('bold', `${environment}: values of the agent ${agent}${optionText(agentOptions)}`),
    `up to ${counted(forks, 'play-out')}, ${confidence * 100} % intervals; ${counted(spent.forks, 'fork')}, ${speed}`,
    ...(report.isInterrupted
      ? [paint('yellow', 'interrupted: results so far are kept; the same command resumes')]
      : []),
    ...(report.isBudgetSpent ? [paint('yellow', 'the budget was spent: the same command resumes with a new one')] : []),
  ]
}

const MOST_OPTIONS = 80

const optionText = (options: JsonObject): string => {
  const pairs = pairsOf(options)
  return pairs.length === 0 ? '' : `, ${cut(pairs.join(', '), MOST_OPTIONS)}`
}

export const boundsOf = ({ low, high }: Estimate): string => `${low.toFixed(2)} to ${high.toFixed(2)}`

/** Absent is not zero. */
export const meanOf = ({ value }: Estimate): string => (value === null ? '–' : value.toFixed(3))

const LONGEST = 32

export const excerpt = (action: unknown): string => {
  const text = typeof action === 'string' ? action : JSON.stringify(action)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
