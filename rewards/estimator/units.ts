import type { SignalColumn, StepBatch, TokenColumn } from '../../core/batch/index.ts'
import { settled } from './rounding.ts'
import type { Need, Scope } from './scope.ts'

/** What a method that works within steps works on: tokens, or steps as a whole where no tokens were recorded. */
export interface Units {
  /** Row r has units `starts[r]` to `starts[r + 1] - 1`. */
  readonly starts: Int32Array
  /** 1 for units of usable rows that are the agent's. */
  readonly mask: Uint8Array
  readonly areTokens: boolean
}

export function unitsOf({ tokens, rowCount }: StepBatch, rowMask: Uint8Array): Units {
  const starts = tokens?.starts ?? Int32Array.from({ length: rowCount + 1 }, (_, row) => row)
  const mask = new Uint8Array(starts.at(-1) ?? 0)
  for (let row = 0; row < rowCount; row++) if (rowMask[row]) mask.fill(1, starts[row] ?? 0, starts[row + 1] ?? 0)
  if (tokens?.mask)
    for (let unit = 0; unit < mask.length; unit++) mask[unit] = (mask[unit] ?? 0) & (tokens.mask[unit] ?? 0)
  return { starts, mask, areTokens: tokens !== null }
}

/** A value of rows in each of their units. */
export function toUnits({ starts, mask }: Units, values: Float64Array): Float64Array {
  const spread = new Float64Array(mask.length)
  for (let row = 0; row < values.length; row++) spread.fill(values[row] ?? 0, starts[row] ?? 0, starts[row + 1] ?? 0)
  return spread
}

/** Rewards of units: given per token, or the row's on its last unit that is the agent's. */
export function unitRewards(
  { starts, mask }: Units,
  { values, perToken }: SignalColumn & { readonly perToken?: TokenColumn | null },
): Float64Array {
  const rewards = new Float64Array(mask.length)
  for (let row = 0; row < values.length; row++) {
    const [start, end] = [starts[row] ?? 0, starts[row + 1] ?? 0]
    if (perToken?.known[row]) rewards.set(perToken.values.subarray(start, end), start)
    else if (end > start) rewards[lastUnit(mask, start, end)] = values[row] ?? 0
  }
  return rewards
}

/** Whether a row has units that are the agent's. */
function hasOwn({ starts, mask }: Units, row: number): boolean {
  for (let unit = starts[row] ?? 0; unit < (starts[row + 1] ?? 0); unit++) if (mask[unit]) return true
  return false
}

/** The last that is the agent's, or the last of all. */
function lastUnit(mask: Uint8Array, start: number, end: number): number {
  for (let unit = end - 1; unit >= start; unit--) if (mask[unit]) return unit
  return end - 1
}

/** The number of tokens of each row, for methods in which it is a weight: unknown where it was not recorded. */
export const tokensNeed = ({ tokens, rowCount }: StepBatch): Need => ({
  signal: 'tokens',
  column: { values: new Float64Array(rowCount), known: tokens?.known ?? new Uint8Array(rowCount).fill(1) },
  isColumn: true,
})

/**
 * The scope of a method that works on units: a row without any that is the agent's has no advantage, though what it was
 * paid counts.
 */
export function creditedUnits(scope: Scope, units: Units): Scope {
  const mask = scope.mask.map((isUsed, row) => (isUsed && hasOwn(units, row) ? 1 : 0))
  const withoutTokens = scope.mask.reduce((count, isUsed, row) => count + (isUsed && !mask[row] ? 1 : 0), 0)
  return { ...scope, mask, withoutTokens }
}

/** The mean over a row's units that are the agent's, 0 where they cancel within rounding; 0 for a row without any. */
export function rowMeans({ starts, mask }: Units, values: Float64Array): Float64Array {
  return Float64Array.from({ length: starts.length - 1 }, (_, row) => {
    const [start, end] = [starts[row] ?? 0, starts[row + 1] ?? 0]
    let [sum, size, count] = [0, 0, 0]
    for (let unit = start; unit < end; unit++) {
      if (!mask[unit]) continue
      sum += values[unit] ?? 0
      size += Math.abs(values[unit] ?? 0)
      count += 1
    }
    return count > 0 ? settled(sum, size, 'paper') / count : 0
  })
}

/** Units of a batch as sequences, one a trajectory: its original rows in order of time. */
export interface Chains {
  readonly starts: Int32Array
  /** Position of each chained unit among all units. */
  readonly units: Int32Array
  readonly rows: Int32Array
  /** 1 for the last unit of a row. */
  readonly isLast: Uint8Array
}

export function chainsOf({ rowCount, trajectoryOf, trajectories, copyOf }: StepBatch, units: Units): Chains {
  const counts = new Int32Array(trajectories.ids.length)
  const chained: number[] = []
  const rows: number[] = []
  const isLast: number[] = []
  for (let row = 0; row < rowCount; row++) {
    if (copyOf && copyOf[row] !== row) continue
    const [start, end] = [units.starts[row] ?? 0, units.starts[row + 1] ?? 0]
    const trajectory = trajectoryOf[row] ?? 0
    counts[trajectory] = (counts[trajectory] ?? 0) + end - start
    for (let unit = start; unit < end; unit++) {
      chained.push(unit)
      rows.push(row)
      isLast.push(unit === end - 1 ? 1 : 0)
    }
  }
  const starts = new Int32Array(counts.length + 1)
  for (let t = 0; t < counts.length; t++) starts[t + 1] = (starts[t] ?? 0) + (counts[t] ?? 0)
  return { starts, units: Int32Array.from(chained), rows: Int32Array.from(rows), isLast: Uint8Array.from(isLast) }
}

/**
 * Rewards of units in the order of chains. What a row without units of the agent's was paid is paid on the last such
 * unit before it in its trajectory; if there is none, nothing that was done led to it.
 */
export function chainedRewards(
  batch: StepBatch,
  units: Units,
  chains: Chains,
  signal: SignalColumn & { readonly perToken?: TokenColumn | null },
): Float64Array {
  const rewards = chained(chains, unitRewards(units, signal))
  let [trajectory, before, end] = [-1, -1, 0]
  for (let row = 0; row < batch.rowCount; row++) {
    if (batch.copyOf && batch.copyOf[row] !== row) continue
    if (batch.trajectoryOf[row] !== trajectory) [trajectory, before] = [batch.trajectoryOf[row] ?? 0, -1]
    const [start, length] = [units.starts[row] ?? 0, (units.starts[row + 1] ?? 0) - (units.starts[row] ?? 0)]
    end += length
    if (hasOwn(units, row)) before = end - length + lastUnit(units.mask, start, start + length) - start
    else if (before >= 0) {
      rewards.fill(0, end - length, end)
      rewards[before] = (rewards[before] ?? 0) + (signal.values[row] ?? 0)
    }
  }
  return rewards
}

/** Values of units, in the order of chains. */
export const chained = ({ units }: Chains, values: Float64Array): Float64Array =>
  Float64Array.from(units, (unit) => values[unit] ?? 0)

/** Back from chains to units; copied rows get what their originals have. */
export function unchained(batch: StepBatch, units: Units, chains: Chains, values: Float64Array): Float64Array {
  const result = new Float64Array(units.mask.length)
  for (let at = 0; at < values.length; at++) result[chains.units[at] ?? 0] = values[at] ?? 0
  batch.copyOf?.forEach((original, row) => {
    if (original === row) return
    const [from, to] = [units.starts[original] ?? 0, units.starts[original + 1] ?? 0]
    result.copyWithin(units.starts[row] ?? 0, from, to)
  })
  return result
}
