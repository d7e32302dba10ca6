import gigpo from '../../../rewards/advantage/gigpo.ts'
import { discountedReturns, stepSignal } from '../../../rewards/estimator/signals.ts'
import { anchorGroups } from '../../../rewards/grouping/anchor.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import { similarityGroups } from '../../../rewards/grouping/similarity.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectFloat32, float32Noise, overDeviation } from './float32.ts'
import { byAppearance, ordered, STEP_INPUTS, stepBatch } from './steps.ts'

export const gigpoHandler = caseFileHandler('GiGPO', 'gigpo', checkGigpo)

function checkGigpo(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(ARGS)
  const batch = stepBatch(record.object('input').only(STEP_INPUTS))
  const column = batch.anchors.get('text')
  if (column === undefined) throw new Error('the batch has no anchors')
  const options = {
    mode: 'reference',
    norm: args.text('mode'),
    gamma: args.number('gamma'),
    stepAdvantageW: args.number('step_advantage_w'),
    epsilon: args.number('epsilon'),
    invalidActionPenalty: args.number('invalid_action_penalty_coef'),
    enableSimilarity: args.flag('enable_similarity'),
    similarityThresh: args.number('similarity_thresh'),
  }
  const { advantages, parts } = gigpo.compute(batch, options)
  const perTrajectory = gigpo.compute(batch, { ...options, crossSteps: false }).parts.episode
  const episodes = episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))
  const groups = options.enableSimilarity
    ? similarityGroups(episodes, batch, column, options.similarityThresh)
    : anchorGroups(episodes, column)
  const returns = discountedReturns(batch, stepSignal(batch, 'env'), options.gamma)
  const expected = record.object('expected').only(FIELDS)
  expected.expect('step_returns', originals(record, ordered(batch, returns.values)))
  expected.expect('step_returns_after_penalty', ordered(batch, parts.returns))
  expected.expect('episode_score_after_penalty', ordered(batch, parts.score))
  expected.expect('step_group', byAppearance(batch, groups), 0)
  expected.expect('episode_advantage', ordered(batch, parts.episode))
  expected.expect('episode_advantage_per_trajectory', ordered(batch, perTrajectory))
  expected.expect('step_advantage', ordered(batch, parts.step))
  expected.expect('advantage', ordered(batch, advantages))
  const rule = { scale: overDeviation(options.epsilon, options.norm) }
  const step = { ...rule, groups, values: parts.returns ?? new Float64Array() }
  const episode = { ...rule, groups: episodes, values: parts.score ?? new Float64Array() }
  const joint = [episode, { ...step, weight: options.stepAdvantageW }]
  const float32 = record.object('expected_f32').only(['step_advantage', 'advantage'])
  expectFloat32(float32, 'step_advantage', ordered(batch, parts.step), ordered(batch, float32Noise([step])))
  expectFloat32(float32, 'advantage', ordered(batch, advantages), ordered(batch, float32Noise(joint)))
}

/** `step_returns` are from before the copies were appended in some records, from after it in others. */
function originals(record: VectorRecord, returns: readonly number[]): readonly number[] {
  return returns.slice(0, record.object('expected').list('step_returns').length)
}

const ARGS = [
  'mode',
  'gamma',
  'step_advantage_w',
  'epsilon',
  'invalid_action_penalty_coef',
  'enable_similarity',
  'similarity_thresh',
]
const FIELDS = [
  'step_returns',
  'step_returns_after_penalty',
  'episode_score_after_penalty',
  'step_group',
  'episode_advantage',
  'episode_advantage_per_trajectory',
  'step_advantage',
  'advantage',
]
