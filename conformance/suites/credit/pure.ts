import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import pure from '../../../rewards/advantage/pure.ts'
import type { Credit } from '../../../rewards/estimator/estimator.ts'
import { masked, whitened } from '../../../rewards/estimator/sequences.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, VectorRecord } from '../../vector-record.ts'
import { expectFloat32, float32Noise, rounded } from './float32.ts'
import { lengthMask, maskOf, matrixOf, rowsOf } from './padded.ts'
import { ordered } from './steps.ts'

export const pureHandler = caseFileHandler('PURE', 'pure', checkPure, ['rloo_baseline'])

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
  record.only(CASE_FIELDS)
  const args = record.object('args').only(['temperature', 'n_samples'])
  const input = record.object('input').only(['response_length', 'L', 'step_mask', 'logits'])
  const masks = input.matrix('step_mask')
  const shape = matrixOf(masks)
  const scores = stepScores(input, maskOf(masks), shape.width)
  const steps = new StepRows(masks, args.number('n_samples'))
  const expected = record.object('expected').only(FIELDS)
  expected.expect('step_scores', rowsOf(shape, scores))
  const returnsBy = (options: JsonObject) => steps.returns(rowsOf(shape, scores), options)
  const softmin = returnsBy({ form: 'softmin', temperature: args.number('temperature') })
  const uniform = returnsBy({ form: 'uniform' })
  const rewards = steps.rewardsOf(softmin)
  expected.expect('openrlhf_returns', softmin)
  expected.expect('min_form_rewards', rewards)
  expected.expect(
    'min_form_outcome',
    softmin.map(([first = 0]) => first),
  )
  expected.expect('uniform_rewards', steps.rewardsOf(uniform))
  expected.expect(
    'uniform_outcome',
    uniform.map(([first = 0]) => first),
  )
  checkCentred(record, { verl_rloo_sum: rewards, verl_rloo_strict_min: rowsOf(shape, scores) })
  const noise = float32Noise([rounded(rewards.flat()), rounded(rowsOf(shape, scores).flat())])
  expectFloat32(record.object('expected_f32').only(['min_form_rewards']), 'min_form_rewards', rewards, noise)
}

const FORMS = {
  verl_rloo_sum: { form: 'gamma-decay', gamma: 1 },
  verl_rloo_strict_min: { form: 'strict-min' },
} as const

/** verl's baseline goes over tokens and padding: every place of its matrix is a step of the estimator. */
function checkCentred(
  record: VectorRecord,
  scoresOf: Readonly<Record<keyof typeof FORMS, readonly (readonly number[])[]>>,
): void {
  const [expected, input] = [record.object('expected'), record.object('input')]
  const width = input.number('L')
  const mask = lengthMask(input.numbers('response_length'), width)
  const places = new StepRows(
    input.matrix('step_mask').map((row) => row.map(() => 1)),
    record.object('args').number('n_samples'),
  )
  for (const name of ['verl_rloo_sum', 'verl_rloo_strict_min'] as const) {
    const centred = masked(Float64Array.from(places.advantages(scoresOf[name], FORMS[name]).flat()), mask)
    const shape = { height: mask.length / width, width, values: centred }
    const plain = rowsOf(shape, centred)
    expected.expect(name, { advantages: plain, returns: plain })
    const white = masked(whitened(centred, mask, 'reference'), mask)
    expected.expect(`${name}_whiten`, { advantages: rowsOf(shape, white), returns: plain })
  }
}

type Rows = readonly (readonly number[])[]

/** The estimator on responses whose marked tokens end a step: a response is a trajectory, a step a row. */
class StepRows {
  readonly #masks: Rows
  readonly #size: number

  constructor(masks: Rows, size: number) {
    this.#masks = masks
    this.#size = size
  }

  /** What every token has still to come: the return of the step that it belongs to, 0 after the last. */
  returns(scores: Rows, options: JsonObject, columns: JsonObject = {}): Rows {
    return this.#onTokens(scores, options, columns, ({ parts }) => parts.returns)
  }

