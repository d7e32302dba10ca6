import type { StepBatch } from '../../../core/batch/index.ts'
import { parseBatch } from '../../../core/batch/index.ts'
import { compareCodePoints } from '../../../core/cpython/text.ts'
import crbc from '../../../rewards/advantage/crbc.ts'
import g2po from '../../../rewards/advantage/g2po.ts'
import graphGpo from '../../../rewards/advantage/graph-gpo.ts'
import { anchorColumn } from '../../../rewards/estimator/signals.ts'
import { anchorGroups } from '../../../rewards/grouping/anchor.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import type { Grouping } from '../../../rewards/grouping/grouping.ts'
import { similarityGroups } from '../../../rewards/grouping/similarity.ts'
import { caseFileHandler } from '../../case-file.ts'
import { CASE_FIELDS, type VectorRecord } from '../../vector-record.ts'
import { expectFloat32, float32Noise, overDeviation, type Part } from './float32.ts'
import { ordered, penalisedScores, STEP_INPUTS, stepBatch } from './steps.ts'

export const graphGpoHandler = caseFileHandler('GraphGPO', 'graphgpo', (record) => {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(GRAPH_ARGS)
  const batch = stepBatch(record.object('input').only([...STEP_INPUTS, 'next_obs']))
  const { advantages, parts } = graphGpo.compute(batch, {
    mode: 'reference',
    gamma: args.number('gamma'),
    normalizeDistance: args.flag('normalize_distance'),
    norm: args.text('mode'),
    stepAdvantageW: args.number('step_advantage_w'),
    episodeAdvantageW: args.number('episode_advantage_w'),
    epsilon: args.number('epsilon'),
    enableSimilarity: args.flag('enable_similarity'),
    similarityThresh: args.number('similarity_thresh'),
    invalidActionPenalty: args.number('invalid_action_penalty_coef'),
  })
  const expected = record.object('expected')
  expected.only(['distance_of_next', 'step_returns', 'step_returns_after_penalty', 'advantage'])
  expected.expect('distance_of_next', ordered(batch, parts.distance))
  expected.expect('step_returns', ordered(batch, parts.returns))
  expected.expect('step_returns_after_penalty', ordered(batch, parts.penalised))
  const rule = { scale: overDeviation(args.number('epsilon'), args.text('mode')) }
  expectAdvantages(record, batch, advantages, [
    {
      ...rule,
      ...episodePart(batch, args.number('invalid_action_penalty_coef')),
      weight: args.number('episode_advantage_w'),
    },
    {
      ...rule,
      groups: args.flag('enable_similarity')
        ? similarityGroups(allEpisodes(batch), batch, anchorColumn(batch, 'text'), args.number('similarity_thresh'))
        : stepGroups(batch),
      values: parts.penalised ?? NONE,
      weight: args.number('step_advantage_w'),
    },
  ])
})

const GRAPH_ARGS = [
  'gamma',
  'normalize_distance',
  'mode',
  'step_advantage_w',
  'episode_advantage_w',
  'epsilon',
  'enable_similarity',
  'similarity_thresh',
  'invalid_action_penalty_coef',
]

export const g2poHandler = caseFileHandler('G2PO', 'g2po', (record) => {
  record.only(CASE_FIELDS)
  const args = record.object('args').only(G2PO_ARGS)
  const batch = stepBatch(record.object('input').only(STEP_INPUTS))
  const { advantages, parts } = g2po.compute(batch, {
    mode: 'reference',
    norm: args.text('mode'),
    stepAdvantageW: args.number('step_advantage_w'),
    epsilon: args.number('epsilon'),
    gamma: args.number('gamma'),
    stepPenalty: args.number('invalid_action_penalty'),
    invalidActionPenalty: 0,
  })
  const numbers = anchorNumbers(batch)
  const expected = record.object('expected').only(['node_value', 'group', 'next_group', 'advantage'])
  expected.expect('node_value', ordered(batch, parts.value))
  expected.expect('group', ordered(batch, numbers.own), 0)
  expected.expect('next_group', ordered(batch, numbers.next), 0)
  const rule = { scale: overDeviation(args.number('epsilon'), args.text('mode')) }
  const [next, value] = [parts.next ?? NONE, parts.value ?? NONE]
  const weight = args.number('step_advantage_w')
  const episode = episodePart(batch, 0)
  const gains = next.map((each, row) => each - (value[row] ?? 0))
  expectAdvantages(record, batch, advantages, [
    { ...rule, ...episode },
    { ...rule, groups: stepGroups(batch), values: next, weight },
    { ...rule, groups: episode.groups, values: gains, weight },
  ])
})

