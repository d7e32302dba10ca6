import reinforcePlusPlusBaseline from '../../../rewards/advantage/reinforce-plus-plus-baseline.ts'
import { type BudgetForm, budgetAdvantages, budgetReward, RELEASED_PI } from '../../../rewards/lengths/budget.ts'
import { exitAdvantages, exitRewards } from '../../../rewards/lengths/exits.ts'
import { deviationLengthScores, rangeLengthScores } from '../../../rewards/lengths/relative.ts'
import {
  adaptiveTargets,
  BANDS,
  type Band,
  bandOf,
  longestOf,
  type MeasuredResponse,
  TARGET_KINDS,
  targetedScore,
} from '../../../rewards/lengths/target.ts'
import { truncatedReward } from '../../../rewards/lengths/truncation.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { batchOfResponses, onTokens, rowValues } from '../credit/token-rows.ts'
import { oneOf } from './words.ts'

export const truncationHandler = caseFileHandler('truncation penalty of DLER', 'dler', checkTruncation)
export const targetHandler = caseFileHandler('length targets of LASER', 'laser', checkTargets)
export const budgetHandler = caseFileHandler('budgets of HBPO', 'hbpo', checkBudgets)
export const exitHandler = caseFileHandler('rewards that decay by exit', 'sgrpo_formula', checkExits)

function checkTruncation(record: VectorRecord): void {
  const factor = record.only(CASE_FIELDS).object('args').only(['penalty_coef']).number('penalty_coef')
  const input = record.object('input').only(['uid', 'score', 'length', 'width', 'stop_properly'])
  const stopped = input.flags('stop_properly')
  const rewards = input.numbers('score').map((score, at) => truncatedReward(score, stopped[at] ?? true, factor))
  const mask = input
    .numbers('length')
    .map((length) => Array.from({ length: input.number('width') }, (_, at) => Number(at < length)))
  const batch = batchOfResponses({ groups: input.texts('uid'), mask, signals: { env: rewards } })
  const credit = reinforcePlusPlusBaseline.compute(batch, { mode: 'reference' })
  const expected = record.object('expected').only(['reward', 'advantage'])
  expected.expect('reward', rewards)
  expected.expect('advantage', onTokens(mask, rowValues(batch, credit)))
}

const TARGET_ARGS = [
  'method',
  'type',
  'target_length',
  'scalar',
  'n_rollout',
  'thresholds',
  'round',
  'expected_n_correct',
]
/** Weight of the two length rewards that the file has beside LASER. */
const LENGTH_WEIGHT = 0.4

function checkTargets(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(TARGET_ARGS)
  const input = record.object('input').only(['uid', 'score', 'length', 'monitor'])
  const lengths = input.numbers('length')
  const rows = input.numbers('score').map((score, at) => ({ score, length: lengths[at] ?? 0 }))
  const uid = input.texts('uid')
  const method = oneOf(args, 'method', ['larse', 'larse_d', 'kimi', 'norm'])
  const expected = record.object('expected').only(['score', 'target_lengths', 'target'])
  if (method === 'kimi' || method === 'norm') {
    const scores = method === 'kimi' ? rangeLengthScores : deviationLengthScores
    expected.expect(
      'score',
      byGroup(uid, rows, (own) => scores(own, LENGTH_WEIGHT)),
    )
    return
  }
  const targets = targetsOf(args, input, rows)
  const kind = oneOf(args, 'type', TARGET_KINDS)
  const target = byGroup(uid, rows, (own) => own.map(() => (method === 'larse' ? targets.low : targets[bandOf(own)])))
  expected.expect(
    'score',
    rows.map((row, at) => targetedScore(row, target[at] ?? 0, kind, args.number('scalar'))),
  )
  if (method === 'larse_d') {
    expected.expect('target_lengths', targets)
    expected.expect('target', target)
  }
}

function targetsOf(
  args: VectorRecord,
  input: VectorRecord,
  rows: readonly MeasuredResponse[],
): Readonly<Record<Band, number>> {
  const fixed = args.number('target_length')
  if (args.text('method') === 'larse' || input.at('monitor') === null) return { low: fixed, medium: fixed, high: fixed }
  const monitor = input.object('monitor').only(BANDS)
  const coverage = { low: monitor.numbers('low'), medium: monitor.numbers('medium'), high: monitor.numbers('high') }
  return adaptiveTargets(coverage, longestOf(rows), {
    thresholds: args.numbers('thresholds'),
    rollouts: args.number('n_rollout'),
    expected: args.number('expected_n_correct'),
    rounding: oneOf(args, 'round', ['floor', 'ceil']),
  })
}

/** Applies a function to the rows of each group, and puts the results where the rows are. */
export function byGroup<Row, Result>(
  names: readonly string[],
  rows: readonly Row[],
  apply: (group: readonly Row[]) => readonly Result[],
): readonly Result[] {
  const results: Result[] = []
  for (const name of new Set(names)) {
    const places = names.flatMap((each, at) => (each === name ? [at] : []))
    const own = apply(places.flatMap((at) => rows.slice(at, at + 1)))
    places.forEach((place, at) => {
      const result = own[at]
      if (result !== undefined) results[place] = result
    })
  }
  return results
}

function checkBudgets(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['L_max', 'beta', 'alpha', 'pi_in_code'])
  const rule = { maxTokens: args.number('L_max'), scale: args.number('beta'), deviation: args.number('alpha') }
  if (args.number('pi_in_code') !== RELEASED_PI)
    throw new VerifyMismatch(`${args.path}.pi_in_code`, args.at('pi_in_code'), RELEASED_PI)
  const input = record.object('input').only(['budget', 'budget_tag', 'length', 'correct', 'closed'])
  const [tagged, lengths, correct, closed] = [
    input.flags('budget_tag'),
    input.numbers('length'),
    input.flags('correct'),
    input.flags('closed'),
  ]
  const rowsOf = (form: BudgetForm) =>
    input.numbers('budget').map((budget, at) => ({
      budget: form === 'paper' || tagged[at] ? budget : null,
      length: lengths[at] ?? 0,
      isRight: (correct[at] ?? false) && (closed[at] ?? false),
    }))
  const expected = record.object('expected').only(['reward_code', 'advantage_code', 'reward_paper', 'advantage_paper'])
  for (const [form, name] of [
    ['paper', 'paper'],
    ['released', 'code'],
  ] as const) {
    const rows = rowsOf(form)
    const rewards = rows.map((row) => budgetReward(row, rule, form))
    expected.expect(`reward_${name}`, rewards)
    const budgets = rowsOf('paper')
    expected.expect(`advantage_${name}`, budgetAdvantages(budgets, rewards, rule, form))
  }
}

function checkExits(record: VectorRecord): void {
  const base = record.only(CASE_FIELDS).object('args').only(['base']).number('base')
  const rewards = exitRewards(record.object('input').only(['correct_by_exit']).flags('correct_by_exit'), base)
  const expected = record.object('expected').only(['reward', 'advantage'])
  expected.expect('reward', rewards)
  expected.expect('advantage', exitAdvantages(rewards))
}
