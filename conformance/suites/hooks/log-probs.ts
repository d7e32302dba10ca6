import {
  brierTerm,
  CONFIDENT_FORMS,
  type ConfidentAnswer,
  confidentAnswer,
  lastTagged,
  numberIn,
} from '../../../rewards/answers/confident.ts'
import { isSameAnswer } from '../../../rewards/answers/normal.ts'
import { bordaWinner, surestOf } from '../../../rewards/answers/votes.ts'
import {
  entropyOf,
  intuitorMean,
  logSoftmax,
  selfCertainty,
  uniformCrossEntropy,
} from '../../../rewards/log-probs/certainty.ts'
import { perplexityGap, perplexityOf } from '../../../rewards/log-probs/perplexity.ts'
import {
  hasReasonedForm,
  type ProbabilityAggregate,
  probabilityShaping,
  reasonedReward,
  referenceScore,
} from '../../../rewards/log-probs/reference.ts'
import { lengthTerm, propagated, tokenDeviations, weightedLikelihood } from '../../../rewards/log-probs/reflection.ts'
import { largestOf, meanOf } from '../../../rewards/numbers.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, VectorRecord } from '../../vector-record.ts'
import { oneOf } from './words.ts'

export const referenceHandler = caseFileHandler('probability of the reference, of RLPR', 'rlpr', checkReference)
export const perplexityHandler = caseFileHandler('perplexity gap', 'sar', checkPerplexity)
export const certaintyHandler = caseFileHandler('self-certainty', 'self_certainty', checkCertainty)
export const confidentHandler = caseFileHandler('confident answers of RLCR', 'rlcr_reward', checkConfident)
export const reflectionHandler = caseFileHandler('reasoning reflection', 'r3_formula', checkReflection)

const AGGREGATES: Readonly<Record<string, ProbabilityAggregate>> = {
  mean_exp_log_softmax: 'mean',
  mean_log_softmax: 'mean-log',
  exp_sum_log_softmax: 'product',
  exp_mean_log_softmax: 'geometric-mean',
}

const kept = <T>(values: readonly T[], mask: readonly boolean[]): readonly T[] => values.filter((_, at) => mask[at])

function checkReference(record: VectorRecord): void {
  record.only([...CASE_FIELDS, 'expected_as_shipped'])
  const args = record.object('args').only(['aggregate', 'shaping', 'format_coefficient'])
  const aggregate = AGGREGATES[args.text('aggregate')]
  const shape = probabilityShaping(args.text('shaping'))
  if (aggregate === undefined || shape === null)
    throw new VerifyMismatch(args.path, Object.keys(AGGREGATES), args.at('aggregate'))
  const rows = record.object('input').only(['rows']).objects('rows')
  const judged = rows.map((row) => {
    row.only(['logp', 'mask', 'score_without_reasoning', 'text'])
    const score = referenceScore(kept(row.numbers('logp'), row.flags('mask')), aggregate)
    const hasForm = hasReasonedForm(row.text('text'))
    const gain = shape(score - row.number('score_without_reasoning'))
    return { score, format: Number(hasForm), reward: reasonedReward(gain, hasForm, args.number('format_coefficient')) }
  })
  for (const [name, tolerance] of [
    ['expected', 1e-9],
    ['expected_as_shipped', 1e-2],
  ] as const) {
    if (name === 'expected_as_shipped' && !record.has(name)) continue
    const expected = record.object(name).only(['reward', 'score', 'format'])
    for (const field of ['reward', 'score', 'format'] as const)
      expected.expect(
        field,
        judged.map((each) => each[field]),
        tolerance,
      )
  }
}

function checkPerplexity(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['use_log', 'use_denominator', 'clip_value'])
  const input = record.object('input').only(['logp_with_query', 'logp_answer_only', 'mask'])
  const mask = input.matrix('mask')
  const perplexities = (name: string): readonly number[] =>
    input.matrix(name).map((row, at) => perplexityOf(kept(row, (mask[at] ?? []).map(Boolean))))
  const [question, alone] = [perplexities('logp_with_query'), perplexities('logp_answer_only')]
  const rule = {
    logarithm: args.flag('use_log'),
    relative: args.flag('use_denominator'),
    cap: args.number('clip_value'),
  }
  const expected = record.object('expected').only(['ppl_with_query', 'ppl_answer_only', 'sar'])
  expected.expect('ppl_with_query', question)
  expected.expect('ppl_answer_only', alone)
  expected.expect(
    'sar',
    question.map((q, at) => perplexityGap(q, alone[at] ?? 0, rule)),
  )
}

function checkCertainty(record: VectorRecord): void {
  const input = record.only(CASE_FIELDS).object('input')
  if (input.has('answers')) checkVotes(record, input)
  else checkTokens(record, input.only(['logits', 'mask']))
}