const G2PO_ARGS = ['mode', 'step_advantage_w', 'epsilon', 'gamma', 'invalid_action_penalty']

/** Advantages in double precision and in float32. @param parts sums of which float32 rounds */
function expectAdvantages(
  record: VectorRecord,
  batch: StepBatch,
  advantages: Float64Array,
  parts: readonly Part[],
): void {
  const ours = ordered(batch, advantages)
  record.object('expected').expect('advantage', ours)
  const float32 = record.object('expected_f32').only(['advantage'])
  expectFloat32(float32, 'advantage', ours, ordered(batch, float32Noise(parts)))
}

const NONE = new Float64Array()

const allEpisodes = (batch: StepBatch): Grouping => episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))

const stepGroups = (batch: StepBatch): Grouping => anchorGroups(allEpisodes(batch), anchorColumn(batch, 'text'))

const episodePart = (batch: StepBatch, penalty: number) => ({
  groups: allEpisodes(batch),
  values: penalisedScores(batch, penalty),
})

/** G2PO numbers the anchors of each group by first visit, its trajectories in order of name; -1 success, -2 failure. */
function anchorNumbers(batch: StepBatch): { readonly own: Float64Array; readonly next: Float64Array } {
  const { ids, nextIds } = anchorColumn(batch, 'text')
  const { trajectories, outcomes } = batch
  const order = [...trajectories.ids.keys()].toSorted((a, b) =>
    compareCodePoints(trajectories.ids[a] ?? '', trajectories.ids[b] ?? ''),
  )
  const numbers = new Map<number, Map<number, number>>()
  const [own, next] = [new Float64Array(batch.rowCount), new Float64Array(batch.rowCount)]
  const numbered = (group: number, anchor: number): number => {
    const known = numbers.get(group) ?? new Map<number, number>()
    numbers.set(group, known)
    if (!known.has(anchor)) known.set(anchor, known.size)
    return known.get(anchor) ?? 0
  }
  const rowsOf = (trajectory: number): readonly number[] =>
    [...batch.trajectoryOf.keys()].filter((row) => batch.trajectoryOf[row] === trajectory)
  for (const trajectory of order)
    for (const row of rowsOf(trajectory)) own[row] = numbered(batch.groupOf[row] ?? 0, ids[row] ?? 0)
  for (const row of batch.trajectoryOf.keys()) {
    const end = outcomes.get('env')?.values[batch.trajectoryOf[row] ?? 0] === 10 ? -1 : -2
    const following = nextIds[row] ?? -1
    next[row] = following < 0 ? end : numbered(batch.groupOf[row] ?? 0, following)
  }
  return { own, next }
}

export const crbcHandler = caseFileHandler('CRBC', 'crbc_formula', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['beta', 'depth', 'w_group', 'w_step', 'sigma_min', 'group_eps'])
  const input = record.object('input').only(['uid', 'traj_uid', 'anchor_obs', 'action', 'success'])
  const batch = parseBatch({
    group: input.texts('uid'),
    trajectory: input.texts('traj_uid'),
    anchors: { text: input.list('anchor_obs') },
    action: input.list('action'),
    outcomes: { success: input.flags('success').map(Number) },
  })
  const { advantages, parts } = crbc.compute(batch, {
    mode: 'reference',
    beta: args.number('beta'),
    depth: args.at('depth') === 'inf' ? -1 : args.number('depth'),
    wGroup: args.number('w_group'),
    wStep: args.number('w_step'),
    sigmaMin: args.number('sigma_min'),
    epsilon: args.number('group_eps'),
  })
  const expected = record.object('expected')
  expected.only(['state_value', 'step_advantage', 'group_advantage', 'advantage'])
  expected.expect('state_value', ordered(batch, parts.value))
  expected.expect('step_advantage', ordered(batch, parts.step))
  expected.expect('group_advantage', ordered(batch, parts.group))
  expected.expect('advantage', ordered(batch, advantages))
})
