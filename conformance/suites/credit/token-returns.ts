import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import igpo from '../../../rewards/advantage/igpo.ts'
import optimalTokenBaseline from '../../../rewards/advantage/optimal-token-baseline.ts'
import reinforce from '../../../rewards/advantage/reinforce.ts'
import { gainReturns } from '../../../rewards/estimator/information-gain.ts'
import { reversedSums } from '../../../rewards/estimator/sequences.ts'
import { momentsOf } from '../../../rewards/estimator/statistics.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectClose } from './close.ts'
import {
  divisorsOf,
  expectFloat32Fields,
  float32Noise,
  type GroupMoments,
  groupedBy,
  overDeviation,
  overRoot,
  together,
} from './float32.ts'
import { maskOf, matrixOf, rowStarts, rowsOf } from './padded.ts'
import { batchOfResponses, blockNames, tokenValues } from './token-rows.ts'

export const openRlhfHandler = caseFileHandler('REINFORCE of OpenRLHF', 'openrlhf_global_norm', checkOpenRlhf)

const BASELINES = { reinforce: 'none', reinforce_baseline: 'group', flash_reinforce: 'batch' } as const

function checkOpenRlhf(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args')
  args.only(['estimator', 'n_samples_per_prompt', 'gamma', 'no_std_norm', 'kl_coef', 'reward_clip_range'])
  const input = record.object('input').only(['rewards', 'experiences'])
  const experiences = input.objects('experiences').map((each) => each.only(['index', 'action_mask', 'kl']))
  const rewards = input.numbers('rewards')
  const places = experiences.flatMap((each) => each.numbers('index'))
  const names = blockNames(rewards.length, args.number('n_samples_per_prompt'))
  const batch = parseBatch({
    group: places.map((place) => names[place] ?? ''),
    trajectory: places.map((place) => `${place}`),
    outcomes: { env: places.map((place) => rewards[place] ?? null) },
    tokenMask: experiences.flatMap((each) => each.matrix('action_mask')),
    perToken: { kl: experiences.flatMap((each) => each.matrix('kl')) },
  })
  const kind = args.text('estimator')
  const [rewardLow = 0, rewardHigh = 0] = args.at('reward_clip_range') === null ? [] : args.numbers('reward_clip_range')
  const compute = (norm: string): unknown => {
    const credit = reinforce.compute(batch, {
      mode: 'reference',
      baseline: baselineOf(args, kind),
      norm,
      gamma: args.number('gamma'),
      klCoef: args.number('kl_coef'),
      rewardLow,
      rewardHigh,
    })
    return split(tokenValues(batch, credit.perToken), experiences)
  }
  const norm = kind === 'flash_reinforce' ? 'none' : args.flag('no_std_norm') ? 'mean_norm' : 'mean_std_norm'
  const got = { returns: compute('none'), advantages: compute(norm) }
  const expected = record.object('expected').only(['returns', 'advantages'])
  expectClose(expected, 'returns', got.returns)
  expectClose(expected, 'advantages', got.advantages)
  const mask = experiences.flatMap((each) => each.matrix('action_mask').flat())
  const values = [got.returns].flat(3).map(Number)
  const all = together(mask.map(() => 1))
  const before = float32Noise([
    { values, groups: all },
    { values: mask.map((_, at) => rewards[at] ?? 0), groups: all },
  ])
  const part = { values, groups: all, correction: 0, before } as const
  const scale = norm === 'mean_std_norm' ? scaleOver(values, mask) : () => 1
  expectFloat32Fields(record, {
    returns: { ours: got.returns, noise: before },
    advantages: { ours: got.advantages, noise: float32Noise([{ ...part, scale }]) },
  })
}

/** The deviation of the agent's tokens (population), as it divides all. */
function scaleOver(values: readonly number[], mask: readonly number[]): () => number {
  const { deviations } = momentsOf(together(mask), Float64Array.from(values), { correction: 0, mode: 'reference' })
  return () => Math.max(deviations[0] || 0, 1e-4)
}

