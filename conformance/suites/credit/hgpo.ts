import hgpo from '../../../rewards/advantage/hgpo.ts'
import { anchorColumn } from '../../../rewards/estimator/signals.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import { historyGroups, previousRows } from '../../../rewards/grouping/history.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectFloat32, float32Noise, overDeviation } from './float32.ts'
import { ordered, penalisedScores, STEP_INPUTS, stepBatch } from './steps.ts'

export const hgpoHandler = caseFileHandler('HGPO', 'hgpo', checkHgpo)

function checkHgpo(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(ARGS)
  const batch = stepBatch(record.object('input').only(STEP_INPUTS))
  const historyLength = args.number('history_length')
  const norm = args.text('mode')
  const { advantages, parts } = hgpo.compute(batch, {
    mode: 'reference',
    norm,
    historyLength,
    lengthWeightAlpha: args.number('length_weight_alpha'),
    baseGroup: args.flag('base_group'),
    gamma: args.number('gamma'),
    epsilon: args.number('epsilon'),
    invalidActionPenalty: args.number('invalid_action_penalty_coef'),
  })
  const expected = record.object('expected').only(['step_returns_after_penalty', 'advantage'])
  expected.expect('step_returns_after_penalty', ordered(batch, parts.returns))
  expected.expect('advantage', ordered(batch, advantages))
  const episodes = episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))
  const nested = historyGroups(episodes, anchorColumn(batch, 'text'), previousRows(batch, true), historyLength + 1)
  const rule = { scale: overDeviation(args.number('epsilon'), norm) }
  const returns = parts.returns ?? new Float64Array()
  const levels = nested.map((groups) => ({ ...rule, groups, values: returns, correction: 0 as const }))
  const scores = penalisedScores(batch, args.number('invalid_action_penalty_coef'))
  const base = args.flag('base_group') ? [{ ...rule, groups: episodes, values: scores }] : []
  const float32 = record.object('expected_f32').only(['advantage'])
  expectFloat32(float32, 'advantage', ordered(batch, advantages), ordered(batch, float32Noise([...base, ...levels])))
}

const ARGS = [
  'history_length',
  'mode',
  'length_weight_alpha',
  'base_group',
  'gamma',
  'epsilon',
  'invalid_action_penalty_coef',
]
