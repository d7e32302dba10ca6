import { batchInvalid, objectOf } from './fields.ts'
import type { ReadingNotes } from './notes.ts'
import { isPandasIndex, withoutPandasForms } from './pandas.ts'

/** Columns that are objects of columns. */
const NESTED = ['anchors', 'nextAnchors', 'signals', 'perToken', 'outcomes'] as const
const isNested = (name: string): boolean => NESTED.some((nested) => nested === name)

/** Names of verl and verl-agent, and ours. */
const VERL: Readonly<Record<string, string>> = {
  uid: 'group',
  traj_uid: 'trajectory',
  anchor_obs: 'anchors.text',
  step_rewards: 'signals.env',
  episode_rewards: 'outcomes.env',
  is_action_valid: 'isActionValid',
  response_mask: 'tokenMask',
  old_log_probs: 'logProbs',
}

/** Columns of `stepgym export --format parquet` that are no part of a batch. */
const EXPORTED = [
  ...['environment', 'task', 'split', 'seed', 'member', 'agent', 'takenIn', 'observation', 'nextObservation', 'info'],
  ...['reasons', 'outcomeReasons', 'ending', 'endingReason', 'policy', 'policyVersion', 'temperature', 'topP'],
  ...['promptTokenIds', 'actionTokenIds', 'finishReason', 'advantages', 'tokenAdvantages'],
]

const RETURNS_NOTE =
  'step_rewards is read as the signal env: if it already holds discounted returns, as when verl-agent computes advantages, set gamma=0'

/**
 * Columns under our names, nested: from columns or from records, under our names, dotted (`signals.env`) or nested, or
 * under verl's. What an export has beside a batch, and other columns of a batch with verl's names, are left out with a
 * note.
 * @throws GymError BATCH_INVALID where two columns are one, or nothing is a batch.
 */
export function ourColumns(
  given: unknown,
  known: readonly string[],
  notes: ReadingNotes,
): ReadonlyMap<string, unknown> {
  const json = withoutPandasForms(given)
  if (Array.isArray(json) && json.length === 0) throw batchInvalid('a batch needs at least one row')
  const columns = Array.isArray(json) ? columnsOfRecords(json) : new Map(Object.entries(objectOf('a batch', json)))
  const isVerls = [...columns.keys()].some((name) => Object.hasOwn(VERL, name))
  const ours = new Map<string, unknown>()
  const leftOut: string[] = []
  for (const [name, cells] of columns) {
    const own = Object.hasOwn(VERL, name) ? (VERL[name] ?? name) : name
    const top = own.split('.')[0] ?? ''
    if (isPandasIndex(name) || EXPORTED.includes(top) || (isVerls && !known.includes(top))) leftOut.push(name)
    else place(ours, own, name, cells)
  }
  if (leftOut.length > 0) notes.add(`columns that were not read: ${leftOut.join(', ')}`)
  if (columns.has('step_rewards')) notes.add(RETURNS_NOTE)
  return ours
}

/** Under its name, or within the object that the first part of a dotted name represents. */
function place(ours: Map<string, unknown>, own: string, written: string, cells: unknown): void {
  const dot = own.indexOf('.')
  const [outer, inner] = dot < 0 ? [own, null] : [own.slice(0, dot), own.slice(dot + 1)]
  if (isNested(outer)) placeWithin(ours, outer, inner === null ? objectOf(outer, cells) : { [inner]: cells }, written)
  else add(ours, own, written, cells)
}

function placeWithin(ours: Map<string, unknown>, outer: string, parts: object, written: string): void {
  const held = ours.get(outer)
  const columns = new Map<string, unknown>(typeof held === 'object' && held !== null ? Object.entries(held) : [])
  for (const [name, cells] of Object.entries(parts)) add(columns, name, written, cells)
  ours.set(outer, Object.fromEntries(columns))
}

function add(columns: Map<string, unknown>, name: string, written: string, cells: unknown): void {
  if (columns.has(name)) throw batchInvalid(`two columns are ${name}: ${written} is one of them, leave one out`)
  columns.set(name, cells)
}

/** A row a record. What a record does not hold is missing, or null where it is part of a nested column. */
function columnsOfRecords(records: readonly unknown[]): Map<string, unknown> {
  const columns = new Map<string, unknown[]>()
  const set = (name: string, row: number, cell: unknown, absent: null | undefined): void => {
    const column = columns.get(name) ?? new Array<unknown>(records.length).fill(absent)
    columns.set(name, column)
    column[row] = cell
  }
  records.forEach((record, row) => {
    for (const [name, cell] of Object.entries(recordOf(record, row))) {
      if (isNested(name) && typeof cell === 'object' && cell !== null)
        for (const [inner, value] of Object.entries(cell)) set(`${name}.${inner}`, row, value, null)
      else if (!isNested(name)) set(name, row, cell, isNested(name.split('.')[0] ?? '') ? null : undefined)
    }
  })
  return columns
}

function recordOf(record: unknown, row: number): object {
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record
  throw batchInvalid(`row ${row} is not a record: an array of steps has one object per step`)
}
