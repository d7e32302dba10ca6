import { parseBatch } from '../../../core/batch/index.ts'
import pure from '../../../rewards/advantage/pure.ts'
import { lessOthersReturns, minFormRewards, runningMinima } from '../../../rewards/estimator/min-form.ts'
import { masked, reversedSums, whitened } from '../../../rewards/estimator/sequences.ts'
import { lessOthers, lessSiblings } from '../../../rewards/estimator/step-baseline.ts'
import { expectEqual, VerifyMismatch } from '../../handler.ts'
import { creditHandler } from './handler.ts'
import { blocksOf, lastMask, lengthMask, maskOf, matrixOf, rowStarts, rowsOf, totals } from './padded.ts'
import { VectorRecord } from './record.ts'
import { ordered } from './steps.ts'

export const pureHandler = creditHandler('PURE', 'pure', checkPure, ['rloo_baseline'])

const FIELDS = [
  'step_scores',
  'min_form_rewards',
  'min_form_outcome',
  'uniform_rewards',
  'uniform_outcome',
  'openrlhf_returns',
  'verl_rloo_sum',
  'verl_rloo_strict_min',
  'verl_rloo_sum_whiten',
  'verl_rloo_strict_min_whiten',
]

function checkPure(record: VectorRecord): void {
  record.only(['name', 'args', 'input', 'expected', 'expected_f32'])
  const args = record.object('args').only(['temperature', 'n_samples'])
  const input = record.object('input').only(['response_length', 'L', 'step_mask', 'logits'])
  const shape = matrixOf(input.matrix('step_mask'))
  const starts = rowStarts(shape)
  const steps = { starts, mask: maskOf(input.matrix('step_mask')) }
  const scores = stepScores(input, steps.mask, shape.width)
  const temperature = args.number('temperature')
  const softmin = minFormRewards(steps, scores, { weights: 'softmin', temperature })
  const uniform = minFormRewards(steps, scores, { weights: 'uniform', temperature })
  const mask = lengthMask(input.numbers('response_length'), shape.width)
  const expected = record.object('expected').only(FIELDS)
  expected.expect('step_scores', rowsOf(shape, scores))
  expected.expect('min_form_rewards', rowsOf(shape, softmin))
  expected.expect('min_form_outcome', totals(shape, softmin))
  expected.expect('uniform_rewards', rowsOf(shape, uniform))
  expected.expect('uniform_outcome', totals(shape, uniform))
  expected.expect('openrlhf_returns', rowsOf(shape, reversedSums(starts, softmin)))
  checkEstimator(record, rowsOf(shape, scores))
  const groupOf = blocksOf(shape.height, args.number('n_samples'))
  for (const [name, returns] of [
    ['verl_rloo_sum', reversedSums(starts, softmin)] as const,
    ['verl_rloo_strict_min', runningMinima(starts, scores)] as const,
  ]) {
    const centred = lessOthersReturns({ starts, mask }, masked(returns, mask), groupOf, shape.width)
    const plain = rowsOf(shape, centred)
    expected.expect(name, { advantages: plain, returns: plain })
    const white = masked(whitened(centred, mask, 'reference'), mask)
    expected.expect(`${name}_whiten`, { advantages: rowsOf(shape, white), returns: plain })
  }
  const float32 = record.object('expected_f32').only(['min_form_rewards'])
  float32.expect('min_form_rewards', rowsOf(shape, softmin), 1e-4)
}

/** The estimator's returns of steps are those of the tokens that end them. */
function checkEstimator(record: VectorRecord, scores: readonly (readonly number[])[]): void {
  const masks = record.object('input').matrix('step_mask')
  const steps = masks.flatMap((mask, row) =>
    mask.flatMap((isEnd, at) => (isEnd ? [{ row, at, score: scores[row]?.[at] ?? 0 }] : [])),
  )
  const batch = parseBatch({
    group: steps.map(({ row }) => `${Math.floor(row / record.object('args').number('n_samples'))}`),
    trajectory: steps.map(({ row }) => `${row}`),
    signals: { process: steps.map(({ score }) => score) },
  })
  const temperature = record.object('args').number('temperature')
  const { parts } = pure.compute(batch, { mode: 'reference', temperature })
  const returns = record.object('expected').matrix('openrlhf_returns')
  const expected = steps.map(({ row, at }) => returns[row]?.[at] ?? Number.NaN)
  expectEqual(`${record.path}.expected.openrlhf_returns`, expected, ordered(batch, parts.returns), 1e-9)
}

