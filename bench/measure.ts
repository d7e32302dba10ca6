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
  const seen = await roundsOf(entries, rounds)
  return [...seen].map(([name, each]) => rateOf(name, each))
}

/** What one entry did in one round. */
interface Round {
  readonly perSecond: number
  /** Times per second of processor time, of all threads of this process. */
  readonly perProcessorSecond: number
}

/** Rounds of each entry: every other one has the order turned around. */
async function roundsOf(
  entries: readonly BenchEntry[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Round[]>> {
  const seen = new Map(entries.map(({ name }) => [name, [] as Round[]]))
  for (const { run, count } of entries) await run(Math.ceil(count / 4))
  for (let round = 0; round < rounds; round++)
    for (const { name, run, count } of round % 2 === 0 ? entries : entries.toReversed()) {
      const [began, used] = [process.hrtime.bigint(), process.cpuUsage()]
      await run(count)
      const seconds = Number(process.hrtime.bigint() - began) / 1e9
      const { user, system } = process.cpuUsage(used)
      seen.get(name)?.push({ perSecond: count / seconds, perProcessorSecond: count / ((user + system) / 1e6) })
    }
  return seen
}

function rateOf(name: string, rounds: readonly Round[]): Rate {
  const values = rounds.map(({ perSecond }) => perSecond)
  return { name, perSecond: quantile(values, 0.5), lowest: Math.min(...values), highest: Math.max(...values) }
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

/** A rate, and how it compares with the first of the same rounds. */
export interface PairedRate extends Rate {
  /** Rate over that of the first entry, of each round. */
  readonly ratios: readonly number[]
  /** The same of rates by processor time, which other programs on the machine disturb less. */
  readonly processorRatios: readonly number[]
}

/**
 * As `rates`, for entries that are compared: the rates of a round are compared with each other alone, so that a busy
 * minute favours none of them.
 */
export async function pairedRates(entries: readonly BenchEntry[], rounds = 9): Promise<readonly PairedRate[]> {
  const seen = await roundsOf(entries, rounds)
  const [first = []] = seen.values()
  const ratiosOf = (own: readonly Round[], figure: keyof Round): readonly number[] =>
    own.map((round, at) => round[figure] / (first[at]?.[figure] ?? Number.NaN))
  return [...seen].map(([name, own]) => ({
    ...rateOf(name, own),
    ratios: ratiosOf(own, 'perSecond'),
    processorRatios: ratiosOf(own, 'perProcessorSecond'),
  }))
}

/** Prints rates as a table, each with the median (least to greatest) of its ratios to the first, and keeps them for `--json`. */
export function printPaired(title: string, unit: string, measured: readonly PairedRate[]): void {
  keepFigures(
    title,
    unit,
    measured.map(({ name, perSecond, lowest, highest }) => ({ name, perSecond, lowest, highest })),
  )
  console.log(`\n${title}`)
  const spread = (ratios: readonly number[]): string =>
    `${quantile(ratios, 0.5).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
  const row = ({ perSecond, lowest, highest, ratios, processorRatios }: PairedRate) => ({
    [`${unit}/s`]: rounded(perSecond),
    spread: `${rounded(lowest)} to ${rounded(highest)}`,
    ratio: spread(ratios),
    'by processor time': spread(processorRatios),
  })
  console.table(Object.fromEntries(measured.map((each) => [each.name, row(each)])))
}
