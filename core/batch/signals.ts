import type { BatchColumns } from './columns.ts'
import { expectSame, type Members } from './members.ts'
import { exactSumOf } from './sums.ts'
import { tokenColumn } from './tokens.ts'
import type { SignalColumn, StepSignal, TokenRanges } from './types.ts'

/**
 * Signals by name. One that was given per token alone has, in each row, the sum over its tokens; a row without tokens
 * has none.
 */
export function signalColumns(
  columns: BatchColumns,
  sourceRow: Int32Array,
  tokens: TokenRanges | null,
): ReadonlyMap<string, StepSignal> {
  const names = new Set([...Object.keys(columns.signals ?? {}), ...Object.keys(columns.perToken ?? {})])
  return new Map(
    [...names].map((name) => {
      const cells = columns.perToken?.[name]
      const values = columns.signals?.[name] ?? cells?.map(sumOf) ?? []
      const perToken = cells && tokens ? tokenColumn(cells, sourceRow, tokens.starts) : null
      return [name, { ...signalColumn(values, sourceRow), perToken, parts: [name] }] as const
    }),
  )
}

/** Signals about trajectories. */
export function outcomeColumns(columns: BatchColumns, members: Members): ReadonlyMap<string, SignalColumn> {
  const { sourceRow, starts, trajectoryOf } = members
  const trajectoryOfSource = new Int32Array(sourceRow.length)
  for (let row = 0; row < sourceRow.length; row++) trajectoryOfSource[sourceRow[row] ?? 0] = trajectoryOf[row] ?? 0
  const firsts = starts.slice(0, -1).map((row) => sourceRow[row] ?? 0)
  return new Map(
    Object.entries(columns.outcomes ?? {}).map(([name, cells]) => {
      expectSame(`outcomes.${name}`, cells, trajectoryOfSource, firsts)
      return [name, signalColumn(cells, firsts)] as const
    }),
  )
}

function signalColumn(cells: readonly (number | null)[], sourceRow: Int32Array): SignalColumn {
  const values = new Float64Array(sourceRow.length)
  const known = new Uint8Array(sourceRow.length)
  for (let row = 0; row < values.length; row++) {
    const value = cells[sourceRow[row] ?? 0] ?? null
    if (value === null) continue
    values[row] = value
    known[row] = 1
  }
  return { values, known }
}

const sumOf = (values: readonly number[] | null): number | null =>
  values === null || values.length === 0 ? null : exactSumOf(values)
