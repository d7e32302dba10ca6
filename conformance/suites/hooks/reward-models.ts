import {
  type AnsweredSample,
  chosenSample,
  doublings,
  type SelectionRule,
} from '../../../rewards/evaluation/best-of-n.ts'
import {
  criticPrediction,
  type EarliestErrorScores,
  earliestErrorScores,
  thresholdSweep,
} from '../../../rewards/evaluation/earliest-error.ts'
import { oneToManyScores, STEP_AGGREGATES, type StepAggregate } from '../../../rewards/evaluation/one-to-many.ts'
import { probabilityScores } from '../../../rewards/evaluation/probability.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, VectorRecord } from '../../vector-record.ts'

export const processBenchHandler = caseFileHandler('ProcessBench', 'processbench', checkProcessBench)
export const sweepHandler = caseFileHandler('threshold sweep', 'prm_threshold_sweep', checkSweep)
export const bestOfNHandler = caseFileHandler('best of n', 'best_of_n', checkBestOfN)
export const rewardMathHandler = caseFileHandler('RewardMATH', 'rewardmath', checkRewardMath)
export const calibrationHandler = caseFileHandler('calibration', 'calibration', checkCalibration)

/** Percent there, and NaN where both accuracies are 0 or a class is missing. */
function checkProcessBench(record: VectorRecord): void {
  record.only(CASE_FIELDS).object('args').only(['voting', 'n'])
  const input = record.object('input').only(['labels', 'critiques'])
  const labels = input.numbers('labels')
  const predictions = input.list('critiques').map((_, at) => criticPrediction(textsAt(input, 'critiques', at)))
  const scores = earliestErrorScores(labels, predictions)
  const expected = record.object('expected').only(['prediction', 'match', 'error_acc', 'correct_acc', 'f1'])
  expected.expect('prediction', predictions)
  expected.expect(
    'match',
    labels.map((label, at) => predictions[at] === label),
  )
  expected.expect('error_acc', inPercent(scores.errorAccuracy))
  expected.expect('correct_acc', inPercent(scores.correctAccuracy))
  expected.expect('f1', isZero(scores) ? 'NaN' : inPercent(scores.f1))
}

const inPercent = (share: number | null): number | string => (share === null ? 'NaN' : 100 * share)
const isZero = ({ errorAccuracy, correctAccuracy }: EarliestErrorScores): boolean =>
  errorAccuracy === 0 && correctAccuracy === 0

function textsAt(record: VectorRecord, name: string, at: number): readonly string[] {
  return new VectorRecord(`${record.path}.${name}`, { [at]: record.list(name)[at] }).texts(`${at}`)
}

function checkSweep(record: VectorRecord): void {
  const { width, results } = {
    width: record.only(CASE_FIELDS).object('args').only(['step']).number('step'),
    results: record.object('input').only(['results']).objects('results'),
  }
  const solutions = results.map((result) => ({
    rewards: result.only(['step_rewards', 'label']).numbers('step_rewards'),
    label: result.number('label'),
  }))
  const rows = thresholdSweep(solutions, width).map((row) => [
    row.threshold,
    row.errorAccuracy,
    row.correctAccuracy,
    isZero(row) ? null : row.f1,
  ])
  record.object('expected').only(['sweep']).expect('sweep', rows)
}

/** Names there of the rules here. */
const RULES: Readonly<Record<string, SelectionRule>> = {
  pass: 'first-right',
  majority_vote: 'majority',
  prm_min_max: 'least',
  prm_last_max: 'last',
  prm_min_vote: 'least-vote',
  prm_last_vote: 'last-vote',
}

function checkBestOfN(record: VectorRecord): void {
  record.only(CASE_FIELDS).object('args').only([])
  const samples = record.object('input').only(['samples']).objects('samples').map(sampleOf)
  const expected = record.object('expected').only(Object.keys(RULES))
  for (const [name, rule] of Object.entries(RULES)) {
    const chosen = doublings(samples.length).map((size) => [`${size}`, chosenSample(samples.slice(0, size), rule)])
    expected.expect(name, Object.fromEntries(chosen))
  }
}

const sampleOf = (sample: VectorRecord): AnsweredSample => ({
  answer: sample.only(['ans', 'scores', 'correct']).text('ans'),
  rewards: sample.numbers('scores'),
  isRight: sample.flag('correct'),
})

/** Names there of the aggregates here; `normal` is a score as it is. */
const AGGREGATES: Readonly<Record<string, StepAggregate>> = {
  min: 'least',
  max: 'greatest',
  prod: 'product',
  mean: 'mean',
  geometric_mean: 'geometric-mean',
  mean_logit: 'mean-logit',
  mean_odd: 'mean-odds',
  last: 'last',
}

function checkRewardMath(record: VectorRecord): void {
  const functions = record.only(CASE_FIELDS).object('args').only(['functions']).texts('functions')
  const problems = record.object('input').only(['problems']).objects('problems')
  const expected = record.object('expected').only(functions)
  for (const name of functions) {
    const scores = oneToManyScores(problems.map((problem) => problemOf(problem, name)))
    expected.expect(name, {
      acc: scores?.accuracy,
      acc_with_tie: scores?.accuracyWithTies,
      mrr: scores?.reciprocalRank,
      rank: scores?.behind,
    })
  }
}

function problemOf(problem: VectorRecord, name: string) {
  const chosen = problem.only(['chosen', 'score']).number('chosen')
  const scores = name === 'normal' ? problem.numbers('score') : problem.matrix('score').map(aggregateOf(name))
  return { right: scores[chosen] ?? Number.NaN, wrong: scores.filter((_, at) => at !== chosen) }
}

function aggregateOf(name: string): (rewards: readonly number[]) => number {
  const aggregate = AGGREGATES[name]
  if (aggregate === undefined) throw new VerifyMismatch('args.functions', Object.keys(AGGREGATES), name)
  return STEP_AGGREGATES[aggregate]
}

function checkCalibration(record: VectorRecord): void {
  const bins = record.only(CASE_FIELDS).object('args').only(['bins']).number('bins')
  const input = record.object('input').only(['correct', 'confidence'])
  const happened = input.flags('correct')
  const predictions = input
    .numbers('confidence')
    .map((probability, at) => ({ probability, happened: happened[at] ?? false }))
  const scores = probabilityScores(predictions, bins)
  const expected = record.object('expected').only(['brier', 'ece', 'auroc'])
  expected.expect('brier', scores?.brier)
  expected.expect('ece', scores?.calibrationError)
  expected.expect('auroc', scores?.auroc ?? 'NaN')
}
