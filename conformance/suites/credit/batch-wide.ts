import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import gdpo from '../../../rewards/advantage/gdpo.ts'
import grpoBatchScale from '../../../rewards/advantage/grpo-batch-scale.ts'
import maxRl from '../../../rewards/advantage/max-rl.ts'
import prpo from '../../../rewards/advantage/prpo.ts'
import rlooNormalised from '../../../rewards/advantage/rloo-normalised.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectClose } from './close.ts'
import {
  expectFloat32Fields,
  float32Noise,
  type GroupMoments,
  groupedBy,
  overDeviation,
  overRoot,
  type Part,
  together,
} from './float32.ts'
import { batchOfResponses, blockNames, onTokens, rowValues, sumOf } from './token-rows.ts'

export const gdpoHandler = caseFileHandler('GDPO of verl', 'gdpo', checkGdpo, ['trl'])

function checkGdpo(record: VectorRecord): void {
  const { args, input } = partsOf(record, ['epsilon', 'norm_adv_by_std', 'reward_keys', 'reward_weights'])
  input.only(['uid', 'response_mask', 'attention_length', 'rewards', 'token_level_rewards'])
  const mask = input.matrix('response_mask')
  const rewards = input.has('rewards') ? input.object('rewards') : null
  const signals = rewards
    ? Object.fromEntries(rewards.names.map((name) => [name, rewards.maybeNumbers(name)]))
    : { env: input.matrix('token_level_rewards').map(sumOf) }
  const batch = batchOfResponses({ groups: input.texts('uid'), mask, signals })
  const keys = args.at('reward_keys') === null ? Object.keys(signals) : args.texts('reward_keys')
  const credit = gdpo.compute(batch, {
    mode: 'reference',
    rewards: keys,
    weights: args.at('reward_weights') === null ? [] : args.numbers('reward_weights'),
    norm: args.flag('norm_adv_by_std') ? 'mean_std_norm' : 'mean_norm',
    epsilon: args.number('epsilon'),
  })
  const own = rowValues(batch, credit)
  expectUnknown(record, own, (row) => keys.some((key) => signals[key]?.[row] === null))
  const expected = record.object('expected').only(['advantages'])
  if (expected.at('advantages') === 'raises') expectNothing(record, own)
  else
    expectAdvantages(
      record,
      onTokens(mask, own),
      gdpoNoise(record, signals, inSourceOrder(batch, credit.parts.sum ?? NONE)),
    )
}

const NONE = new Float64Array()

type Signals = Readonly<Record<string, readonly (number | null)[]>>

/** Noise of each token: from the deviations of each reward, then from that of the sums over the tokens. */
function gdpoNoise(record: VectorRecord, signals: Signals, sums: Float64Array): Float64Array {
  const [args, input] = [record.object('args'), record.object('input')]
  const mask = input.matrix('response_mask')
  const scale = overDeviation(args.number('epsilon'), args.flag('norm_adv_by_std') ? 'mean_std_norm' : 'mean_norm')
  const weights = args.at('reward_weights') === null ? [] : args.numbers('reward_weights')
  const parts = Object.values(signals).map((values, key) => ({
    ...knownPart(values, input.texts('uid')),
    scale,
    weight: weights[key] ?? 1,
  }))
  const spread = (values: ArrayLike<number>) => mask.flatMap((row, at) => row.map(() => values[at] ?? 0))
  const whole = { groups: together(mask.flat()), scale: overRoot() }
  return float32Noise([{ ...whole, values: spread(sums), before: spread(float32Noise(parts)) }])
}

/** Known values in groups by name. */
const knownPart = (values: readonly (number | null)[], names: readonly string[]): Part => ({
  values: values.map((value) => value ?? 0),
  groups: groupedBy(names.map((name, row) => (values[row] === null ? null : name))),
})

/** A row that lacks what it needs has no advantage. */
function expectUnknown(record: VectorRecord, own: readonly (number | null)[], lacks: (row: number) => boolean): void {
  const bad = own.findIndex((value, row) => value !== null && lacks(row))
  if (bad !== -1) throw new VerifyMismatch(`${record.path} row ${bad}`, null, own[bad])
}

