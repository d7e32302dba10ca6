import type { BatchColumns } from './columns.ts'
import { badCell, batchInvalid } from './fields.ts'
import { startsOfLengths } from './layout.ts'
import type { TokenColumn, TokenRanges } from './types.ts'

type Cells = readonly (readonly number[] | null)[]

/** @throws GymError BATCH_INVALID where columns disagree on a row's number of tokens. */
export function tokenRanges(columns: BatchColumns, sourceRow: Int32Array): TokenRanges | null {
  const { tokenCounts, logProbs, tokenMask, perToken = {} } = columns
  const named: readonly (readonly [string, Cells])[] = [
    ...(logProbs ? [['logProbs', logProbs] as const] : []),
    ...(tokenMask ? [['tokenMask', tokenMask] as const] : []),
    ...Object.entries(perToken).map(([name, cells]) => [`perToken.${name}`, cells] as const),
  ]
  if (tokenCounts === undefined && named.length === 0) return null
  const counts = Array.from(sourceRow, (source) => tokenCount(named, tokenCounts?.[source], source))
  expectFew(counts)
  const starts = startsOfLengths(counts.map((count) => count ?? 0))
  const known = Uint8Array.from(counts, (count) => (count === null ? 0 : 1))
  return {
    starts,
    known,
    logProbs: logProbs ? tokenColumn(logProbs, sourceRow, starts) : null,
    mask: tokenMask ? maskOf(tokenMask, sourceRow, starts) : null,
  }
}

/** Tokens of an action that a column of counts may say, and of a batch: a few digits must not take all memory. */
const MOST_OF_ACTION = 2 ** 20
const MOST_OF_BATCH = 2 ** 27

function expectFew(counts: readonly (number | null)[]): void {
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0)
  if (sum > MOST_OF_BATCH)
    throw batchInvalid(`the actions have ${sum} tokens, and those of a batch have at most ${MOST_OF_BATCH}: split it`)
}

/** Number of tokens; null where no column shows it. */
function tokenCount(
  named: readonly (readonly [string, Cells])[],
  stated: number | undefined,
  source: number,
): number | null {
  if (stated !== undefined && stated > MOST_OF_ACTION)
    throw badCell('tokenCounts', source, `at most ${MOST_OF_ACTION}, the tokens of one action`, stated)
  let count = stated ?? null
  for (const [name, cells] of named) {
    const length = cells[source]?.length
    if (length === undefined) continue
    count ??= length
    if (length !== count) throw badCell(name, source, `an array of ${count} numbers, one a token`, cells[source])
  }
  return count
}

function maskOf(cells: Cells, sourceRow: Int32Array, starts: Int32Array): Uint8Array {
  const mask = new Uint8Array(starts.at(-1) ?? 0).fill(1)
  for (let row = 0; row < sourceRow.length; row++) mask.set(cells[sourceRow[row] ?? 0] ?? [], starts[row] ?? 0)
  return mask
}

export function tokenColumn(cells: Cells, sourceRow: Int32Array, starts: Int32Array): TokenColumn {
  const values = new Float64Array(starts.at(-1) ?? 0)
  const known = new Uint8Array(sourceRow.length)
  for (let row = 0; row < sourceRow.length; row++) {
    const cell = cells[sourceRow[row] ?? 0] ?? null
    if (cell === null) continue
    known[row] = 1
    values.set(cell, starts[row] ?? 0)
  }
  return { values, known }
}
