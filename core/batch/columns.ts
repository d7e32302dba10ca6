import {
  ANYTHING,
  batchInvalid,
  COUNT,
  COUNT_OR_NULL,
  columnOf,
  columnsOf,
  FLAG,
  FLAGS,
  objectOf,
  REWARD,
  TEXT,
  TOKENS,
} from './fields.ts'

type Columns<T> = Readonly<Record<string, readonly T[]>>

/** Steps as plain arrays, a row each: what a trainer writes as JSON. The rows of a trajectory are in order of time. */
export interface BatchColumns {
  readonly trajectory: readonly string[]
  readonly group: readonly string[]
  /** Position within its trajectory; where given, no row may be missing or out of order. */
  readonly step?: readonly number[]
  /** By name. Any JSON value; similarity grouping needs texts. */
  readonly anchors?: Columns<unknown>
  /** What each step led to, null where not recorded. Taken from the next row where absent. */
  readonly nextAnchors?: Columns<unknown>
  readonly action?: readonly unknown[]
  /** @default all true */
  readonly isActionValid?: readonly boolean[]
  /** By name, `env` for the environment's own reward. */
  readonly signals?: Columns<number | null>
  readonly perToken?: Columns<readonly number[] | null>
  /** About trajectories: the same in each row of one. */
  readonly outcomes?: Columns<number | null>
  /** Of the action, where neither `logProbs` nor `perToken` tell. */
  readonly tokenCounts?: readonly number[]
  /** Of the action's tokens, under the policy that acted. */
  readonly logProbs?: readonly (readonly number[] | null)[]
  /** A token each, 0 for those that the agent did not write: tool results, padding. @default all 1 */
  readonly tokenMask?: readonly (readonly number[] | null)[]
  /** @default all false */
  readonly truncated?: readonly boolean[]
  /** Whose luck each step was drawn under: equal in steps of one past and action, they are the same step. */
  readonly lineage?: readonly string[]
  /** Of a row that repeats another: that row; null for originals. */
  readonly copyOf?: readonly (number | null)[]
}

const KNOWN = [
  'trajectory',
  'group',
  'step',
  'anchors',
  'nextAnchors',
  'action',
  'isActionValid',
  'signals',
  'perToken',
  'outcomes',
  'tokenCounts',
  'logProbs',
  'tokenMask',
  'truncated',
  'lineage',
  'copyOf',
] as const

/**
 * Reads columns from JSON, strictly.
 * @throws GymError BATCH_INVALID naming the column, and the row where one is at fault.
 */
export function readColumns(json: unknown): BatchColumns {
  const fields = new Map<string, unknown>(Object.entries(objectOf('a batch', json)))
  const foreign = [...fields.keys()].find((name) => !KNOWN.some((known) => known === name))
  if (foreign !== undefined) throw batchInvalid(`a batch has no column ${foreign}: it has ${KNOWN.join(', ')}`)
  const ids = fields.get('trajectory')
  const rowCount = Array.isArray(ids) ? ids.length : 0
  const one = <T>(name: string, rule: Parameters<typeof columnOf<T>>[3]): readonly T[] =>
    columnOf(name, fields.get(name), rowCount, rule)
  const many = <T>(name: string, rule: Parameters<typeof columnsOf<T>>[3]): Columns<T> =>
    columnsOf(name, fields.get(name), rowCount, rule)
  return {
    trajectory: one('trajectory', TEXT),
    group: one('group', TEXT),
    ...(fields.has('step') && { step: one('step', COUNT) }),
    ...(fields.has('anchors') && { anchors: many('anchors', ANYTHING) }),
    ...(fields.has('nextAnchors') && { nextAnchors: many('nextAnchors', ANYTHING) }),
    ...(fields.has('action') && { action: one('action', ANYTHING) }),
    ...(fields.has('isActionValid') && { isActionValid: one('isActionValid', FLAG) }),
    ...(fields.has('signals') && { signals: many('signals', REWARD) }),
    ...(fields.has('perToken') && { perToken: many('perToken', TOKENS) }),
    ...(fields.has('outcomes') && { outcomes: many('outcomes', REWARD) }),
    ...(fields.has('tokenCounts') && { tokenCounts: one('tokenCounts', COUNT) }),
    ...(fields.has('logProbs') && { logProbs: one('logProbs', TOKENS) }),
    ...(fields.has('tokenMask') && { tokenMask: one('tokenMask', FLAGS) }),
    ...(fields.has('truncated') && { truncated: one('truncated', FLAG) }),
    ...(fields.has('lineage') && { lineage: one('lineage', TEXT) }),
    ...(fields.has('copyOf') && { copyOf: one('copyOf', COUNT_OR_NULL) }),
  }
}
