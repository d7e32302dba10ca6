import { parseBatch } from '../../../core/batch/index.ts'
import biLevel from '../../../rewards/advantage/bi-level-gae.ts'
import matchTir from '../../../rewards/advantage/match-tir.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { divisorsOf, expectFloat32Fields, float32Noise, overRoot, together } from './float32.ts'
import { ordered } from './steps.ts'
import { sumOf, tokenValues } from './token-rows.ts'

/** Steps end where a token is paid. */
export const biLevelHandler = caseFileHandler('bi-level GAE', 'ragen_bilevel_gae', (record) => {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(['gamma', 'lam', 'high_level_gamma'])
  const input = record.object('input').only(['loss_mask', 'token_level_rewards', 'values'])
  const [rewards, values, masks] = [
    input.matrix('token_level_rewards'),
    input.matrix('values'),
    input.matrix('loss_mask'),
  ]
  const steps = rewards.flatMap((row, at) => stepsOf(row).map((range) => ({ ...range, at })))
  const cut = (matrix: readonly (readonly number[])[]) =>
    steps.map(({ at, start, end }) => (matrix[at] ?? []).slice(start, end))
  const batch = parseBatch({
    group: steps.map(() => 'all'),
    trajectory: steps.map(({ at }) => `${at}`),
    signals: { env: cut(rewards).map(sumOf), value: steps.map(() => 0) },
    perToken: { value: cut(values) },
    tokenMask: cut(masks),
  })
  const compute = (whiten: boolean): readonly (readonly number[])[] => {
    const options = { mode: 'reference', ...biLevelOptions(args), whiten }
    const rows = rewards.map((): number[] => [])
    tokenValues(batch, biLevel.compute(batch, options).perToken).forEach((own, step) => {
      rows[steps[step]?.at ?? 0]?.push(...own)
    })
    return rows
  }
  const raw = compute(false)
  const isOwn = (row: number, at: number): boolean => masks[row]?.[at] === 1
  const ours = {
    advantages: compute(true),
    returns: raw.map((row, r) => row.map((value, at) => (isOwn(r, at) ? value + (values[r]?.[at] ?? 0) : value))),
  }
  const [divisor = 1] = divisorsOf({ values: raw.flat(), groups: together(masks.flat()), scale: overRoot() })
  const noiseOver = (scale: number): Float64Array =>
    float32Noise(
      [raw, rewards, values].map((each) => ({
        values: each.flat(),
        groups: together(each.flat().map(() => 1)),
        scale: () => scale,
      })),
    )
  const expected = record.object('expected').only(['advantages', 'returns'])
  expected.expect('advantages', ours.advantages)
  expected.expect('returns', ours.returns)
  expectFloat32Fields(record, {
    advantages: { ours: ours.advantages, noise: noiseOver(divisor) },
    returns: { ours: ours.returns, noise: noiseOver(1) },
  })
})

const biLevelOptions = (args: VectorRecord) => ({
  gamma: args.number('gamma'),
  lam: args.number('lam'),
  highLevelGamma: args.number('high_level_gamma'),
})

/** Runs of items that end with one that is paid, and what is left. */
function stepsOf(rewards: readonly number[]): readonly { readonly start: number; readonly end: number }[] {
  const ends = rewards.flatMap((reward, at) => (reward === 0 ? [] : [at + 1]))
  const all = ends.at(-1) === rewards.length ? ends : [...ends, rewards.length]
  return all.map((end, at) => ({ start: all[at - 1] ?? 0, end }))
}

export const matchTirHandler = caseFileHandler('MatchTIR advantage', 'matchtir_dual_advantage', (record) => {
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