function checkTokens(record: VectorRecord, input: VectorRecord): void {
  record.object('args').only(['vocab'])
  const mask = input.matrix('mask')
  const responses = input.list('logits').map((_, at) => matrixAt(input, 'logits', at).map(logSoftmax))
  const over = (value: (logProbs: readonly number[]) => number, mean: (values: readonly number[]) => number) =>
    responses.map((tokens, at) => mean(kept(tokens.map(value), (mask[at] ?? []).map(Boolean))))
  const fields = ['self_certainty', 'intuitor_token', 'intuitor', 'token_entropy']
  const expected = record.object('expected').only(fields)
  expected.expect('self_certainty', over(selfCertainty, meanOf))
  expected.expect('intuitor', over(uniformCrossEntropy, intuitorMean))
  expected.expect(
    'intuitor_token',
    responses.map((tokens) => tokens.map(uniformCrossEntropy)),
  )
  expected.expect(
    'token_entropy',
    responses.map((tokens) => tokens.map(entropyOf)),
  )
}

function matrixAt(record: VectorRecord, name: string, at: number): readonly (readonly number[])[] {
  return new VectorRecord(`${record.path}.${name}`, { [at]: record.list(name)[at] }).matrix(`${at}`)
}

function checkVotes(record: VectorRecord, input: VectorRecord): void {
  const power = record.object('args').only(['power']).number('power')
  const confidence = input.only(['answers', 'confidence']).numbers('confidence')
  const voters = input.list('answers').map((answer, at) => ({
    answer: typeof answer === 'string' ? answer : null,
    confidence: confidence[at] ?? 0,
  }))
  const winner = bordaWinner(voters, power)
  const expected = record.object('expected').only(['borda_index', 'borda_votes', 'best_of_n_index'])
  expected.expect('borda_index', winner?.index ?? null)
  expected.expect('borda_votes', winner?.votes ?? null)
  expected.expect('best_of_n_index', surestOf(voters))
}

/** Weights of RLCR's terms in its configuration: form, accuracy, Brier, and two monitors. */
const WEIGHTS = [0.5, 0.5, 0.5, 1e-5, 1e-5] as const

function checkConfident(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['format_pattern', 'answer_match'])
  oneOf(args, 'answer_match', ['exact after normalisation'])
  const input = record.object('input').only(['completion', 'answer'])
  const read = confidentAnswer(input.text('completion'), oneOf(args, 'format_pattern', CONFIDENT_FORMS))
  const accuracy = read.hasForm ? Number(isSameAnswer(read.answer ?? '', input.text('answer'))) : 0
  const confidence = clipped(read, input.text('completion'))
  const terms = [
    Number(read.hasForm),
    accuracy,
    brierTerm(read, accuracy),
    confidence ?? 0,
    Number(confidence !== null && Math.min(Math.abs(confidence - 1), Math.abs(confidence)) < 0.01),
  ]
  const names = ['format', 'accuracy', 'brier', 'mean_confidence', 'one_or_zero']
  const expected = record.object('expected').only([...names, 'total'])
  names.forEach((name, at) => {
    expected.expect(name, terms[at])
  })
  expected.expect(
    'total',
    terms.reduce((sum, term, at) => sum + term * (WEIGHTS[at] ?? 0), 0),
  )
}

/** The monitors there take an unreadable confidence for 0, and none where the tag is absent or empty. */
function clipped({ confidence }: ConfidentAnswer, text: string): number | null {
  const written = lastTagged(text, 'confidence')
  if (written === null || written === '') return null
  return Math.max(0, Math.min(confidence ?? numberIn(written) ?? 0, 1))
}

function checkReflection(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['weight', 'p', 'beta', 'gamma'])
  oneOf(args, 'weight', ['population std to the power p'])
  const input = record.object('input').only(['logp', 'logp_masked', 'key_tokens', 'ref_len', 'lengths'])
  const rows = input.matrix('logp')
  const deviations = tokenDeviations(rows)
  const weigh = (row: readonly number[]): number => weightedLikelihood(row, deviations, args.number('p'))
  const masked = weigh(input.numbers('logp_masked'))
  const expected = record.object('expected').only(['sigma', 'max_sigma', 'plain', 'masked', 'propagated', 'length'])
  expected.expect('sigma', deviations)
  expected.expect('max_sigma', largestOf(deviations))
  expected.expect('plain', rows.map(weigh))
  expected.expect(
    'masked',
    rows.map((row) => weigh(row) - masked),
  )
  expected.expect(
    'propagated',
    rows.map((row) => weigh(propagated(row, input.numbers('key_tokens'), args.number('gamma')))),
  )
  expected.expect(
    'length',
    input.numbers('lengths').map((length) => lengthTerm(length, input.number('ref_len'), args.number('beta'))),
  )
}