function baselineOf(args: VectorRecord, kind: string): string {
  const found = Object.entries(BASELINES).find(([name]) => name === kind)
  if (found) return found[1]
  throw new VerifyMismatch(`${args.path}.estimator`, kind, Object.keys(BASELINES))
}

/** Rows by experience. */
function split(rows: readonly unknown[], experiences: readonly VectorRecord[]): unknown {
  let end = 0
  return experiences.map((each) => {
    const { length } = each.numbers('index')
    end += length
    return rows.slice(end - length, end)
  })
}

export const igpoHandler = caseFileHandler('IGPO, first release', 'igpo', checkIgpo, ['turns'])

function checkIgpo(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(['discounted_gamma', 'discounted_norm_by_std', 'epsilon'])
  const input = record.object('input').only(['uid', 'response_mask', 'token_level_rewards'])
  const gamma = args.number('discounted_gamma')
  const discounted = {
    form: 'first-position',
    gamma,
    norm: args.flag('discounted_norm_by_std') ? 'mean_std_norm' : 'mean_norm',
    epsilon: args.number('epsilon'),
  }
  const got = {
    advantages: gainAdvantages(input, { form: 'positions' }),
    returns: returnsOf(input, 1),
    discounted_advantages: gainAdvantages(input, discounted),
    discounted_returns: returnsOf(input, gamma),
  }
  const returns = returnsOf(input, gamma)
  const firsts = returns.map(([first = 0]) => first)
  const uids = input.texts('uid')
  const divisors = divisorsOf({
    values: firsts,
    groups: groupedBy(uids),
    scale: overDeviation(discounted.epsilon, discounted.norm),
  })
  const plain = tokenNoise(input, returns)
  const scaled = tokenNoise(input, returns, divisors)
  expectAll(record, got, {
    advantages: plain,
    returns: plain,
    discounted_advantages: scaled,
    discounted_returns: plain,
  })
}

type Fields<T> = Readonly<Record<string, T>>

function expectAll(record: VectorRecord, got: Fields<unknown>, noise: Fields<ArrayLike<number>>): void {
  const names = Object.keys(got)
  const expected = record.object('expected').only(names)
  for (const name of names) expectClose(expected, name, got[name])
  expectFloat32Fields(
    record,
    Object.fromEntries(names.map((name) => [name, { ours: got[name], noise: noise[name] ?? [] }])),
  )
}

/** Noise of each token, from the largest value of its group. @param divisors of each group, 1 where absent */
function tokenNoise(input: VectorRecord, values: Rows, divisors: readonly number[] = []): Float64Array {
  const uids = input.texts('uid')
  const groups = groupedBy(values.flatMap((row, at) => row.map(() => uids[at] ?? null)))
  const rewards = input.maybeMatrix('token_level_rewards').flatMap((row) => row.map((value) => value ?? 0))
  const scale = ({ group }: GroupMoments): number => divisors[group] ?? 1
  return float32Noise([values.flat(), rewards].map((each) => ({ values: each, groups, scale })))
}

type Rows = readonly (readonly number[])[]

function returnsOf(input: VectorRecord, gamma: number): Rows {
  const rewards = matrixOf(input.matrix('token_level_rewards'))
  const sequences = { starts: rowStarts(rewards), mask: maskOf(input.matrix('response_mask')) }
  return rowsOf(rewards, gainReturns(sequences, rewards.values, gamma))
}

/** The outcome stands on a row's last token of the agent; all else are gains. */
function gainAdvantages(input: VectorRecord, options: JsonObject): unknown {
  const [mask, rewards] = [input.matrix('response_mask'), input.matrix('token_level_rewards')]
  const last = mask.map((row) => row.lastIndexOf(1))
  const batch = batchOfResponses({
    groups: input.texts('uid'),
    mask,
    signals: { success: last.map((at, row) => rewards[row]?.[at] ?? 0) },
    perToken: { gain: rewards },
  })
  return tokenValues(batch, igpo.compute(batch, { mode: 'reference', ...options }).perToken)
}

