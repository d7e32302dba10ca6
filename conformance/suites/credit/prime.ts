import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import prime from '../../../rewards/advantage/prime.ts'
import { batchNormalised, implicitRewards } from '../../../rewards/estimator/implicit.ts'
import { crossEntropyLoss, detachedPairLoss, pairAccuracy, signAccuracy } from '../../../rewards/losses/implicit.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { divisorsOf, expectFloat32Fields, float32Noise, overRoot, together } from './float32.ts'
import { blocksOf, differences, lengthMask, matrixOf, rowStarts, rowsOf, totals } from './padded.ts'
import { blockNames, tokenValues } from './token-rows.ts'

export const primeHandler = caseFileHandler('PRIME', 'prime', checkPrime, ['original'])

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
  record.only(CASE_FIELDS)
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
  const isScaled = args.text('prime_norm') === 'batch_norm'
  const rewards = isScaled ? batchNormalised(sequences.starts, raw) : raw
  const expected = record.object('expected').only(FIELDS)
  expected.expect('q', rowsOf(shape, q))
  expected.expect('token_rewards_raw', rowsOf(shape, raw))
  expected.expect('rm_scores', rowsOf(shape, rewards))
  checkLosses(expected, args, acc, { q: totals(shape, q), rewards: totals(shape, rewards) })
  checkEstimator(
    record,
    { process: rowsOf(shape, raw), success: acc },
    {
      primeNorm: isScaled ? 'batch_norm' : 'none',
      rewardDpoCoef: args.number('reward_dpo_coef'),
      rewardGtCoef: args.number('reward_gt_coef'),
    },
  )
}

interface Responses {
  /** Rewards of tokens and of padding. */
  readonly process: readonly (readonly number[])[]
  readonly success: readonly number[]
}

/** The estimator from rewards of tokens and outcomes to returns and advantages, a response a trajectory. */
function checkEstimator(record: VectorRecord, { process, success }: Responses, options: JsonObject): void {
  const lengths = record.object('input').numbers('response_length')
  const mask = process.map((row, at) => row.map((_, token) => (token < (lengths[at] ?? 0) ? 1 : 0)))
  const batch = parseBatch({
    group: blockNames(success.length, record.object('args').number('n_samples')),
    trajectory: success.map((_, row) => `${row}`),
    perToken: { process },
    tokenMask: mask,
    outcomes: { success },
  })
  const compute = (whiten: boolean) =>
    tokenValues(batch, prime.compute(batch, { mode: 'reference', ...options, whiten }).perToken)
  const [returns, advantages] = [compute(false), compute(true)]
  const expected = record.object('expected')
  expected.expect('returns', returns)
  expected.expect('advantages', advantages)
  const values = returns.flat()
  const [divisor = 1] = divisorsOf({ values, groups: together(mask.flat()), scale: overRoot() })
  const noise = float32Noise([{ values, groups: together(values.map(() => 1)), scale: () => divisor }])
  expectFloat32Fields(record, { advantages: { ours: advantages, noise } })
}

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

/** The outcome stands on a response's last token. */
export const primeOriginalHandler = caseFileHandler('PRIME, first release', 'prime_original', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['n_samples', 'reward_model_gamma', 'verifier_gamma'])
  const input = record.object('input').only(['response_length', 'L', 'rm_scores', 'gt_scores'])
  record.object('expected').only(['returns', 'advantages'])
  const lengths = input.numbers('response_length')
  const process = input.matrix('rm_scores')
  const success = input.matrix('gt_scores').map((row, at) => row[(lengths[at] ?? 0) - 1] ?? 0)
  checkEstimator(
    record,
    { process, success },
    {
      primeNorm: 'none',
      rewardDpoCoef: 1,
      rewardGtCoef: 1,
      processGamma: args.number('reward_model_gamma'),
      outcomeGamma: args.number('verifier_gamma'),
    },
  )
})
