import { meanKnown } from '../../training/measures.ts'
import { type Estimated, meanInterval } from '../statistics/interval.ts'
import { type ComparisonPlan, middleRate, sortedRates } from './plan.ts'
import type { RunResult } from './run.ts'

/** What a method came to over the reported seeds. */
export interface MethodSummary {
  readonly label: string
  readonly rate: number
  /** Whether the rate is the least or the greatest of those tried, where a better one may lie beyond it. */
  readonly isAtEdge: boolean
  readonly area: Estimated | null
  readonly heldOut: Estimated | null
  readonly final: number
  /** Lower medians over the seeds: steps that one of them took; null where more than half did not get there. */
  readonly stepsTo50: number | null
  readonly stepsTo80: number | null
  readonly mixedGroups: number
  readonly repeatedAnchors: number
  /** Means over the runs where they are known; null where none has them. */
  readonly aliasing: number | null
  readonly stepCorrelation: number | null
  readonly pairAccuracy: number | null
  readonly runs: readonly RunResult[]
}

/** Two methods on the same seeds. */
export interface Paired {
  readonly one: string
  readonly other: string
  /** Mean of the differences of their areas, one minus the other, with Student's interval at 95 %. */
  readonly difference: Estimated | null
  /** `tie` where the interval contains 0, or there are fewer than two seeds. */
  readonly verdict: 'better' | 'tie' | 'worse'
}

/** The rate of each tuned method whose mean area over the trial seeds is the largest, the lower one of equals. */
export function chosenRates(plan: ComparisonPlan, trials: readonly RunResult[]): ReadonlyMap<string, number> {
  const tuned = plan.methods.filter(({ isTuned }) => isTuned)
  return new Map(
    tuned.map(({ label }) => [
      label,
      bestRate(
        plan,
        trials.filter(({ method }) => method === label),
      ),
    ]),
  )
}

function bestRate(plan: ComparisonPlan, trials: readonly RunResult[]): number {
  let [best, most] = [middleRate(plan), Number.NEGATIVE_INFINITY]
  for (const rate of sortedRates(plan)) {
    const areas = trials.filter((trial) => trial.rate === rate).map(({ area }) => area)
    const mean = areas.length === 0 ? Number.NEGATIVE_INFINITY : meanOf(areas)
    if (mean > most) [best, most] = [rate, mean]
  }
  return best
}

/** Methods in the order of the plan. @param reported runs of the reported seeds */
export const summaryOf = (plan: ComparisonPlan, reported: readonly RunResult[]): readonly MethodSummary[] =>
  plan.methods.map(({ label, isTuned }) => {
    const runs = plan.seeds.flatMap((seed) => reported.filter((run) => run.method === label && run.seed === seed))
    return { ...methodSummary(label, runs), isAtEdge: isTuned && isEdge(plan, runs[0]?.rate) }
  })

const isEdge = ({ rates }: ComparisonPlan, rate: number | undefined): boolean =>
  rates.length > 1 && (rate === Math.min(...rates) || rate === Math.max(...rates))

const methodSummary = (label: string, runs: readonly RunResult[]): Omit<MethodSummary, 'isAtEdge'> => ({
  label,
  rate: runs[0]?.rate ?? 0,
  area: meanInterval(runs.map(({ area }) => area)),
  heldOut: meanInterval(runs.map(({ heldOut }) => heldOut)),
  final: meanOf(runs.map(({ final }) => final)),
  stepsTo50: lowerMedian(runs.map(({ stepsTo50 }) => stepsTo50)),
  stepsTo80: lowerMedian(runs.map(({ stepsTo80 }) => stepsTo80)),
  mixedGroups: meanOf(runs.map(({ mixedGroups }) => mixedGroups)),
  repeatedAnchors: meanOf(runs.map(({ repeatedAnchors }) => repeatedAnchors)),
  aliasing: meanKnown(runs.map(({ aliasing }) => aliasing)),
  stepCorrelation: meanKnown(runs.map(({ stepCorrelation }) => stepCorrelation)),
  pairAccuracy: meanKnown(runs.map(({ pairAccuracy }) => pairAccuracy)),
  runs,
})

/** Differences of areas of two methods over the seeds that both have. */
export function paired(one: MethodSummary, other: MethodSummary): Paired {
  const differences = one.runs.flatMap(({ seed, area }) => {
    const beside = other.runs.find((run) => run.seed === seed)
    return beside ? [area - beside.area] : []
  })
  const difference = meanInterval(differences)
  return { one: one.label, other: other.label, difference, verdict: verdictOn(difference) }
}

function verdictOn(difference: Estimated | null): Paired['verdict'] {
  if (difference === null) return 'tie'
  if (difference.low > 0) return 'better'
  return difference.high < 0 ? 'worse' : 'tie'
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/**
 * Median; the lower of the two in the middle for an even number of values: a mean of both has no meaning where the upper
 * one was not reached, which is above all others.
 */
function lowerMedian(values: readonly (number | null)[]): number | null {
  const sorted = values.map((value) => value ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)
  const middle = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.POSITIVE_INFINITY
  return Number.isFinite(middle) ? middle : null
}
