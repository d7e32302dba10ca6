import { parseBatch } from '../../../core/batch/index.ts'
import prime from '../../../rewards/advantage/prime.ts'
import { batchNormalised, implicitRewards, tokenLeaveOneOut } from '../../../rewards/estimator/implicit.ts'
import { masked, reversedSums, type Sequences, whitened } from '../../../rewards/estimator/sequences.ts'
import { crossEntropyLoss, detachedPairLoss, pairAccuracy, signAccuracy } from '../../../rewards/losses/implicit.ts'
import { VerifyMismatch } from '../../handler.ts'
import { creditHandler } from './handler.ts'
import { blocksOf, differences, lastMask, lengthMask, matrixOf, rowStarts, rowsOf, totals } from './padded.ts'
import { expectBeginnings, type VectorRecord } from './record.ts'
import { blockNames, tokenValues } from './token-rows.ts'

export const primeHandler = creditHandler('PRIME', 'prime', checkPrime, ['original'])

const ARGS = [
  'beta',
  'lambda',
  'prime_use_gt',
  'prime_norm',
  'prime_granularity',
  'n_samples',
  'reward_dpo_coef',
  'reward_gt_coef',
]
const FIELDS = [
  'q',
  'token_rewards_raw',
  'rm_scores',
  'returns',
  'advantages',
  'ce_loss',
  'dpo_loss',
  'dpo_acc',
  'dpo_abs_acc',
]

function checkPrime(record: VectorRecord): void {
  record.only(['name', 'args', 'input', 'expected', 'expected_f32'])
  const args = record.object('args').only(ARGS)
  const input = record.object('input')
  input.only(['prompt_length', 'response_length', 'L', 'acc', 'rm_log_probs', 'ref_log_probs'])
  if (args.text('prime_granularity') !== 'token')
    throw new VerifyMismatch(`${args.path}.prime_granularity`, args.at('prime_granularity'), 'token')
  const lengths = input.numbers('response_length')
  const acc = input.numbers('acc')
  const shape = matrixOf(input.matrix('rm_log_probs'))
  const sequences = { starts: rowStarts(shape), mask: lengthMask(lengths, shape.width) }
  const q = differences(input.matrix('rm_log_probs'), input.matrix('ref_log_probs'), sequences.mask)
  const raw = implicitRewards(sequences, q, {
    beta: args.number('beta'),
    lambda: args.number('lambda'),
    granularity: 'token',
    ...(args.flag('prime_use_gt') && { groundTruth: acc }),
  })
  const rewards = args.text('prime_norm') === 'batch_norm' ? batchNormalised(sequences.starts, raw) : raw
  const groupOf = blocksOf(acc.length, args.number('n_samples'))
  const outcomes = { starts: sequences.starts, mask: lastMask(lengths, shape.width) }
  const fromOutcome = tokenLeaveOneOut(outcomes, spreadAcc(acc, outcomes), groupOf)
  const combined = tokenLeaveOneOut(sequences, rewards, groupOf).map(
    (value, at) => args.number('reward_dpo_coef') * value + args.number('reward_gt_coef') * (fromOutcome[at] ?? 0),
  )
  const returns = masked(reversedSums(sequences.starts, combined), sequences.mask)
  const advantages = whitened(returns, sequences.mask, 'reference')
  const expected = record.object('expected').only(FIELDS)
  expected.expect('q', rowsOf(shape, q))
  expected.expect('token_rewards_raw', rowsOf(shape, raw))
  expected.expect('rm_scores', rowsOf(shape, rewards))
  expected.expect('returns', rowsOf(shape, returns))
  expected.expect('advantages', rowsOf(shape, advantages))
  checkEstimator(record, rowsOf(shape, raw))
  checkLosses(expected, args, acc, { q: totals(shape, q), rewards: totals(shape, rewards) })
  record.object('expected_f32').only(['advantages']).expect('advantages', rowsOf(shape, advantages), 1e-4)
}

/** The estimator from raw rewards of tokens to advantages, a response a trajectory. */
function checkEstimator(record: VectorRecord, raw: readonly (readonly number[])[]): void {
  const [args, input] = [record.object('args'), record.object('input')]
  const [lengths, acc] = [input.numbers('response_length'), input.numbers('acc')]
  const batch = parseBatch({
    group: blockNames(acc.length, args.number('n_samples')),
    trajectory: acc.map((_, row) => `${row}`),
    perToken: { process: raw.map((row, at) => row.slice(0, lengths[at])) },
    outcomes: { success: acc },
  })
  const { perToken } = prime.compute(batch, {
    mode: 'reference',
    primeNorm: args.text('prime_norm') === 'batch_norm' ? 'batch_norm' : 'none',
    rewardDpoCoef: args.number('reward_dpo_coef'),
    rewardGtCoef: args.number('reward_gt_coef'),
  })
  expectBeginnings(record.object('expected'), 'advantages', tokenValues(batch, perToken))
}

const spreadAcc = (acc: readonly number[], { starts, mask }: Sequences): Float64Array =>
  Float64Array.from(mask, (isLast, at) => (isLast ? (acc[starts.findLastIndex((start) => start <= at)] ?? 0) : 0))

interface Totals {
  readonly q: readonly number[]
  readonly rewards: readonly number[]
}

function checkLosses(expected: VectorRecord, args: VectorRecord, acc: readonly number[], { q, rewards }: Totals): void {
  const beta = args.number('beta')
  const groupOf = blocksOf(acc.length, args.number('n_samples'))
  const grouped = (scores: readonly number[]) =>
    [...new Set(groupOf)].map((group) =>
      acc.flatMap((value, row) => (groupOf[row] === group ? [{ score: scores[row] ?? 0, success: value > 0 }] : [])),
    )
  const answers = grouped(q.map((sum) => beta * sum))
  expected.expect('ce_loss', crossEntropyLoss(answers.flat()))
  expected.expect('dpo_loss', {
    none: detachedPairLoss(answers, { weights: 'none' }),
    bon_acc: detachedPairLoss(answers, { weights: 'bon_acc' }),
    bon_rm: detachedPairLoss(answers, { weights: 'bon_rm' }),
  })
  expected.expect('dpo_acc', pairAccuracy(grouped(rewards)))
  expected.expect('dpo_abs_acc', Math.fround(signAccuracy(grouped(rewards).flat())))
}

export const primeOriginalHandler = creditHandler('PRIME, first release', 'prime_original', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['n_samples', 'reward_model_gamma', 'verifier_gamma'])
  const input = record.object('input').only(['response_length', 'L', 'rm_scores', 'gt_scores'])
  const lengths = input.numbers('response_length')
  const shape = matrixOf(input.matrix('rm_scores'))
  const starts = rowStarts(shape)
  const mask = lengthMask(lengths, shape.width)
  const groupOf = blocksOf(lengths.length, args.number('n_samples'))
  const source = (name: string, sourceMask: Uint8Array, gamma: number): Float64Array => {
    const values = matrixOf(input.matrix(name)).values
    return reversedSums(starts, tokenLeaveOneOut({ starts, mask: sourceMask }, values, groupOf), gamma)
  }
  const fromModel = source('rm_scores', mask, args.number('reward_model_gamma'))
  const fromVerifier = source('gt_scores', lastMask(lengths, shape.width), args.number('verifier_gamma'))
  const returns = masked(
    fromModel.map((value, at) => value + (fromVerifier[at] ?? 0)),
    mask,
  )
  const expected = record.object('expected').only(['returns', 'advantages'])
  expected.expect('returns', rowsOf(shape, returns))
  expected.expect('advantages', rowsOf(shape, whitened(returns, mask, 'reference')))
})
