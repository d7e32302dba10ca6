import { nearAnd } from '../data/near.ts'
import {
  ANYTHING,
  batchInvalid,
  COUNT,
  COUNT_OR_NULL,
  columnOf,
  columnsOf,
  expectOneKind,
  FLAG,
  FLAGS,
  REWARD,
  TEXT,
  TOKENS,
} from './fields.ts'
import { ourColumns } from './forms.ts'
import { ReadingNotes } from './notes.ts'

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
  /** Number of tokens of the action, for rows where neither `logProbs` nor `perToken` shows it. */
  readonly tokenCounts?: readonly number[]
  /** Log-probabilities of the action's tokens under the policy that acted. */
  readonly logProbs?: readonly (readonly number[] | null)[]
  /** One value per token, 0 for those that the agent did not write: tool results, padding. @default all 1 */
  readonly tokenMask?: readonly (readonly number[] | null)[]
  /** @default all false */
  readonly truncated?: readonly boolean[]
  /** Random stream of each step: steps with the same past, action and stream are the same step. */
  readonly lineage?: readonly string[]
  /** The row that this one repeats; null for originals. */
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

/** Columns, and what was read as something else than was written. */
export interface ReadBatch {
  readonly columns: BatchColumns
  readonly notes: readonly string[]
}

/**
 * Reads columns, or records, that a trainer wrote: under our names or verl's; integers as ids; 0 and 1 as flags; NaN
 * and the infinities as null, with a note that names column and row.
 * @throws GymError BATCH_INVALID naming the column, and the row where one is at fault.
 */
export function readColumns(json: unknown): ReadBatch {
  const notes = new ReadingNotes()
  const columns = columnsIn(ourColumns(json, KNOWN, notes), notes)
  return { columns, notes: notes.all }
}

function expectKnown(names: Iterable<string>): void {
  const foreign = [...names].find((name) => !KNOWN.some((known) => known === name))
  if (foreign !== undefined)
    throw batchInvalid(`a batch has no column ${foreign}: ${nearAnd(foreign, KNOWN, `it has ${KNOWN.join(', ')}`)}`)
}

/** What reads a column, the columns of a name each, and a column of ids. */
function readersOf(fields: ReadonlyMap<string, unknown>, notes: ReadingNotes) {
  const trajectories = fields.get('trajectory')
  const rowCount = Array.isArray(trajectories) ? trajectories.length : 0
  const one = <T>(name: string, rule: Parameters<typeof columnOf<T>>[3]): readonly T[] =>
    columnOf(name, fields.get(name), rowCount, rule, notes)
  const many = <T>(name: string, rule: Parameters<typeof columnsOf<T>>[3]): Columns<T> =>
    columnsOf(name, fields.get(name), rowCount, rule, notes)
  const ids = (name: string): readonly string[] => {
    expectOneKind(name, fields.get(name))
    return one(name, TEXT)
  }
  return { one, many, ids }
}

function columnsIn(fields: ReadonlyMap<string, unknown>, notes: ReadingNotes): BatchColumns {
  expectKnown(fields.keys())
  const { one, many, ids } = readersOf(fields, notes)
  return {
    trajectory: ids('trajectory'),
    group: ids('group'),
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
    ...(fields.has('lineage') && { lineage: ids('lineage') }),
    ...(fields.has('copyOf') && { copyOf: one('copyOf', COUNT_OR_NULL) }),
  }
}
