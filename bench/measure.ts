import { keepFigures, type Rate } from './results.ts'

/** Something to time: does its work `count` times. */
export interface BenchEntry {
  readonly name: string
  readonly run: (count: number) => Promise<void> | void
  /** Times a round. */
  readonly count: number
}

/** Runs the entries in turn, round after round, so that a busy moment of the machine meets all of them. */
export async function rates(entries: readonly BenchEntry[], rounds = 7): Promise<readonly Rate[]> {
  const seen = new Map(entries.map(({ name }) => [name, [] as number[]]))
  for (const { run, count } of entries) await run(Math.ceil(count / 4))
  for (let round = 0; round < rounds; round++)
    for (const { name, run, count } of entries) {
      const began = process.hrtime.bigint()
      await run(count)
      seen.get(name)?.push(count / (Number(process.hrtime.bigint() - began) / 1e9))
    }
  return [...seen].map(([name, values]) => ({
    name,
    perSecond: quantile(values, 0.5),
    lowest: Math.min(...values),
    highest: Math.max(...values),
  }))
}

/** Quantile of unsorted values; linear between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(position)] ?? 0, sorted[Math.ceil(position)] ?? 0]
  return low + (high - low) * (position - Math.floor(position))
}

/** Bytes that stay in use on the heap and in typed arrays because of what `make` returns. */
export function retainedBytes(make: () => unknown): number {
  const before = settledBytes()
  const kept = make()
  const after = settledBytes()
  return kept === undefined ? 0 : after - before
}

function settledBytes(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

export const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)

/** Prints rates as a table, each also as a ratio to the first, and keeps them for `--json`. */
export function printRates(title: string, unit: string, measured: readonly Rate[]): void {
  keepFigures(title, unit, measured)
  console.log(`\n${title}`)
  const base = measured[0]?.perSecond ?? 1
  console.table(
    Object.fromEntries(
      measured.map(({ name, perSecond, lowest, highest }) => [
        name,
        {
          [`${unit}/s`]: rounded(perSecond),
          spread: `${rounded(lowest)} to ${rounded(highest)}`,
          ratio: (perSecond / base).toFixed(2),
        },
      ]),
    ),
  )
}

/** Prints rates beside their physical ceiling, which is the first, and how far each is from it. */
export function printCeiling(title: string, unit: string, measured: readonly Rate[]): void {
  printRates(title, unit, measured)
  const [ceiling, ...others] = measured
  for (const { name, perSecond } of others)
    console.log(`${name}: ${rounded((ceiling?.perSecond ?? 0) / perSecond)} times slower than ${ceiling?.name}`)
}
