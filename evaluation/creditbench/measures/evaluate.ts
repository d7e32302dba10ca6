import { assignCredit, type NoCredit } from '../../../rewards/credit/assign.ts'
import { type Estimated, jackknifeInterval, knownMeanInterval } from '../../statistics/interval.ts'
import type { BenchEntry } from '../entries.ts'
import { isPlantedSignal, type Sample } from '../sample.ts'
import type { Testbed } from '../testbed.ts'
import { bestScale, correlation, rankCorrelation, signAccuracy, squaredError } from './agreement.ts'
import type { MeasureName } from './catalog.ts'
import {
  addInto,
  averagedCorrelation,
  biasAndVariance,
  CellSums,
  centredCorrelation,
  subtractFrom,
  totalOf,
  without,
} from './cells.ts'
import { bestThreshold, earliestErrorF1, mistakeAuc } from './detection.ts'
import { type Estimates, pairedRows } from './estimates.ts'
import { addPolicyGradient, cosine } from './gradient.ts'

/** Scores of one entry; a measure that is not defined for it is null, never 0. */
export interface Scores {
  readonly label: string
  readonly measures: Readonly<Record<MeasureName, Estimated | null>>
  /** Signals that it was given and that only a bench can have. */
  readonly given: readonly string[]
  /** Share of rows that have an advantage. */
  readonly share: number
  /** Milliseconds of processor time to credit 1,000 steps, columns made: the median over batches. */
  readonly msPer1000: number
  readonly warnings: readonly string[]
  /** Why there are no scores. */
  readonly reason: NoCredit | null
}

export interface Material {
  readonly testbed: Testbed
  /** Batches of the policy alone. */
  readonly samples: readonly Sample[]
  /** Batches in which mistakes were planted: for detection only. */
  readonly planted: readonly Sample[]
}

/** Credits every batch by one entry and holds it against the truth. */
export function evaluateEntry({ testbed, samples, planted }: Material, entry: BenchEntry): Scores {
  const all = credited(entry, samples)
  const detected = credited(entry, planted)
  const { label } = entry
  const reason = all.reason ?? detected.reason
  const { share, given, msPer1000, warnings } = all
  const scores = { label, share, given, msPer1000, warnings, reason }
  if (reason !== null) return { ...scores, measures: NOTHING }
  return {
    ...scores,
    measures: {
      ...perBatch(testbed, all.estimates),
      ...overBatches(testbed, all.estimates),
      ...detection(detected.estimates),
    },
  }
}

const NOTHING = {
  correlation: null,
  rankCorrelation: null,
  signAccuracy: null,
  squaredError: null,
  cosine: null,
  averagedCorrelation: null,
  centredCorrelation: null,
  averagedCosine: null,
  bias: null,
  variance: null,
  mistakeAuc: null,
  earliestErrorF1: null,
} as const satisfies Record<MeasureName, null>

interface Credited {
  readonly estimates: readonly Estimates[]
  readonly given: readonly string[]
  readonly share: number
  readonly msPer1000: number
  readonly warnings: readonly string[]
  readonly reason: NoCredit | null
}

function credited({ estimator, options }: BenchEntry, samples: readonly Sample[]): Credited {
  const estimates: Estimates[] = []
  const given = new Set<string>()
  const warnings = new Map<string, string>()
  const times: number[] = []
  for (const sample of samples) {
    const began = process.cpuUsage()
    const [assigned] = assignCredit(sample.batch, [{ estimator, options }])
    const { user, system } = process.cpuUsage(began)
    times.push((user + system) / sample.batch.rowCount)
    if (!assigned?.credit) return { ...UNCREDITED, reason: assigned?.reason ?? null }
    const { advantages, mask, diagnostics } = assigned.credit
    for (const signal of diagnostics.signals) if (isPlantedSignal(signal)) given.add(signal)
    for (const warning of diagnostics.warnings)
      if (!warnings.has(kindOf(warning))) warnings.set(kindOf(warning), warning)
    estimates.push({ sample, advantages, mask })
  }
  const msPer1000 = medianOf(times)
  return {
    estimates,
    given: [...given],
    share: shareOf(estimates),
    msPer1000,
    warnings: [...warnings.values()],
    reason: null,
  }
}

const UNCREDITED = { estimates: [], given: [], share: 0, msPer1000: 0, warnings: [] } as const

/** A warning is given once, even where its figures differ between batches. */
export const kindOf = (warning: string): string => warning.replaceAll(/[\d.]+/g, '#')

function shareOf(estimates: readonly Estimates[]): number {
  const rows = estimates.reduce((sum, { mask }) => sum + mask.length, 0)
  return estimates.reduce((sum, { mask }) => sum + mask.reduce((count, each) => count + each, 0), 0) / rows
}

