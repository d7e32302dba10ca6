import { counted } from '../../../core/data/shown.ts'
import type { NullReason } from '../../../core/data/types.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import type { DynamicReport } from './dynamic.ts'
import type { RolloutReport } from './record.ts'
import type { RecipeSummary, SignalSummary, Summary } from './tally.ts'
import type { SamplingSummary } from './tree-tally.ts'

/** The report of a rollout for a reader. */
export function printedReport({ summary, usage, ...report }: RolloutReport, paint: Painter): readonly string[] {
  const { environment, agent, split, seed, isInterrupted, seconds, stepsPerSecond, sampling } = report
  const speed = `${seconds.toFixed(1)} s, ${whole(stepsPerSecond)} steps/s`
  return [
    paint('bold', `${environment}, split ${split}: ${agent}, seed ${seed}`),
    `${counted(summary.episodes, 'episode')}, ${counted(summary.steps, 'step')} (${speed})`,
    `${endingsOf(summary)}; ${counted(summary.invalidActions, 'action')} invalid`,
    ...abortLines(summary, paint),
    ...(usage ? [usage.text] : []),
    ...report.models,
    ...(sampling ? samplingLines(sampling) : []),
    ...(report.dynamic ? dynamicLines(report.dynamic) : []),
    '',
    ...signalTable(summary.signals),
    ...nullLines(summary.signals, paint),
    ...(summary.recipe ? ['', recipeLine(summary.recipe)] : []),
    '',
    ...(isInterrupted ? [paint('yellow', INTERRUPTED)] : []),
    whereFrom(report),
  ]
}

function whereFrom({ run, remote }: Pick<RolloutReport, 'run' | 'remote'>): string {
  if (!remote) return `recorded in ${run}`
  return `played on ${remote.server}, whose record it is; ${counted(remote.lateRewards, 'reward')} came after their steps`
}

function samplingLines({ mode, branches, steps, spent, best, mean, chosen }: SamplingSummary): readonly string[] {
  const returns = `best ${decimal(best)}, mean ${decimal(mean)}, chosen ${decimal(chosen)}`
  return [
    `${mode}: ${counted(branches, 'branch', 'branches')} of ${counted(steps, 'step')}; return of a group: ${returns}`,
    ...(spent > 0 ? [`${counted(spent, 'group')} spent ${spent === 1 ? 'its' : 'their'} budget`] : []),
  ]
}

function dynamicLines({ kept, sampled, droppedSteps, mostGroups, state }: DynamicReport): readonly string[] {
  const share = sampled === 0 ? '' : ` (${Math.round((100 * kept.length) / sampled)} %)`
  return [
    `dynamic sampling: kept ${kept.length} of ${counted(sampled, 'group')}${share}; ${counted(droppedSteps, 'step')} in those that were dropped`,
    ...(state === 'exhausted'
      ? [`the batch is not full: the budget of ${counted(mostGroups, 'group')} is used up`]
      : []),
  ]
}

export const INTERRUPTED = 'interrupted: running episodes were aborted'

const endingsOf = ({ endings: { terminated, truncated, aborted } }: Summary): string =>
  `${whole(terminated)} terminated, ${whole(truncated)} truncated, ${whole(aborted)} aborted`

/** The reasons met most often. */
function abortLines({ abortReasons }: Summary, paint: Painter): readonly string[] {
  const reasons = Object.entries(abortReasons).toSorted(([, one], [, other]) => other - one)
  return reasons.slice(0, MOST_REASONS).map(([reason, count]) => paint('red', `  ${whole(count)} aborted: ${reason}`))
}

const MOST_REASONS = 3

const COLUMNS: readonly Column[] = [
  { heading: 'signal' },
  { heading: 'per episode', align: 'right' },
  { heading: 'nulls', align: 'right' },
]

export const signalTable = (signals: readonly SignalSummary[]): readonly string[] =>
  tableOf(
    COLUMNS,
    signals.map(({ name, mean, nulls }) => [name, decimal(mean), whole(nulls)]),
  )

/** The reason that most nulls of a signal have. That a hook declines needs none. */
export const nullLines = (signals: readonly SignalSummary[], paint: Painter): readonly string[] =>
  signals.flatMap(({ name, reasons }) => {
    const [[reason, count] = ['', 0]] = Object.entries(reasons).toSorted(([, one], [, other]) => other - one)
    if (count === 0 || reason === DECLINED) return []
    return [paint('yellow', `${counted(count, 'null')} of ${name}: ${reason}`)]
  })

const DECLINED: NullReason = 'declined'

export function recipeLine({ name, total, perStep, unusable, deferred }: RecipeSummary): string {
  if (deferred) return `recipe ${name} ${deferred}: see stepgym credit`
  const parts = [
    ...(total === null ? [] : [`${decimal(total)} an episode`]),
    ...(perStep === null ? [] : [`${decimal(perStep)} a step`]),
    ...(unusable === 0 ? [] : [`without a signal that it needs, or left out: ${counted(unusable, 'episode')}`]),
  ]
  return `recipe ${name}: ${parts.join(', ') || 'nothing to score'}`
}

/** Absent is not zero. */
export const decimal = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
