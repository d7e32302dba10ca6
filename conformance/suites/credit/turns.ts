import { parseBatch } from '../../../core/batch/index.ts'
import biLevel from '../../../rewards/advantage/bi-level-gae.ts'
import matchTir from '../../../rewards/advantage/match-tir.ts'
import { biLevelAdvantages } from '../../../rewards/estimator/bi-level.ts'
import { whitened } from '../../../rewards/estimator/sequences.ts'
import { VerifyMismatch } from '../../handler.ts'
import { creditHandler } from './handler.ts'
import { maskOf, matrixOf, rowStarts, rowsOf } from './padded.ts'
import type { VectorRecord } from './record.ts'
import { ordered } from './steps.ts'
import { sumOf, tokenValues } from './token-rows.ts'

export const biLevelHandler = creditHandler('bi-level GAE', 'ragen_bilevel_gae', (record) => {
  record.only(['name', 'args', 'input', 'expected', 'expected_f32'])
  const args = record.object('args').only(['gamma', 'lam', 'high_level_gamma'])
  const input = record.object('input').only(['loss_mask', 'token_level_rewards', 'values'])
  const rewards = matrixOf(input.matrix('token_level_rewards'))
  const { values } = matrixOf(input.matrix('values'))
  const mask = maskOf(input.matrix('loss_mask'))
  const isEnd = Uint8Array.from(rewards.values, (reward) => (reward === 0 ? 0 : 1))
  const result = biLevelAdvantages({ starts: rowStarts(rewards), mask }, rewards.values, values, isEnd, {
    gamma: args.number('gamma'),
    lam: args.number('lam'),
    highLevelGamma: args.number('high_level_gamma'),
  })
  const advantages = rowsOf(rewards, whitened(result.advantages, mask, 'reference'))
  const returns = rowsOf(rewards, result.returns)
  const expected = record.object('expected').only(['advantages', 'returns'])
  expected.expect('advantages', advantages)
  expected.expect('returns', returns)
  checkBiLevel(record)
  const float32 = record.object('expected_f32').only(['advantages', 'returns'])
  float32.expect('advantages', advantages, 1e-4)
  float32.expect('returns', returns, 1e-4)
})

/** The estimator, on steps that end where a token is paid: what is not the agent's is whitened there, and not here. */
function checkBiLevel(record: VectorRecord): void {
  const [args, input] = [record.object('args'), record.object('input')]
  const [rewards, values, masks] = ['token_level_rewards', 'values', 'loss_mask'].map((name) => input.matrix(name))
  const steps = (rewards ?? []).flatMap((row, at) => stepsOf(row).map((range) => ({ ...range, at })))
  const cut = (matrix: readonly (readonly number[])[] = []) =>
    steps.map(({ at, start, end }) => (matrix[at] ?? []).slice(start, end))
  const batch = parseBatch({
    group: steps.map(() => 'all'),
    trajectory: steps.map(({ at }) => `${at}`),
    signals: { env: cut(rewards).map(sumOf), value: steps.map(() => 0) },
    perToken: { value: cut(values) },
    tokenMask: cut(masks),
  })
  const { perToken } = biLevel.compute(batch, {
    mode: 'reference',
    gamma: args.number('gamma'),
    lam: args.number('lam'),
    highLevelGamma: args.number('high_level_gamma'),
  })
  const ours = tokenValues(batch, perToken)
  const expected = record.object('expected').matrix('advantages')
  steps.forEach(({ at, start, end }, step) => {
    for (let item = start; item < end; item++) {
      const [wanted, got] = [expected[at]?.[item] ?? Number.NaN, ours[step]?.[item - start] ?? Number.NaN]
      if (masks?.[at]?.[item] && !(Math.abs(wanted - got) <= 1e-9))
        throw new VerifyMismatch(`${record.path}.expected.advantages[${at}][${item}]`, wanted, got)
    }
  })
}

/** Runs of items that end with one that is paid, and what is left. */
function stepsOf(rewards: readonly number[]): readonly { readonly start: number; readonly end: number }[] {
  const ends = rewards.flatMap((reward, at) => (reward === 0 ? [] : [at + 1]))
  const all = ends.at(-1) === rewards.length ? ends : [...ends, rewards.length]
  return all.map((end, at) => ({ start: all[at - 1] ?? 0, end }))
}

export const matchTirHandler = creditHandler('MatchTIR advantage', 'matchtir_dual_advantage', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['epsilon', 'lam', 'norm_adv_by_std_in_grpo'])
  const input = record.object('input').only(['uid', 'response_mask', 'token_level_rewards'])
  const [masks, rewards, groups] = [
    input.matrix('response_mask'),
    input.matrix('token_level_rewards'),
    input.texts('uid'),
  ]
  const turns = masks.flatMap((mask, at) => turnsOf(mask).map((range) => ({ ...range, at })))
  const batch = parseBatch({
    group: turns.map(({ at }) => groups[at]),
    trajectory: turns.map(({ at }) => `${at}`),
    signals: { env: turns.map(({ at, start, end }) => sumOf((rewards[at] ?? []).slice(start, end))) },
    outcomes: { total: turns.map(({ at }) => sumOf(rewards[at] ?? [])) },
  })
  const { advantages } = matchTir.compute(batch, {
    mode: 'reference',
    outcome: 'total',
    lam: args.number('lam'),
    norm: args.flag('norm_adv_by_std_in_grpo') ? 'mean_std_norm' : 'mean_norm',
    epsilon: args.number('epsilon'),
  })
  const ours = ordered(batch, advantages)
  const onTokens = masks.map((mask) => mask.map(() => 0))
  turns.forEach(({ at, start, end }, turn) => {
    onTokens[at]?.fill(ours[turn] ?? Number.NaN, start, end)
  })
  record.object('expected').only(['advantages']).expect('advantages', onTokens)
})

/** Maximal runs of unmasked items. */
function turnsOf(mask: readonly number[]): readonly { readonly start: number; readonly end: number }[] {
  const starts = mask.flatMap((own, at) => (own && !mask[at - 1] ? [at] : []))
  return starts.map((start) => {
    const length = mask.slice(start).findIndex((own) => !own)
    return { start, end: length === -1 ? mask.length : start + length }
  })
}
