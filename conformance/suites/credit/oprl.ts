import { inSourceOrder, parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import oprl from '../../../rewards/advantage/oprl.ts'
import type { Credit } from '../../../rewards/estimator/estimator.ts'
import { batchNormalised, implicitRewards } from '../../../rewards/estimator/implicit.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import { crossEntropyLoss, preferenceLoss } from '../../../rewards/losses/implicit.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectFloat32Fields, float32Noise } from './float32.ts'
import { differences, lengthMask, matrixOf, rowStarts, rowsOf, totals } from './padded.ts'

export const oprlHandler = caseFileHandler('OPRL (iStar)', 'istar_oprl', checkOprl)

const ARGS = ['beta', 'lambda', 'step_granularity', 'istar_norm', 'step_advantage_w', 'invalid_action_penalty_coef']
const INPUTS = [
  'uid',
  'traj_uid',
  'response_length',
  'L',
  'acc',
  'episode_reward',
  'is_action_valid',
  'prm_log_probs',
  'old_log_probs',
]
const FIELDS = [
  'q',
  'implicit_rewards_raw',
  'rm_scores',
  'step_reward',
  'episode_score_after_penalty',
  'eto_loss',
  'ce_loss',
  'rloo_joint',
  'rloo_process_only',
  'rloo_episode',
  'rloo_step',
  'process_outcome_combined',
  'grpo_mean_norm',
  'grpo_mean_std_norm',
  'reinforce_pp_baseline',
]

function checkOprl(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(ARGS)
  const input = record.object('input').only(INPUTS)
  const expected = record.object('expected').only(FIELDS)
  const shape = matrixOf(input.matrix('prm_log_probs'))
  const sequences = { starts: rowStarts(shape), mask: lengthMask(input.numbers('response_length'), shape.width) }
  const q = differences(input.matrix('prm_log_probs'), input.matrix('old_log_probs'), sequences.mask)
  const raw = implicitRewards(sequences, q, {
    beta: args.number('beta'),
    lambda: args.number('lambda'),
    granularity: granularityOf(args),
  })
  const rewards = args.text('istar_norm') === 'batch_norm' ? batchNormalised(sequences.starts, raw) : raw
  expected.expect('q', rowsOf(shape, q))
  expected.expect('implicit_rewards_raw', rowsOf(shape, raw))
  expected.expect('rm_scores', rowsOf(shape, rewards))
  checkLosses(
    expected,
    input,
    totals(shape, q).map((sum) => args.number('beta') * sum),
  )
  checkAdvantages(record, batchOf(input, rowsOf(shape, raw)), shape.width)
}

function granularityOf(args: VectorRecord): 'step' | 'token' {
  const granularity = args.text('step_granularity')
  if (granularity === 'step' || granularity === 'token') return granularity
  throw new VerifyMismatch(`${args.path}.step_granularity`, 'step or token', granularity)
}

/** Rows with raw rewards: the estimator scales them itself. */
function batchOf(input: VectorRecord, raw: readonly (readonly number[])[]): StepBatch {
  const lengths = input.numbers('response_length')
  return parseBatch({
    group: input.texts('uid'),
    trajectory: input.texts('traj_uid'),
    outcomes: { env: input.numbers('episode_reward') },
    isActionValid: input.flags('is_action_valid'),
    perToken: { process: raw.map((row, at) => row.slice(0, lengths[at])) },
  })
}

function checkLosses(expected: VectorRecord, input: VectorRecord, scores: readonly number[]): void {
  const [groups, trajectories, acc] = [input.texts('uid'), input.texts('traj_uid'), input.numbers('acc')]
  expected.expect('ce_loss', crossEntropyLoss(scores.map((score, row) => ({ score, success: (acc[row] ?? 0) > 0 }))))
  const grouped = [...new Set(groups)].map((group) =>
    [...new Set(trajectories.filter((_, row) => groups[row] === group))].map((trajectory) => ({
      stepScores: scores.filter((_, row) => groups[row] === group && trajectories[row] === trajectory),
      success: (acc[trajectories.findIndex((each, row) => each === trajectory && groups[row] === group)] ?? 0) > 0,
    })),
  )
  expected.expect('eto_loss', preferenceLoss(grouped))
}

const NONE = new Float64Array()

function checkAdvantages(record: VectorRecord, batch: StepBatch, width: number): void {
  const args = record.object('args')
  const common = {
    mode: 'reference',
    processNorm: args.text('istar_norm'),
    stepAdvantageW: args.number('step_advantage_w'),
    invalidActionPenalty: args.number('invalid_action_penalty_coef'),
  }
  const compute = (options: Readonly<Record<string, string>>): Credit => oprl.compute(batch, { ...common, ...options })
  const inOrder = (values: Float64Array = new Float64Array()) => inSourceOrder(batch, values)
  const rloo = compute({ estimator: 'rloo' })
  const expected = record.object('expected')
  expected.expect('step_reward', inOrder(rloo.parts.process))
  expected.expect('episode_score_after_penalty', inOrder(rloo.parts.score))
  expected.expect('rloo_joint', inOrder(rloo.advantages))
  expected.expect('rloo_episode', inOrder(rloo.parts.episode))
  expected.expect('rloo_step', inOrder(rloo.parts.step))
  expected.expect('rloo_process_only', inOrder(compute({ combine: 'process_only' }).advantages))
  expected.expect('process_outcome_combined', inOrder(compute({ combine: 'rewards' }).advantages))
  for (const estimator of ['grpo_mean_norm', 'grpo_mean_std_norm'])
    expected.expect(estimator, inOrder(compute({ estimator }).advantages))
  const { perToken } = compute({ estimator: 'reinforce_pp_baseline' })
  expected.expect('reinforce_pp_baseline', paddedTokens(batch, perToken ?? new Float64Array(), width))
  const groups = episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))
  const noise = float32Noise([
    { groups, values: rloo.parts.score ?? NONE },
    { groups, values: rloo.parts.process ?? NONE, weight: common.stepAdvantageW },
  ])
  expectFloat32Fields(record, { rloo_joint: { ours: [...inOrder(rloo.advantages)], noise: inOrder(noise) } })
}

/** Values of tokens in the record's order of rows, each padded to the common width. */
function paddedTokens({ tokens, sourceRow }: StepBatch, values: Float64Array, width: number): readonly unknown[] {
  const rows: number[][] = []
  sourceRow.forEach((source, row) => {
    const own = [...values.subarray(tokens?.starts[row], tokens?.starts[row + 1])]
    rows[source] = [...own, ...Array.from({ length: width - own.length }, () => 0)]
  })
  return rows
}
