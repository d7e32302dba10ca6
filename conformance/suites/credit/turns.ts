import { biLevelAdvantages } from '../../../rewards/estimator/bi-level.ts'
import { whitened } from '../../../rewards/estimator/sequences.ts'
import { normalised } from '../../../rewards/estimator/statistics.ts'
import { dualAdvantages, turnsOf } from '../../../rewards/estimator/turns.ts'
import type { Grouping } from '../../../rewards/grouping/grouping.ts'
import { creditHandler } from './handler.ts'
import { blocksOf, maskOf, matrixOf, rowStarts, rowsOf, totals } from './padded.ts'
import type { VectorRecord } from './record.ts'

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
  const float32 = record.object('expected_f32').only(['advantages', 'returns'])
  float32.expect('advantages', advantages, 1e-4)
  float32.expect('returns', returns, 1e-4)
})

const grouped = (groups: readonly (string | number)[]): Grouping => {
  const names = [...new Set(groups)]
  return { ids: Int32Array.from(groups, (group) => names.indexOf(group)), count: names.length }
}

export const mtGrpoHandler = creditHandler('MT-GRPO', 'mt_grpo', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['num_generations', 'turn_advantage_coef', 'epsilon'])
  const input = record.object('input')
  input.only(['completion_mask', 'result_segment', 'turn_reward', 'outcome_reward'])
  const [turn, outcome] = [input.numbers('turn_reward'), input.numbers('outcome_reward')]
  const groups = grouped(blocksOf(turn.length, args.number('num_generations')))
  const scored = (values: readonly number[]): Float64Array =>
    normalised(groups, Float64Array.from(values), {
      norm: 'mean_std_norm',
      epsilon: args.number('epsilon'),
      single: 'zero',
    })
  const parts = {
    turn: scored(turn),
    outcome: scored(outcome),
    combined: scored(turn.map((value, row) => value + (outcome[row] ?? 0))),
  }
  const expected = record.object('expected')
  expected.only(['turn_advantage', 'outcome_advantage', 'combined_advantage', 'advantages'])
  expected.expect('turn_advantage', parts.turn)
  expected.expect('outcome_advantage', parts.outcome)
  expected.expect('combined_advantage', parts.combined)
  expected.expect('advantages', assigned(input, parts, args.number('turn_advantage_coef')))
})

interface MtGrpoParts {
  readonly turn: Float64Array
  readonly outcome: Float64Array
  readonly combined: Float64Array
}

/** The turn's part reaches the model's tokens before the segment that holds the tool's result. */
function assigned(input: VectorRecord, { turn, outcome, combined }: MtGrpoParts, coefficient: number): unknown {
  const segments = input.numbers('result_segment')
  return input.matrix('completion_mask').map((mask, row) => {
    const segment = segments[row] ?? -1
    if (segment <= 0) return mask.map(() => combined[row] ?? 0)
    let boundaries = 0
    return mask.map((own, at) => {
      if (at > 0 && own !== mask[at - 1]) boundaries += 1
      return (outcome[row] ?? 0) + (own && boundaries < segment ? coefficient * (turn[row] ?? 0) : 0)
    })
  })
}

export const matchTirHandler = creditHandler('MatchTIR advantage', 'matchtir_dual_advantage', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['epsilon', 'lam', 'norm_adv_by_std_in_grpo'])
  const input = record.object('input').only(['uid', 'response_mask', 'token_level_rewards'])
  const rewards = matrixOf(input.matrix('token_level_rewards'))
  const turns = turnsOf({ starts: rowStarts(rewards), mask: maskOf(input.matrix('response_mask')) })
  const perTurn = new Float64Array(turns.index.length)
  turns.of.forEach((turn, item) => {
    if (turn >= 0) perTurn[turn] = (perTurn[turn] ?? 0) + (rewards.values[item] ?? 0)
  })
  const whole = Float64Array.from(totals(rewards, rewards.values))
  const advantages = dualAdvantages(turns, perTurn, whole, grouped(input.texts('uid')), {
    lam: args.number('lam'),
    norm: args.flag('norm_adv_by_std_in_grpo') ? 'mean_std_norm' : 'mean_norm',
    epsilon: args.number('epsilon'),
  })
  const onTokens = Float64Array.from(turns.of, (turn) => (turn < 0 ? 0 : (advantages[turn] ?? 0)))
  record.object('expected').only(['advantages']).expect('advantages', rowsOf(rewards, onTokens))
})
