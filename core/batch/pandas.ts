import { counted } from '../data/shown.ts'
import { batchInvalid } from './fields.ts'

type Fields = Readonly<Record<string, unknown>>

/** Columns that pandas writes its index into. */
export const isPandasIndex = (name: string): boolean => /^__index_level_\d+__$/.test(name)

/**
 * Records of what pandas' `to_json(orient="split")` writes; anything else as it is.
 * @throws GymError BATCH_INVALID for its other forms: they name rows by keys, whose order JSON does not keep.
 */
export function withoutPandasForms(json: unknown): unknown {
  if (!isFields(json)) return json
  const { columns, data } = json
  if (Array.isArray(columns) && Array.isArray(data)) return recordsOfSplit(columns, data)
  const form = formOf(json)
  if (form === null) return json
  throw batchInvalid(
    `this is what pandas' to_json(orient="${form}") writes: write orient="records", which keeps rows in order`,
  )
}

/** The forms of `to_json` other than records; `columns` is what it writes by default. */
function formOf(json: Fields): 'table' | 'columns' | 'index' | null {
  if (isFields(json.schema) && Array.isArray(json.data)) return 'table'
  if (isFields(json.trajectory ?? json.traj_uid)) return 'columns'
  const rows = Object.values(json)
  const isRow = (row: unknown): boolean => isFields(row) && ('trajectory' in row || 'traj_uid' in row)
  return rows.length > 0 && rows.every(isRow) ? 'index' : null
}

function recordsOfSplit(columns: readonly unknown[], data: readonly unknown[]): readonly unknown[] {
  return data.map((cells, row) => {
    if (!Array.isArray(cells) || cells.length !== columns.length)
      throw batchInvalid(`row ${row} of data has not one cell for each of ${counted(columns.length, 'column')}`)
    return Object.fromEntries(columns.map((name, at) => [`${name}`, cells[at]]))
  })
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
