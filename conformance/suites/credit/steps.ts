import { inSourceOrder, parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import { episodeScores, spread } from '../../../rewards/estimator/signals.ts'
import { type Grouping, NO_GROUP } from '../../../rewards/grouping/grouping.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** Columns of verl-agent's rows, as the vector files have them. */
export const STEP_INPUTS = [
  'uid',
  'traj_uid',
  'anchor_obs',
  'step_reward',
  'episode_reward',
  'is_action_valid',
  'response_length',
  'duplicated_rows_appended',
] as const

/** The rows of a record, with the copies that its trainer appended. */
export function stepBatch(input: VectorRecord): StepBatch {
  const originals = input.texts('uid').map((_, row) => row)
  const copies = input.has('duplicated_rows_appended') ? input.numbers('duplicated_rows_appended') : []
  const sources = [...originals, ...copies]
  const withCopies = <T>(cells: readonly T[]): readonly T[] => sources.flatMap((row) => cells.slice(row, row + 1))
  return parseBatch(
    {
      group: withCopies(input.texts('uid')),
      trajectory: withCopies(input.texts('traj_uid')),
      anchors: { text: withCopies(input.list('anchor_obs')) },
      ...(input.has('next_obs') && { nextAnchors: { text: withCopies(input.list('next_obs')) } }),
      signals: { env: withCopies(input.numbers('step_reward')) },
      outcomes: { env: withCopies(input.numbers('episode_reward')) },
      isActionValid: withCopies(input.flags('is_action_valid')),
      tokenCounts: withCopies(input.numbers('response_length')),
      copyOf: [...originals.map(() => null), ...copies],
    },
    { equality: 'python' },
  )
}

/** Values of rows as the record has them. */
export const ordered = (batch: StepBatch, values: Float64Array | undefined): readonly number[] =>
  values === undefined ? [] : [...inSourceOrder(batch, values)]

/** Numbers of groups in order of their first row in the record. */
export function byAppearance(batch: StepBatch, { ids }: Grouping): readonly number[] {
  const numbers = new Map<number, number>()
  return inSourceOrder(batch, Float64Array.from(ids)).reduce<number[]>((list, id) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size)
    list.push(numbers.get(id) ?? NO_GROUP)
    return list
  }, [])
}

/** Episode scores of rows, less the penalty where the action was invalid. */
export const penalisedScores = (batch: StepBatch, penalty: number): Float64Array =>
  spread(batch, episodeScores(batch, 'env', 'reference')).values.map((score, row) =>
    batch.isActionValid[row] ? score : score - penalty,
  )
