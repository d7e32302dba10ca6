import { parseBatch } from '../../../core/batch/index.ts'
import kevin from '../../../rewards/advantage/kevin.ts'
import stepReinforce from '../../../rewards/advantage/step-reinforce.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectClose } from './close.ts'
import {
  divisorsOf,
  expectFloat32Fields,
  float32Noise,
  groupedBy,
  overDeviation,
  overRoot,
  type Part,
} from './float32.ts'
import { ordered } from './steps.ts'
import { rowValues, sumOf, tokenValues } from './token-rows.ts'

export const turnReturnsHandler = caseFileHandler('step_reinforce of ROLL', 'turn_returns', checkTurnReturns, ['kevin'])

const ARGS = [
  'step_reward_gamma',
  'grouping',
  'norm_mean_type',
  'norm_std_type',
  'reward_clip',
  'gamma',
  'whiten_advantages',
  'advantage_clip',
]

function checkTurnReturns(record: VectorRecord): void {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(ARGS)
  const input = record.object('input')
  input.only(['traj_group_id', 'traj_id', 'step', 'tags', 'step_scores', 'response_length', 'L'])
  const steps = input.numbers('step')
  const order = [...steps.keys()].toSorted((a, b) => (steps[a] ?? 0) - (steps[b] ?? 0))
  const inTime = <T>(cells: readonly T[]): readonly T[] => order.flatMap((row) => cells.slice(row, row + 1))
  const batch = parseBatch({
    group: inTime(input.texts('traj_group_id')),
    trajectory: inTime(input.texts('traj_id')),
    anchors: { tags: inTime(input.texts('tags')) },
    signals: { env: inTime(input.numbers('step_scores')) },
    tokenCounts: inTime(input.numbers('response_length')),
  })
  const credit = stepReinforce.compute(batch, { mode: 'reference', ...optionsOf(args) })
  const back = <T>(rows: readonly T[]): readonly T[] => {
    const placed: T[] = []
    rows.forEach((value, at) => {
      placed[order[at] ?? 0] = value
    })
    return placed
  }
  const width = input.number('L')
  const padded = tokenValues(batch, credit.perToken).map((row) => [
    ...row,
    ...new Array<number>(width - row.length).fill(0),
  ])
  const got = {
    step_returns: back(ordered(batch, credit.parts.returns)),
    response_level_rewards: back(ordered(batch, credit.parts.standing)),
    advantages: back(padded),
  }
  const names = Object.keys(got)
  const expected = record.object('expected').only(names)
  for (const [name, values] of Object.entries(got)) expectClose(expected, name, values)
  const noise = noiseOf(record, got.step_returns, got.response_level_rewards)
  expectFloat32Fields(record, {
    step_returns: { ours: got.step_returns, noise: noise.returns },
    response_level_rewards: { ours: got.response_level_rewards, noise: noise.standings },
    advantages: {
      ours: got.advantages,
      noise: got.advantages.flatMap((row, at) => row.map(() => noise.tokens[at] ?? 0)),
    },
  })
}

/** Noise of each step, in the order of the record. */
function noiseOf(record: VectorRecord, returns: readonly number[], standings: readonly number[]) {
  const [args, input] = [record.object('args'), record.object('input')]
  const grouping = args.text('grouping')
  const own = groupedBy(
    grouping === 'batch' ? returns.map(() => 0) : input.texts(grouping === 'tags' ? 'tags' : 'traj_group_id'),
  )
  const whole = groupedBy(returns.map(() => 0))
  const isWhole = args.at('norm_std_type') === 'batch' || args.at('norm_mean_type') === 'batch'
  const over = args.at('norm_std_type') === 'batch' ? whole : own
  const divisors = divisorsOf({ values: returns, groups: over, scale: overDeviation(1e-6) })
  const sizes = isWhole ? whole : own
  const part: Part = { values: returns, groups: sizes }
  const plain = float32Noise([part])
  const divided = plain.map(
    (each, at) => each / (args.at('norm_std_type') === null ? 1 : (divisors[over.ids[at] ?? 0] ?? 1)),
  )
  const scale = args.flag('whiten_advantages') ? overRoot() : () => 1
  return {
    returns: plain,
    standings: divided,
    tokens: float32Noise([{ values: standings, groups: whole, scale, before: divided }]),
  }
}

/** Null in the record means none. */
function optionsOf(args: VectorRecord) {
  const grouping = args.text('grouping')
  const over = (name: string): string => (args.at(name) === null ? 'none' : args.text(name))
  return {
    gamma: args.number('step_reward_gamma'),
    grouping: grouping === 'traj_group_id' ? 'group' : grouping,
    meanOver: over('norm_mean_type'),
    stdOver: over('norm_std_type'),
    rewardClip: args.at('reward_clip') === null ? 0 : args.number('reward_clip'),
    tokenGamma: args.number('gamma'),
    whiten: args.flag('whiten_advantages'),
    advantageClip: args.at('advantage_clip') === null ? 0 : args.number('advantage_clip'),
  }
}

export const kevinHandler = caseFileHandler('turn returns of Kevin', 'turn_returns_kevin', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['prompts', 'stepwise_gamma', 'stepwise_aggregation'])
  const scores = record.object('input').only(['step_scores']).matrix('step_scores')
  const rollouts = scores.flatMap((turns, rollout) => turns.map(() => rollout))
  const batch = parseBatch({
    group: rollouts.map((rollout) => `${rollout % args.number('prompts')}`),
    trajectory: rollouts.map(String),
    signals: { env: scores.flat() },
  })
  const gamma = args.number('stepwise_gamma')
  const credit = kevin.compute(batch, { mode: 'reference', gamma, aggregation: args.text('stepwise_aggregation') })
  const returns = ordered(batch, credit.parts.returns)
  const ends = scores.map((_, at) => sumOf(scores.slice(0, at + 1).map(({ length }) => length)))
  const expected = record.object('expected').only(['returns', 'advantages'])
  expectClose(
    expected,
    'returns',
    ends.map((end, at) => returns.slice(end - (scores[at]?.length ?? 0), end)),
  )
  expectClose(expected, 'advantages', rowValues(batch, credit))
})
