import { counted } from '../../../core/data/shown.ts'
import type { FirstErrorScores } from '../../../rewards/evaluation/first-errors.ts'
import {
  type AggregateScores,
  type BestOf,
  overOptimised,
  type SignalScores,
} from '../../../rewards/evaluation/step-signal.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import type { RewardsReport } from './judged-signals.ts'

const share = (value: number | null | undefined): string => (value == null ? '–' : value.toFixed(3))

/** The report of `stepgym eval rewards` for a reader. */
export function printedRewards(report: RewardsReport): readonly string[] {
  const { run, success, unknown, signals } = report
  const left = unknown > 0 ? `; ${counted(unknown, 'trajectory', 'trajectories')} without it left out` : ''
  return [
    `${run}: success is the signal ${success} above 0${left}`,
    '',
    ...pairTable(signals),
    '',
    ...choiceTable(signals),
    '',
    'pairs: how often a success is above a failure of its group; AUROC: of any group; one to many: above all failures of its',
    'group, MRR its mean reciprocal rank among them; Brier, ECE: as probabilities, – where one is not from 0 to 1; best of n:',
    'success of the greatest of the first n of each group, beside one of them at random and a choice that knows the outcomes.',
    ...Object.entries(signals).flatMap(remarksOn),
    ...firstErrorLines(report),
    ...(report.other ? ['', ...otherLines(report, report.other)] : []),
  ]
}

const right = (heading: string): Column => ({ heading, align: 'right' })
const NAMED: readonly Column[] = [{ heading: 'signal' }, { heading: 'by' }]

const pairTable = (signals: RewardsReport['signals']): readonly string[] =>
  tableOf(
    [...NAMED, ...['pairs', 'AUROC', 'one to many', 'MRR', 'Brier', 'ECE'].map(right)],
    Object.entries(signals).flatMap(([name, { aggregates }]) =>
      aggregates.map(({ aggregate, pairAccuracy, auroc, oneToMany, probabilities }) => [
        ...[name, aggregate, share(pairAccuracy), share(auroc), share(oneToMany?.accuracy)],
        ...[share(oneToMany?.reciprocalRank), share(probabilities?.brier), share(probabilities?.calibrationError)],
      ]),
    ),
  )

function choiceTable(signals: RewardsReport['signals']): readonly string[] {
  const all = Object.values(signals).flatMap(({ aggregates }) => aggregates[0]?.bestOf ?? [])
  const sizes = [...new Set(all.map(({ size }) => size))].toSorted((a, b) => a - b)
  const rows = Object.entries(signals).flatMap(([name, { aggregates }]) => choiceRows(name, aggregates, sizes))
  return tableOf([...NAMED, ...sizes.map((size) => right(`best of ${size}`))], rows)
}

/** One row an aggregate; then what any choice has at least and at most. */
function choiceRows(
  name: string,
  aggregates: readonly AggregateScores[],
  sizes: readonly number[],
): readonly (readonly string[])[] {
  const row = (called: string, { bestOf }: AggregateScores, of: 'success' | 'random' | 'bound') => [
    ...[name, called],
    ...sizes.map((size) => share(bestOf.find((each) => each.size === size)?.[of])),
  ]
  const [first] = aggregates
  const bounds = first ? [row('random', first, 'random'), row('bound', first, 'bound')] : []
  return [...aggregates.map((each) => row(each.aggregate, each, 'success')), ...bounds]
}

function remarksOn([name, { leastAtEnd, trajectories, successes, aggregates }]: readonly [
  string,
  SignalScores,
]): readonly string[] {
  const ends = `the least reward is at the last step alone in ${share(leastAtEnd)} of them`
  return [
    `${name}: ${successes} of ${counted(trajectories, 'trajectory', 'trajectories')} succeeded; ${ends}`,
    ...aggregates.flatMap((each) => {
      const falls = overOptimised(each)
      return falls === null ? [] : [`${name} by ${each.aggregate}: over-optimised, ${fallOf(...falls)}`]
    }),
  ]
}

const fallOf = (peak: BestOf, last: BestOf): string =>
  `success falls from ${share(peak.success)} of the best of ${peak.size} to ${share(last.success)} of the best of ${last.size}`

function firstErrorLines({ label, firstErrors }: RewardsReport): readonly string[] {
  const rows = Object.entries(firstErrors)
  if (rows.length === 0) return []
  return [
    '',
    ...tableOf(
      [{ heading: 'first wrong step' }, ...['solutions', 'threshold', 'F1', 'errors', 'right ones'].map(right)],
      rows.map(errorRow),
    ),
    `the first step below a threshold, held against ${label}: share of wrong solutions whose first wrong step was found, share`,
    'of right ones that were called right, F1 their harmonic mean, at the best threshold of the sweep (all with --json)',
  ]
}

const errorRow = ([name, { solutions, best }]: readonly [string, FirstErrorScores]): readonly string[] => [
  ...[name, `${solutions}`, best === null ? '–' : `${Number(best.threshold.toPrecision(4))}`],
  ...[share(best?.f1), share(best?.errorAccuracy), share(best?.correctAccuracy)],
]

/** Pair accuracy here, and on a run that is out of distribution. */
const otherLines = (own: RewardsReport, other: RewardsReport): readonly string[] => [
  ...tableOf(
    [...NAMED, ...['pairs here', `pairs in ${other.run}`, 'AUROC here', `AUROC in ${other.run}`].map(right)],
    Object.entries(own.signals).flatMap(([name, { aggregates }]) =>
      aggregates.map(({ aggregate, pairAccuracy, auroc }) => {
        const there = other.signals[name]?.aggregates.find((each) => each.aggregate === aggregate)
        const figures = [pairAccuracy, there?.pairAccuracy, auroc, there?.auroc]
        return [name, aggregate, ...figures.map(share)]
      }),
    ),
  ),
]