/** Where the reference raises, no row has an advantage. */
function expectNothing(record: VectorRecord, own: readonly (number | null)[]): void {
  const some = own.find((value) => value !== null)
  if (some !== undefined) throw new VerifyMismatch(`${record.path}.expected.advantages`, 'raises', some)
  const float32 = record.has('expected_f32') ? record.object('expected_f32').only(['advantages']) : null
  if (float32 && float32.at('advantages') !== 'raises')
    throw new VerifyMismatch(`${float32.path}.advantages`, float32.at('advantages'), 'raises')
}

function partsOf(record: VectorRecord, args: readonly string[]) {
  record.only(CASE_FIELDS)
  return { args: record.object('args').only(args), input: record.object('input') }
}

export const gdpoTrlHandler = caseFileHandler('GDPO of TRL', 'gdpo_trl', (record) => {
  const { args, input } = partsOf(record, ['num_generations', 'reward_weights', 'epsilon'])
  const rows = input.only(['rewards']).maybeMatrix('rewards')
  const weights = args.numbers('reward_weights')
  const rewards = weights.map((_, key) => `reward ${key}`)
  const batch = parseBatch({
    ...completions(rows.length, args.number('num_generations')),
    signals: Object.fromEntries(rewards.map((name, key) => [name, rows.map((row) => row[key] ?? null)])),
  })
  const options = { mode: 'reference', form: 'trl', rewards, weights, epsilon: args.number('epsilon') }
  const credit = gdpo.compute(batch, options)
  const own = rowValues(batch, credit)
  const isUnscored = (row: number): boolean => rows[row]?.every((value) => value === null) ?? false
  expectUnknown(record, own, isUnscored)
  const scale = overDeviation(args.number('epsilon'))
  const names = blockNames(rows.length, args.number('num_generations'))
  const parts = weights.map((weight, key) => ({
    ...knownPart(
      rows.map((row) => row[key] ?? null),
      names,
    ),
    ...{ scale, weight },
  }))
  const values = inSourceOrder(batch, credit.parts.sum ?? NONE)
  const groups = groupedBy(rows.map((_, row) => (isUnscored(row) ? null : 0)))
  expectAdvantages(
    record,
    own.map((value, row) => (isUnscored(row) ? 0 : value)),
    float32Noise([{ values, groups, scale, before: float32Noise(parts) }]),
  )
})

const completions = (count: number, size: number) => ({
  group: blockNames(count, size),
  trajectory: Array.from({ length: count }, (_, row) => `${row}`),
})

function expectAdvantages(record: VectorRecord, advantages: unknown, noise: ArrayLike<number>): void {
  expectClose(record.object('expected').only(['advantages']), 'advantages', advantages)
  expectFloat32Fields(record, { advantages: { ours: advantages, noise } })
}

/** A completion's known rewards, weighted and added; null where it has none. */
const weightedSum = (row: readonly (number | null)[], weights: readonly number[]): number | null =>
  row.every((value) => value === null) ? null : sumOf(row.map((value, key) => (value ?? 0) * (weights[key] ?? 0)))

/** TRL has 0 where a completion has no reward. */
function checkCompletions(
  record: VectorRecord,
  estimator: Estimator,
  args: VectorRecord,
  options: JsonObject & { readonly epsilon: number },
): void {
  const rows = record.object('input').only(['rewards']).maybeMatrix('rewards')
  const env = rows.map((row) => weightedSum(row, args.numbers('reward_weights')))
  const batch = parseBatch({ ...completions(rows.length, args.number('num_generations')), signals: { env } })
  const own = rowValues(batch, estimator.compute(batch, { mode: 'reference', ...options }))
  expectUnknown(record, own, (row) => env[row] === null)
  const isPlain = options.normalise === false
  const part = knownPart(env, blockNames(env.length, isPlain ? args.number('num_generations') : env.length))
  const scale = overDeviation(options.epsilon, isPlain ? 'mean_norm' : 'mean_std_norm')
  expectAdvantages(
    record,
    own.map((value, row) => (env[row] === null ? 0 : value)),
    float32Noise([{ ...part, scale }]),
  )
}