  advantages(scores: Rows, options: JsonObject, columns: JsonObject = {}): Rows {
    return this.#onTokens(scores, options, columns, ({ advantages }) => advantages)
  }

  /** What the steps are paid whose returns these are, on their last tokens. */
  rewardsOf(returns: Rows): Rows {
    return returns.map((row, at) =>
      row.map((value, token) => (this.#masks[at]?.[token] ? value - (row[token + 1] ?? 0) : 0)),
    )
  }

  #onTokens(
    scores: Rows,
    options: JsonObject,
    columns: JsonObject,
    read: (credit: Credit) => Float64Array | undefined,
  ): Rows {
    const ends = this.#masks.flatMap((mask, row) => mask.flatMap((isEnd, at) => (isEnd ? [{ row, at }] : [])))
    const batch = parseBatch({
      group: ends.map(({ row }) => `${Math.floor(row / this.#size)}`),
      trajectory: ends.map(({ row }) => `${row}`),
      signals: { process: ends.map(({ row, at }) => scores[row]?.[at] ?? 0) },
      ...columns,
    })
    const values = ordered(batch, read(pure.compute(batch, { mode: 'reference', ...options })))
    const placed = this.#masks.map((mask) => mask.map(() => 0))
    ends.forEach(({ row, at }, step) => {
      const start = ends[step - 1]?.row === row ? (ends[step - 1]?.at ?? 0) + 1 : 0
      placed[row]?.fill(values[step] ?? Number.NaN, start, at + 1)
    })
    return placed
  }
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

export const pureBaselineHandler = caseFileHandler('PURE baselines', 'pure_rloo_baseline', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args')
  args.only(['n_samples', 'reward_baseline', 'reward_mode', 'verifiable_reward_coef'])
  const input = record.object('input').only(BASELINE_INPUTS)
  const masks = input.matrix('step_mask')
  const steps = new StepRows(masks, args.number('n_samples'))
  const perStep = masks.flatMap((mask, row) => mask.filter(Boolean).map((_, step) => ({ row, step })))
  const lengths = input.matrix('num_tokens_per_step')
  const solved = input.numbers('solved')
  const columns = {
    outcomes: { success: perStep.map(({ row }) => solved[row] ?? null) },
    tokenCounts: perStep.map(({ row, step }) => lengths[row]?.[step] ?? null),
  }
  const options = { form: 'gamma-decay', gamma: 1, baseline: args.text('reward_baseline') }
  const outcomeCoef = args.text('reward_mode') === 'PRM' ? 0 : args.number('verifiable_reward_coef')
  const paid = steps.rewardsOf(steps.returns(input.matrix('process_reward'), options, columns))
  const returns = steps.advantages(input.matrix('process_reward'), { ...options, outcomeCoef }, columns)
  const last = masks.map((mask) => mask.lastIndexOf(1))
  const ends = input.numbers('response_length')
  const outcomes = returns.map((row, r) => (row[last[r] ?? 0] ?? 0) - (paid[r]?.[last[r] ?? 0] ?? 0))
  /** The outcome is paid on the last token, so that those after the last step have it to come. */
  const whole = returns.map((row, r) =>
    row.map((value, at) => (at > (last[r] ?? 0) && at < (ends[r] ?? 0) ? (outcomes[r] ?? 0) : value)),
  )
  const expected = record.object('expected').only(['rewards', 'returns', 'returns_masked'])
  expected.expect('returns', whole)
  expected.expect(
    'returns_masked',
    whole.map((row, r) => row.map((value, at) => (masks[r]?.[at] ? 0 : value))),
  )
  expected.expect(
    'rewards',
    paid.map((row, r) => row.map((value, at) => value + (at === (ends[r] ?? 0) - 1 ? (outcomes[r] ?? 0) : 0))),
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
