import { inSourceOrder, parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import { GymError } from '../../../core/data/errors.ts'
import drGrpo from '../../../rewards/advantage/dr-grpo.ts'
import gpg from '../../../rewards/advantage/gpg.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import opo from '../../../rewards/advantage/opo.ts'
import passAtK from '../../../rewards/advantage/pass-at-k.ts'
import reinforce from '../../../rewards/advantage/reinforce-plus-plus.ts'
import reinforceBaseline from '../../../rewards/advantage/reinforce-plus-plus-baseline.ts'
import remax from '../../../rewards/advantage/remax.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import type { Credit, Estimator } from '../../../rewards/estimator/estimator.ts'
import { generalisedAdvantages, reversedSums, whitened } from '../../../rewards/estimator/sequences.ts'
import { stepSignal } from '../../../rewards/estimator/signals.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectFloat32, float32Noise, overDeviation } from './float32.ts'
import { lengthMask, matrixOf, rowStarts, rowsOf } from './padded.ts'

export const outcomeHandler = caseFileHandler('outcome advantages', 'outcome_advantages', checkOutcome)

function checkOutcome(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(['epsilon', 'gamma', 'lam'])
  const rows = new OutcomeRows(record.object('input').only(INPUTS), args)
  const expected = record.object('expected').only(Object.keys(CHECKS))
  for (const [field, ours] of Object.entries(CHECKS)) expectField(expected, field, () => ours(rows))
  const float32 = record.object('expected_f32')
  float32.only(['verlagent_grpo_std_cross_steps', 'verlagent_rloo_per_traj'])
  for (const field of float32.names)
    expectFloat32(float32, field, [...rows.numbers(CHECKS[field]?.(rows))], rows.noise())
}

/** Where the reference raises, so must we. */
function expectField(expected: VectorRecord, field: string, ours: () => unknown): void {
  const wanted = expected.at(field)
  if (typeof wanted === 'string' && wanted.startsWith('raises')) {
    if (!throws(ours)) throw new VerifyMismatch(`${expected.path}.${field}`, wanted, 'a result')
  } else expected.expect(field, ours())
}

function throws(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch (error) {
    return error instanceof GymError
  }
}

const CHECKS: Readonly<Record<string, (rows: OutcomeRows) => unknown>> = {
  verlagent_grpo_std_cross_steps: (rows) => rows.values(grpo, { crossSteps: true }),
  verlagent_grpo_std_per_traj: (rows) => rows.values(grpo, { crossSteps: false }),
  verlagent_grpo_mean_cross_steps: (rows) => rows.values(drGrpo, { crossSteps: true }),
  verlagent_grpo_mean_per_traj: (rows) => rows.values(drGrpo, { crossSteps: false }),
  verlagent_rloo_cross_steps: (rows) => rows.values(rloo, { crossSteps: true }),
  verlagent_rloo_per_traj: (rows) => rows.values(rloo, { crossSteps: false }),
  verlagent_reinforce_pp_baseline_cross_steps: (rows) => rows.tokens(reinforceBaseline, { crossSteps: true }),
  verlagent_reinforce_pp_baseline_per_traj: (rows) => rows.tokens(reinforceBaseline, { crossSteps: false }),
  verlagent_grpo_passk_cross_steps: (rows) => rows.values(passAtK, { crossSteps: true }),
  verlagent_grpo_passk_per_traj: (rows) => rows.values(passAtK, { crossSteps: false }),
  verlagent_reinforce_pp: (rows) => ({
    advantage: rows.tokens(reinforce, { gamma: rows.gamma }),
    returns: rows.padded(rows.returns(rows.gamma)),
  }),
  verlagent_remax: (rows) => ({ advantage: rows.tokens(remax, {}), returns: rows.padded(rows.returns(1)) }),
  verlagent_gae: (rows) => rows.gae(),
  verl_grpo_std: (rows) => rows.values(grpo, { crossSteps: true }),
  verl_grpo_mean: (rows) => rows.values(drGrpo, { crossSteps: true }),
  verl_rloo: (rows) => rows.values(rloo, { crossSteps: true }),
  verl_opo: (rows) => rows.values(opo, {}),
  verl_gpg: (rows) => rows.values(gpg, {}),
}
const INPUTS = ['uid', 'traj_uid', 'response_length', 'L', 'token_level_rewards', 'reward_baselines', 'values'] as const

class OutcomeRows {
  readonly gamma: number
  readonly #epsilon: number
  readonly #lam: number
  readonly #input: VectorRecord
  readonly #batch: StepBatch
  readonly #width: number

  constructor(input: VectorRecord, args: VectorRecord) {
    this.gamma = args.number('gamma')
    this.#epsilon = args.number('epsilon')
    this.#lam = args.number('lam')
    this.#input = input
    this.#width = input.number('L')
    const lengths = input.numbers('response_length')
    const rewards = input.matrix('token_level_rewards')
    this.#batch = parseBatch({
      group: input.texts('uid'),
      trajectory: input.texts('traj_uid'),
      perToken: { env: rewards.map((row, at) => row.slice(0, lengths[at])) },
      signals: { baseline: input.numbers('reward_baselines') },
    })
  }

  #compute(estimator: Estimator, options: Readonly<Record<string, boolean | number>>): Credit {
    const known = { mode: 'reference', scoreOf: 'row', invalidActionPenalty: 0, epsilon: this.#epsilon, ...options }
    const own = Object.entries(known).filter(([key]) => Object.hasOwn(estimator.defaults, key))
    return estimator.compute(this.#batch, Object.fromEntries(own))
  }

  values(estimator: Estimator, options: Readonly<Record<string, boolean | number>>): Float64Array {
    return inSourceOrder(this.#batch, this.#compute(estimator, options).advantages)
  }

  tokens(estimator: Estimator, options: Readonly<Record<string, boolean | number>>): readonly (readonly number[])[] {
    return this.padded(this.#compute(estimator, options).perToken ?? new Float64Array())
  }

  /** Values of tokens as the record has them: its rows in order, each padded to the common width. */
  padded(values: Float64Array): readonly (readonly number[])[] {
    const { tokens, sourceRow } = this.#batch
    const rows: number[][] = []
    sourceRow.forEach((source, row) => {
      const own = [...values.subarray(tokens?.starts[row], tokens?.starts[row + 1])]
      rows[source] = [...own, ...Array.from({ length: this.#width - own.length }, () => 0)]
    })
    return rows
  }

  /** @throws VerifyMismatch */
  numbers(values: unknown): Float64Array {
    if (values instanceof Float64Array) return values
    throw new VerifyMismatch('expected_f32', 'a value a row', values)
  }

  /** Float32 rounding noise of scores against those of their group. */
  noise(): Float64Array {
    const groups = episodeGroups(this.#batch, new Uint8Array(this.#batch.rowCount).fill(1))
    const { values } = stepSignal(this.#batch, 'env')
    return inSourceOrder(this.#batch, float32Noise([{ groups, values, scale: overDeviation(this.#epsilon) }]))
  }

  returns(gamma: number): Float64Array {
    const { tokens, signals } = this.#batch
    const rewards = signals.get('env')?.perToken?.values ?? new Float64Array()
    return reversedSums(tokens?.starts ?? new Int32Array(), rewards, gamma)
  }

  /** Over whole padded rows, as the reference's loop goes: values at padding count. */
  gae(): unknown {
    const rewards = matrixOf(this.#input.matrix('token_level_rewards'))
    const values = matrixOf(this.#input.matrix('values'))
    const lengths = this.#input.numbers('response_length')
    const options = { gamma: this.gamma, lam: this.#lam }
    const advantages = generalisedAdvantages(rowStarts(rewards), rewards.values, values.values, options)
    const mask = lengthMask(lengths, this.#width)
    return {
      advantage: rowsOf(rewards, whitened(advantages, mask, 'reference')),
      returns: rowsOf(
        rewards,
        advantages.map((advantage, item) => advantage + (values.values[item] ?? 0)),
      ),
    }
  }
}