export const trlBatchScaleHandler = caseFileHandler('GRPO scaled by the batch, of TRL', 'trl_batch_scale', (record) => {
  const { args } = partsOf(record, ['num_generations', 'reward_weights', 'scale_rewards', 'epsilon'])
  if (args.text('scale_rewards') !== 'batch')
    throw new VerifyMismatch(`${args.path}.scale_rewards`, args.at('scale_rewards'), 'batch')
  checkCompletions(record, grpoBatchScale, args, { epsilon: args.number('epsilon') })
})

export const trlRlooHandler = caseFileHandler('RLOO normalised, of TRL', 'trl_rloo_normalize', (record) => {
  const fields = ['num_generations', 'reward_weights', 'normalize_advantages', 'reward_clip_range', 'epsilon']
  const { args } = partsOf(record, fields)
  checkCompletions(record, rlooNormalised, args, {
    normalise: args.flag('normalize_advantages'),
    epsilon: args.number('epsilon'),
    rewardRange: args.at('reward_clip_range') === null ? [] : args.numbers('reward_clip_range'),
  })
})

export const prpoHandler = caseFileHandler('PRPO of rLLM', 'rllm_prpo', (record) => {
  const { args, input } = partsOf(record, ['epsilon'])
  const groups = input.only(['rewards']).maybeMatrix('rewards')
  const env = groups.flat()
  const batch = parseBatch({
    group: groups.flatMap((rows, group) => rows.map(() => `${group}`)),
    trajectory: env.map((_, row) => `${row}`),
    signals: { env },
  })
  const expected = record.object('expected').only(['prpo', 'reinforce_pp_baseline'])
  for (const [name, baseline] of [
    ['prpo', 'batch'],
    ['reinforce_pp_baseline', 'group'],
  ] as const) {
    const options = { mode: 'reference', baseline, epsilon: args.number('epsilon') }
    const own = rowValues(batch, prpo.compute(batch, options))
    expectUnknown(record, own, (row) => env[row] === null)
    const ends = groups.map((_, group) => sumOf(groups.slice(0, group + 1).map(({ length }) => length)))
    expectClose(
      expected,
      name,
      ends.map((end, group) => own.slice(end - (groups[group]?.length ?? 0), end)),
    )
  }
})

export const maxRlHandler = caseFileHandler('MaxRL of SkyRL', 'maxrl', checkMaxRl, ['prime_rl'])

function checkMaxRl(record: VectorRecord): void {
  const { args, input } = partsOf(record, ['epsilon'])
  input.only(['uid', 'response_mask', 'token_level_rewards'])
  const mask = input.matrix('response_mask')
  const env = input.maybeMatrix('token_level_rewards').map(knownSum)
  const batch = batchOfResponses({ groups: input.texts('uid'), mask, signals: { env } })
  const own = rowValues(batch, maxRl.compute(batch, { mode: 'reference', epsilon: args.number('epsilon') }))
  expectUnknown(record, own, (row) => env[row] === null)
  const scale = ({ size, mean }: GroupMoments): number => (size === 1 ? 1 : Math.abs(mean + args.number('epsilon')))
  const noise = float32Noise([{ ...knownPart(env, input.texts('uid')), scale }])
  expectAdvantages(
    record,
    onTokens(mask, own),
    mask.flatMap((row, at) => row.map(() => quotientNoise(noise[at], own[at]))),
  )
}

/** The divisor of a quotient is off too. */
const quotientNoise = (noise = 0, quotient: number | null = 0): number => noise * (1 + Math.abs(quotient ?? 0))

const knownSum = (row: readonly (number | null)[]): number | null =>
  row.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0)

export const maxRlPrimeHandler = caseFileHandler('MaxRL of prime-rl', 'maxrl_prime_rl', (record) => {
  const { input } = partsOf(record, [])
  const env = input.only(['rewards']).numbers('rewards')
  const batch = parseBatch({ ...completions(env.length, env.length), signals: { env } })
  const own = rowValues(batch, maxRl.compute(batch, { mode: 'reference', form: 'prime-rl' }))
  const scale = ({ mean }: GroupMoments): number => Math.abs(mean) || 1
  const noise = float32Noise([{ values: env, groups: together(env.map(() => 1)), scale }])
  expectAdvantages(
    record,
    own,
    noise.map((each, row) => quotientNoise(each, own[row])),
  )
})
