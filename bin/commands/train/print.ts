import { counted } from '../../../core/data/shown.ts'
import type { HeldOut, IterationReport } from '../../../training/iteration.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal } from '../rollout/print.ts'
import type { TrainReport } from './run.ts'

/** The report for a reader. */
export function printedTraining(report: TrainReport, paint: Painter): readonly string[] {
  const { environment, estimator, seed, reports, environmentSteps, files, seconds, isInterrupted } = report
  const size = `${counted(reports.length, 'iteration')}, ${counted(environmentSteps, 'environment step')}`
  return [
    paint('bold', `${estimator} on ${environment}, seed ${seed}: ${size}`),
    '',
    ...tableOf(COLUMNS, shownReports(reports).map(cellsOf)),
    '',
    ...heldOutLines(report, paint),
    ...pairLines(reports),
    ...warningLines(reports).map((line) => paint('yellow', line)),
    ...monitorLines(report).map((line) => paint('yellow', line)),
    ...(isInterrupted ? [paint('yellow', 'interrupted: continue with the same command and --resume')] : []),
    `${seconds.toFixed(1)} s; policy in ${files.policy}, curves in ${files.picture} and ${files.curves}`,
    ...(files.rewardModel === null ? [] : [`reward model in ${files.rewardModel}: attach it with --reward-model`]),
    ...(files.run === null ? [] : [`every training episode in ${files.run}`]),
  ]
}

const COLUMNS: readonly Column[] = [
  'iteration',
  'steps',
  'success',
  'return',
  'held out',
  'entropy',
  'clipped',
  'gradient',
  'mixed',
  'repeated',
].map((heading) => ({ heading, align: 'right' }))

/** Most rows of the table. */
const MOST_ROWS = 12

/** Iterations at equal distances, the last among them. */
function shownReports(reports: readonly IterationReport[]): readonly IterationReport[] {
  const every = Math.max(1, Math.ceil(reports.length / MOST_ROWS))
  return reports.filter((_, at) => at % every === 0 || at === reports.length - 1)
}

const cellsOf = (report: IterationReport): readonly string[] => [
  `${report.iteration}`,
  `${report.environmentSteps}`,
  ...[
    report.success,
    report.meanReturn,
    report.heldOut?.success ?? report.heldOut?.meanReturn ?? null,
    report.entropy,
    report.clipFraction,
    report.gradientNorm,
    report.mixedGroups,
    report.repeatedAnchors,
  ].map(decimal),
]

function heldOutLines({ untrained, trained, demonstrations }: TrainReport, paint: Painter): readonly string[] {
  const words = ({ success, meanReturn, episodes, split }: HeldOut): string =>
    `success ${decimal(success)}, return ${decimal(meanReturn)} (${counted(episodes, 'episode')} of ${split})`
  return [
    ...(untrained ? [`held out, ${demonstrations > 0 ? 'imitating' : 'untrained'}: ${words(untrained)}`] : []),
    ...(trained ? [paint('bold', `held out, trained:   ${words(trained)}`)] : []),
  ]
}

/** How well the reward model knew successes from failures in the last iteration, before it learnt from them. */
function pairLines(reports: readonly IterationReport[]): readonly string[] {
  const { rewardModel = null, iteration } = reports.at(-1) ?? {}
  if (rewardModel === null) return []
  const { pairAccuracy, pairs } = rewardModel
  return [`reward model: right in ${decimal(pairAccuracy)} of ${counted(pairs, 'pair')} of iteration ${iteration}`]
}

/** Each warning once, with how many iterations had it. */
function warningLines(reports: readonly IterationReport[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { warnings, noCredit, rewardModel } of reports)
    for (const each of new Set([...warnings, noCredit?.message ?? '', rewardModel?.warning ?? ''].map(withoutNumbers)))
      if (each !== '') counts.set(each, (counts.get(each) ?? 0) + 1)
  return [...counts].map(([warning, count]) => `in ${counted(count, 'iteration')}: ${warning}`)
}

/** What is wrong in the latest groups, and what to do. */
const monitorLines = ({ monitors }: TrainReport): readonly string[] =>
  monitors.flatMap(({ sentence }) => (sentence === null ? [] : `in the latest groups: ${sentence}`))

/** Warnings with figures of one iteration are the same warning. */
const withoutNumbers = (warning: string): string => warning.replace(/\d+(?:\.\d+)?/g, 'N')