/** Median; the mean of the two in the middle for an even number of values, and 0 for none. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [lower = 0, upper = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (lower + upper) / 2
}

/** Means over batches, of those where the measure is defined. */
function perBatch(testbed: Testbed, estimates: readonly Estimates[]) {
  const pairs = estimates.map(pairedRows)
  const scale = bestScale(pairs)
  return {
    correlation: knownMeanInterval(pairs.map(correlation)),
    rankCorrelation: knownMeanInterval(pairs.map(rankCorrelation)),
    signAccuracy: knownMeanInterval(pairs.map(signAccuracy)),
    squaredError: scale === null ? null : knownMeanInterval(pairs.map((pair) => squaredError(pair, scale))),
    cosine: knownMeanInterval(estimates.map((each) => cosine(gradientOf(testbed, [each]), testbed.gradient))),
  }
}

function gradientOf(testbed: Testbed, estimates: readonly Estimates[]): Float64Array {
  const gradient = new Float64Array(testbed.cellCount)
  for (const each of estimates) addPolicyGradient(testbed, each, gradient)
  return gradient
}

/** Blocks of batches, for intervals of what only all batches together have. */
const BLOCKS = 10

function overBatches(testbed: Testbed, estimates: readonly Estimates[]) {
  const { cellCount, viewOf, gradient } = testbed
  const blocks = blocksOf(estimates)
  const sums = blocks.map((block) => sumsOf(testbed, block))
  const total = totalOf(sums, cellCount)
  const leftSums = [total, ...sums.map((part) => without(total, part))]
  const gradients = blocks.map((block) => gradientOf(testbed, block))
  const spreads = leftHalves(sums, cellCount).map(([one, other]) => biasAndVariance(one, other, viewOf))
  return {
    averagedCorrelation: jackknifed(leftSums.map(averagedCorrelation)),
    centredCorrelation: jackknifed(leftSums.map((each) => centredCorrelation(each, viewOf))),
    averagedCosine: jackknifed(leftGradients(gradients, cellCount).map((each) => cosine(each, gradient))),
    bias: jackknifed(spreads.map((each) => each?.bias ?? null)),
    variance: jackknifed(spreads.map((each) => each?.variance ?? null)),
  }
}

/** The sum of all, then without each in turn. */
function leftGradients(gradients: readonly Float64Array[], cellCount: number): readonly Float64Array[] {
  const total = new Float64Array(cellCount)
  for (const each of gradients) addInto(total, each)
  const lacking = gradients.map((part) => {
    const left = total.slice()
    subtractFrom(left, part)
    return left
  })
  return [total, ...lacking]
}

/** Blocks in two halves: all of them, then without each in turn. */
function leftHalves(sums: readonly CellSums[], cellCount: number): readonly (readonly [CellSums, CellSums])[] {
  const even = totalOf(sums.filter(isEven), cellCount)
  const odd = totalOf(
    sums.filter((each, at) => !isEven(each, at)),
    cellCount,
  )
  const lacking = sums.map((part, at) =>
    isEven(part, at) ? ([without(even, part), odd] as const) : ([even, without(odd, part)] as const),
  )
  return [[even, odd], ...lacking]
}

const isEven = (_: unknown, at: number): boolean => at % 2 === 0

/** @param values of all blocks, then without each in turn; null where the measure is not defined. */
function jackknifed([whole, ...parts]: readonly (number | null)[]): Estimated | null {
  if (whole === null || whole === undefined) return null
  return jackknifeInterval(
    whole,
    parts.filter((part) => part !== null),
  )
}

function blocksOf(estimates: readonly Estimates[]): readonly (readonly Estimates[])[] {
  const count = Math.min(BLOCKS, estimates.length)
  return Array.from({ length: count }, (_, block) => estimates.filter((_each, at) => at % count === block))
}

function sumsOf({ cellCount }: Testbed, estimates: readonly Estimates[]): CellSums {
  const sums = new CellSums(cellCount)
  for (const each of estimates) sums.add(each)
  return sums
}

function detection(estimates: readonly Estimates[]) {
  const halves = [estimates.filter((_, at) => at % 2 === 0), estimates.filter((_, at) => at % 2 === 1)] as const
  const thresholds = [bestThreshold(halves[1]), bestThreshold(halves[0])] as const
  const f1 = estimates.map((each, at) => {
    const threshold = thresholds[at % 2 === 0 ? 0 : 1]
    return threshold === null ? null : earliestErrorF1(each, threshold)
  })
  return { mistakeAuc: knownMeanInterval(estimates.map(mistakeAuc)), earliestErrorF1: knownMeanInterval(f1) }
}
