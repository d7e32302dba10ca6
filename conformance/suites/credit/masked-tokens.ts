import type { StepBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import gae from '../../../rewards/advantage/gae.ts'
import reinforcePlusPlus from '../../../rewards/advantage/reinforce-plus-plus.ts'
import { passingSums } from '../../../rewards/estimator/sequences.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS } from '../../vector-record.ts'
import { expectClose } from './close.ts'
import { divisorsOf, expectFloat32Fields, float32Noise, overRoot, together } from './float32.ts'
import { maskOf, matrixOf, rowStarts, rowsOf } from './padded.ts'
import { batchOfResponses, tokenValues } from './token-rows.ts'

const FIELDS = ['gae_advantage', 'gae_return', 'reinforce_pp_advantage', 'reinforce_pp_return']

/** GAE and REINFORCE++ of verl 0.9.1, where tokens that are not the agent's stand between others. */
export const maskedTokensHandler = caseFileHandler('masked tokens', 'verl_masked', (record) => {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(['gamma', 'lam'])
  const input = record.object('input').only(['response_mask', 'token_level_rewards', 'values'])
  const [mask, env, value] = [
    input.matrix('response_mask'),
    input.matrix('token_level_rewards'),
    input.matrix('values'),
  ]
  const batch = batchOfResponses({ groups: mask.map((_, row) => `${row}`), mask, perToken: { env, value } })
  const [gamma, lam] = [args.number('gamma'), args.number('lam')]
  const raw = gaeOf(batch, { gamma, lam, whiten: false })
  const got = {
    gae_advantage: gaeOf(batch, { gamma, lam }),
    gae_return: raw.map((row, at) => row.map((advantage, token) => advantage + (value[at]?.[token] ?? 0))),
    reinforce_pp_advantage: reinforceOf(batch, gamma),
    reinforce_pp_return: returnsOf(env, mask, gamma),
  }
  const expected = record.object('expected').only(FIELDS)
  for (const [name, values] of Object.entries(got)) expectClose(expected, name, values)
  const flatMask = mask.flat()
  /** Noise of values that are whitened over the agent's tokens, and of what they are before. */
  const noiseOf = (values: readonly (readonly number[])[], whiten: boolean): Float64Array => {
    const [divisor = 1] = whiten
      ? divisorsOf({ values: values.flat(), groups: together(flatMask), scale: overRoot() })
      : [1]
    const part = { groups: together(flatMask.map(() => 1)), scale: () => divisor }
    return float32Noise([values, env, value].map((each) => ({ ...part, values: each.flat() })))
  }
  const noise: Readonly<Record<string, Float64Array>> = {
    gae_advantage: noiseOf(raw, true),
    gae_return: noiseOf(raw, false),
    reinforce_pp_advantage: noiseOf(got.reinforce_pp_return, true),
    reinforce_pp_return: noiseOf(got.reinforce_pp_return, false),
  }
  expectFloat32Fields(
    record,
    Object.fromEntries(Object.entries(got).map(([name, ours]) => [name, { ours, noise: noise[name] ?? [] }])),
  )
})

const gaeOf = (batch: StepBatch, options: JsonObject) =>
  tokenValues(batch, gae.compute(batch, { mode: 'reference', ...options }).perToken)

const reinforceOf = (batch: StepBatch, gamma: number) =>
  tokenValues(batch, reinforcePlusPlus.compute(batch, { mode: 'reference', scoreOf: 'row', gamma }).perToken)

function returnsOf(env: readonly (readonly number[])[], mask: readonly (readonly number[])[], gamma: number) {
  const rewards = matrixOf(env)
  return rowsOf(rewards, passingSums({ starts: rowStarts(rewards), mask: maskOf(mask) }, rewards.values, gamma))
}