export const igpoTurnsHandler = caseFileHandler('IGPO, second release', 'igpo_turns', (record) => {
  record.only(CASE_FIELDS)
  const args = record.object('args')
  args.only([
    'gamma',
    'info_gain_norm_mode',
    'norm_adv_by_std',
    'epsilon',
    'curriculum_f1_weight',
    'curriculum_ig_weight',
  ])
  const input = record.object('input').only(['uid', 'response_mask', 'token_level_rewards'])
  const advantages = gainAdvantages(input, {
    form: 'turns',
    gamma: args.number('gamma'),
    pool: args.text('info_gain_norm_mode'),
    norm: args.flag('norm_adv_by_std') ? 'mean_std_norm' : 'mean_norm',
    epsilon: args.number('epsilon'),
    outcomeWeight: args.number('curriculum_f1_weight'),
    gainWeight: args.number('curriculum_ig_weight'),
  })
  expectAll(record, { advantages }, { advantages: turnNoise(args, input) })
})

/** What all turns of a trajectory together are off by, on each of its tokens. */
function turnNoise(args: VectorRecord, input: VectorRecord): readonly number[] {
  const [mask, rewards, uids] = [input.matrix('response_mask'), input.matrix('token_level_rewards'), input.texts('uid')]
  const cells = mask.flatMap((own, row) => {
    const outcomeAt = own.reduce((sum, each) => sum + each, 0) - 1
    return own.map((isOwn, at) => ({ row, isOutcome: at === outcomeAt, value: rewards[row]?.[at] ?? 0, isOwn }))
  })
  const isSeparate = args.text('info_gain_norm_mode') === 'separate'
  const groups = groupedBy(
    cells.map(({ row, isOutcome, value, isOwn }) =>
      isOwn && (isOutcome || value !== 0) ? `${uids[row]}${isSeparate && isOutcome ? ', outcomes' : ''}` : null,
    ),
  )
  const epsilon = args.number('epsilon')
  const isPlain = !args.flag('norm_adv_by_std')
  const noise = float32Noise([
    {
      groups,
      values: cells.map(
        ({ isOutcome, value }) => value * args.number(isOutcome ? 'curriculum_f1_weight' : 'curriculum_ig_weight'),
      ),
      correction: 0,
      scale: (moments) => (isPlain ? 1 : overRoot()(moments) + epsilon),
    },
  ])
  const totals = mask.map((_, row) => noise.reduce((sum, each, at) => sum + (cells[at]?.row === row ? each : 0), 0))
  return cells.map(({ row }) => totals[row] ?? 0)
}

export const optimalBaselineHandler = caseFileHandler('optimal token baseline', 'otb', checkOptimalBaseline)

function checkOptimalBaseline(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(['handle_zero_tail', 'epsilon'])
  const input = record.object('input')
  const mask = input.matrix('response_mask')
  const weights = input.at('rollout_is_weights') === null ? null : input.matrix('rollout_is_weights')
  const rewards = input.maybeMatrix('token_level_rewards')
  const env = rewards.map((row) => (row.some((value) => value === null) ? null : row.map((value) => value ?? 0)))
  const batch = batchOfResponses({
    groups: input.texts('uid'),
    mask,
    perToken: { env, squares: input.matrix('sum_pi_squared'), ...(weights && { weights }) },
    logProbs: input.matrix('old_log_probs'),
  })
  const options = {
    mode: 'reference',
    sumPiSquared: 'squares',
    weights: weights ? 'weights' : '',
    zeroTail: args.flag('handle_zero_tail'),
    epsilon: args.number('epsilon'),
  }
  const align = (how: string): unknown =>
    tokenValues(batch, optimalTokenBaseline.compute(batch, { ...options, align: how }).perToken)
  const shape = matrixOf(mask)
  const own = Float64Array.from(rewards.flat(), (value, at) => (shape.values[at] ? (value ?? 0) : 0))
  const returns = rowsOf(shape, reversedSums(rowStarts(shape), own))
  const noise = tokenNoise(input, returns)
  expectAll(
    record,
    { returns, otb: align('columns'), tir_otb: align('tokens') },
    { returns: noise, otb: noise, tir_otb: noise },
  )
}
