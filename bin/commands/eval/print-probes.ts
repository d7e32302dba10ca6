import { counted } from '../../../core/data/shown.ts'
import type { BudgetFigures } from '../../../evaluation/probing/curve.ts'
import { chosenText } from '../../config/readers.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal, whole } from '../rollout/print.ts'
import type { ProbesReport } from './probed.ts'

const FIGURES = ['accuracy', 'score', 'rise', 'answered', 'confidence', 'entropy', 'whole'] as const

const columnsOf = (unit: string): readonly Column[] =>
  [unit, 'episodes', ...FIGURES].map((heading) => ({ heading, align: 'right' }))

/** The report of `stepgym eval probes` for a reader. */
export function printedProbes(report: ProbesReport, paint: Painter): readonly string[] {
  const { run, environment, agent, unit, k, within, curve, anytime, leftOut, steps, reasons, isInterrupted } = report
  return [
    paint(
      'bold',
      `${run}: answers of ${chosenText(agent)} in ${environment}, forced within ${counted(within, 'step')}`,
    ),
    `${counted(k, 'answer')} at each prefix, ${whole(steps)} environment steps${leftOut > 0 ? `; left out: ${counted(leftOut, 'episode')}` : ''}`,
    '',
    ...tableOf(columnsOf(unit), curve.map(rowOf)),
    '',
    ...(anytime
      ? [`anytime score: ${ANYTIME.map((prior) => `${anytime[prior].toFixed(3)} (${prior})`).join(', ')}`]
      : []),
    `accuracy: answers that score ${report.success} or more; rise: of the score since the budget before; answered: episodes`,
    'that ended by themselves; confidence: mean probability of a token of the answer; entropy: of the answers after one',
    'prefix, in nats; whole: episodes that the budget covers, which count with their own answer',
    ...Object.entries(reasons).map(([reason, count]) => `score not known: ${reason} (${counted(count, 'answer')})`),
    ...(report.taken === 0 ? [paint('yellow', NOT_TAKEN)] : []),
    ...(isInterrupted ? [paint('yellow', 'interrupted: these are the answers that were forced before')] : []),
  ]
}

const NOT_TAKEN = 'no action of --take was admissible after any prefix: write it as the environment lists it'

const ANYTIME = ['uniform', 'linear', 'base'] as const

function rowOf(
  { budget, episodes, accuracy, score, answered, confidence, entropy, whole: covered }: BudgetFigures,
  at: number,
  curve: readonly BudgetFigures[],
): readonly string[] {
  const before = curve[at - 1]?.score ?? null
  const rise = score === null || before === null ? null : score - before
  return [`${budget}`, `${episodes}`, ...[accuracy, score, rise, answered, confidence, entropy, covered].map(decimal)]
}