/** p(1) - p(0) of two logits, on items that end a step. */
function stepScores(input: VectorRecord, mask: Uint8Array, width: number): Float64Array {
  const logits = input
    .list('logits')
    .map((row, at) => new VectorRecord(`${input.path}.logits[${at}]`, { row }).matrix('row'))
  return Float64Array.from(mask, (isStep, at) => {
    const [zero = 0, one = 0] = logits[Math.floor(at / width)]?.[at % width] ?? []
    return isStep ? Math.tanh((one - zero) / 2) : 0
  })
}

export const pureBaselineHandler = creditHandler('PURE baselines', 'pure_rloo_baseline', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args')
  args.only(['n_samples', 'reward_baseline', 'reward_mode', 'verifiable_reward_coef'])
  const input = record.object('input').only(BASELINE_INPUTS)
  const shape = matrixOf(input.matrix('step_mask'))
  const mask = maskOf(input.matrix('step_mask'))
  const lengths = input.numbers('response_length')
  const rewards = centredRewards(args, input, shape.width)
  const ends = lastMask(lengths, shape.width)
  const verified = verifiedRewards(args, input)
  const paid = rewards.map((value, at) => value + (ends[at] ? (verified[Math.floor(at / shape.width)] ?? 0) : 0))
  const returns = reversedSums(rowStarts(shape), paid)
  const expected = record.object('expected').only(['rewards', 'returns', 'returns_masked'])
  expected.expect('rewards', rowsOf(shape, paid))
  expected.expect('returns', rowsOf(shape, returns))
  expected.expect(
    'returns_masked',
    rowsOf(
      shape,
      returns.map((value, at) => (mask[at] ? 0 : value)),
    ),
  )
})

const BASELINE_INPUTS = [
  'response_length',
  'L',
  'step_mask',
  'process_reward',
  'num_steps',
  'num_tokens_per_step',
  'solved',
]

/** Rewards at the ends of steps, less those of the other rollouts of their group. */
function centredRewards(args: VectorRecord, input: VectorRecord, width: number): Float64Array {
  const baseline = args.text('reward_baseline')
  if (baseline !== 'step' && baseline !== 'token')
    throw new VerifyMismatch(`${args.path}.reward_baseline`, 'step or token', baseline)
  const masks = input.matrix('step_mask')
  const lengths = input.matrix('num_tokens_per_step')
  const rollouts = input.matrix('process_reward').map((row, at) => ({
    rewards: row.filter((_, token) => masks[at]?.[token]),
    lengths: lengths[at] ?? [],
  }))
  const n = args.number('n_samples')
  const groups = Array.from({ length: rollouts.length / n }, (_, at) => rollouts.slice(at * n, (at + 1) * n))
  const centred = groups.flatMap((group) => lessSiblings(group, baseline))
  const left = centred.map((values) => [...values])
  return Float64Array.from(masks.flat(), (isStep, at) => (isStep ? (left[Math.floor(at / width)]?.shift() ?? 0) : 0))
}

function verifiedRewards(args: VectorRecord, input: VectorRecord): readonly number[] {
  const solved = input.numbers('solved')
  if (args.text('reward_mode') === 'PRM') return solved.map(() => 0)
  const n = args.number('n_samples')
  const groups = Array.from({ length: solved.length / n }, (_, at) => solved.slice(at * n, (at + 1) * n))
  return groups.flatMap(lessOthers).map((value) => value * args.number('verifiable_reward_coef'))
}
