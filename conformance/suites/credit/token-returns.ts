import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import igpo from '../../../rewards/advantage/igpo.ts'
import optimalTokenBaseline from '../../../rewards/advantage/optimal-token-baseline.ts'
import reinforce from '../../../rewards/advantage/reinforce.ts'
import { gainReturns } from '../../../rewards/estimator/information-gain.ts'
import { reversedSums } from '../../../rewards/estimator/sequences.ts'
import { VerifyMismatch } from '../../handler.ts'
import { expectClose, expectCloseFloat32 } from './close.ts'
import { creditHandler } from './handler.ts'
import { maskOf, matrixOf, rowStarts, rowsOf } from './padded.ts'
import type { VectorRecord } from './record.ts'
import { batchOfResponses, blockNames, tokenValues } from './token-rows.ts'

const FIELDS = ['name', 'args', 'input', 'expected', 'expected_f32']

export const openRlhfHandler = creditHandler('REINFORCE of OpenRLHF', 'openrlhf_global_norm', checkOpenRlhf)

const BASELINES = { reinforce: 'none', reinforce_baseline: 'group', flash_reinforce: 'batch' } as const

function checkOpenRlhf(record: VectorRecord): void {
  record.only(FIELDS)
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
  expectCloseFloat32(record, ['returns', 'advantages'], got)
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

export const igpoHandler = creditHandler('IGPO, first release', 'igpo', checkIgpo, ['turns'])

function checkIgpo(record: VectorRecord): void {
  record.only(FIELDS)
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
  expectAll(record, got)
}

function expectAll(record: VectorRecord, got: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(got)
  const expected = record.object('expected').only(names)
  for (const name of names) expectClose(expected, name, got[name])
  expectCloseFloat32(record, names, got)
}

function returnsOf(input: VectorRecord, gamma: number): unknown {
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

export const igpoTurnsHandler = creditHandler('IGPO, second release', 'igpo_turns', (record) => {
  record.only(FIELDS)
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
  expectAll(record, { advantages })
})

export const optimalBaselineHandler = creditHandler('optimal token baseline', 'otb', checkOptimalBaseline)

function checkOptimalBaseline(record: VectorRecord): void {
  record.only(FIELDS)
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
  expectAll(record, { returns, otb: align('columns'), tir_otb: align('tokens') })
}
