import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import { sequenceMatcherRatio } from '../../../core/cpython/difflib.ts'
import { anchorColumn } from '../../../rewards/estimator/signals.ts'
import { anchorGroups } from '../../../rewards/grouping/anchor.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import { similarityGroups } from '../../../rewards/grouping/similarity.ts'
import { caseFileHandler } from '../../case-file.ts'
import type { VectorRecord } from '../../vector-record.ts'
import { byAppearance } from './steps.ts'

export const ratioHandler = caseFileHandler("difflib's ratio", 'sequence_matcher_ratio', (record) => {
  record.only(['a', 'b', 'ratio', 'ratio_ba'])
  const [a, b] = [record.text('a'), record.text('b')]
  record.expect('ratio', sequenceMatcherRatio(a, b))
  record.expect('ratio_ba', sequenceMatcherRatio(b, a))
})

export const similarityHandler = caseFileHandler('similarity groups', 'similarity_groups', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const threshold = record.object('args').only(['similarity_thresh']).number('similarity_thresh')
  const batch = loneSteps(record.object('input').only(['uid', 'anchor_obs']))
  const groups = similarityGroups(allRows(batch), batch, anchorColumn(batch, 'text'), threshold)
  record.object('expected').only(['step_group']).expect('step_group', byAppearance(batch, groups), 0)
})

export const hashingHandler = caseFileHandler('step groups of mixed values', 'step_group_hashing', (record) => {
  record.only(['name', 'input', 'expected'])
  const batch = loneSteps(record.object('input').only(['uid', 'anchor_obs']))
  const groups = anchorGroups(allRows(batch), anchorColumn(batch, 'text'))
  record.object('expected').only(['step_group']).expect('step_group', byAppearance(batch, groups), 0)
})

const allRows = (batch: StepBatch) => episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))

/** Rows of which only group and anchor are given: each is a trajectory of its own. */
function loneSteps(input: VectorRecord): StepBatch {
  const group = input.texts('uid')
  return parseBatch(
    {
      group,
      trajectory: group.map((_, row) => `row ${row}`),
      anchors: { text: input.list('anchor_obs').map(withoutArrays) },
    },
    { equality: 'python' },
  )
}

/** `{ "ndarray": x }` represents an array of numpy, which verl-agent flattens. */
function withoutArrays(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutArrays)
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === 'ndarray') return Array.isArray(first[1]) ? first[1].flat(32) : [first[1]]
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutArrays(item)]))
}
