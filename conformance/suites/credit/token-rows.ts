import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import type { Credit } from '../../../rewards/estimator/estimator.ts'

type Rows<T> = readonly (readonly T[])[]

export interface TokenRows {
  readonly groups: readonly string[]
  /** 1 for tokens of the agent, padded to one width. */
  readonly mask: Rows<number>
  /** Signals of rows. */
  readonly signals?: Readonly<Record<string, readonly (number | null)[]>>
  /** Signals of tokens. */
  readonly perToken?: Readonly<Record<string, readonly (readonly number[] | null)[]>>
  readonly logProbs?: Rows<number>
}

/** Responses as trajectories of one step each, padding and tool results as tokens that are not the agent's. */
export const batchOfResponses = ({ groups, mask, signals = {}, perToken = {}, logProbs }: TokenRows): StepBatch =>
  parseBatch({
    group: groups,
    trajectory: groups.map((_, row) => `${row}`),
    tokenMask: mask,
    signals,
    perToken,
    ...(logProbs && { logProbs }),
  })

/** Advantages of rows as the record has them, null if there is none. */
export function rowValues({ sourceRow }: StepBatch, { advantages, mask }: Credit): readonly (number | null)[] {
  const rows: (number | null)[] = []
  sourceRow.forEach((source, row) => {
    rows[source] = mask[row] ? (advantages[row] ?? null) : null
  })
  return rows
}

/** Advantages of tokens as the record has them: 0 for those of a row without an advantage. */
export function tokenValues({ sourceRow, tokens }: StepBatch, values: Float64Array | null): Rows<number> {
  const rows: (readonly number[])[] = []
  sourceRow.forEach((source, row) => {
    rows[source] = values ? [...values.subarray(tokens?.starts[row], tokens?.starts[row + 1])] : []
  })
  return rows
}

/** A value of rows on their unmasked tokens, 0 on the others. */
export const onTokens = (
  mask: Rows<number>,
  values: readonly (number | null)[],
): readonly (readonly (number | null)[])[] => mask.map((row, at) => row.map((own) => (own ? (values[at] ?? null) : 0)))

/** Names of blocks of `size` rows. */
export const blockNames = (count: number, size: number): readonly string[] =>
  Array.from({ length: count }, (_, row) => `${Math.floor(row / size)}`)

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
