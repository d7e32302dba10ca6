import type { JsonObject } from '../../core/data/types.ts'
import type { TrainingOptions } from '../../training/options.ts'
import type { Method } from './method.ts'

/** What is compared, where, and for how long. All of it is JSON: it decides every figure. */
export interface ComparisonPlan {
  /** Lower case with dashes. */
  readonly name: string
  /** Name in the registry of environments. */
  readonly environment: string
  /** Options of the environment. */
  readonly options: JsonObject
  /** Tasks to train on come from its first ones, as many as `training.tasks`. */
  readonly split: string
  /** Its first tasks measure what was learnt. */
  readonly heldOutSplit: string
  readonly methods: readonly Method[]
  /** Learning rates that every tuned method tries. */
  readonly rates: readonly number[]
  /** Seeds on which each method's rate is chosen; they are not reported. */
  readonly trialSeeds: readonly number[]
  /** Seeds that are reported: the same start and the same tasks for every method. */
  readonly seeds: readonly number[]
  /** Environment steps of a run. */
  readonly budget: number
  /** Iterations from one comparison with the exact advantages to the next; 0 for none. */
  readonly exactEvery: number
  readonly training: Partial<TrainingOptions>
  readonly warm: WarmPlan
}

/** The common start of a seed: GRPO on graded rewards, until the policy succeeds now and then. */
export interface WarmPlan {
  /** Options of the environment over the plan's: its graded reward. */
  readonly options: JsonObject
  /** Mean success of three iterations at which it ends, 0 to 1; 0 leaves the policy untrained. */
  readonly success: number
  readonly learningRate: number
  /** It ends after as many in any case. */
  readonly iterations: number
}

/** One training run of a comparison. */
export interface RunKey {
  /** Label of the method. */
  readonly method: string
  readonly rate: number
  readonly seed: number
}

export const keyOf = ({ method, rate, seed }: RunKey): string => `${method} ${rate} ${seed}`

/** Rates from the lowest. */
export const sortedRates = ({ rates }: ComparisonPlan): readonly number[] => rates.toSorted((a, b) => a - b)

/** The rate of methods that learn nothing from rewards, so that there is none to choose: the middle one. */
export const middleRate = (plan: ComparisonPlan): number => sortedRates(plan)[Math.floor(plan.rates.length / 2)] ?? 0

/** Runs by which rates are chosen. Where there is one rate, nothing is to be chosen. */
export const trialRuns = (plan: ComparisonPlan): readonly RunKey[] =>
  plan.rates.length === 1
    ? []
    : plan.methods
        .filter(({ isTuned }) => isTuned)
        .flatMap(({ label: method }) =>
          plan.rates.flatMap((rate) => plan.trialSeeds.map((seed) => ({ method, rate, seed }))),
        )

/** Runs that are reported. @param rates of the tuned methods, by label */
export const reportedRuns = (plan: ComparisonPlan, rates: ReadonlyMap<string, number>): readonly RunKey[] =>
  plan.methods.flatMap(({ label: method }) =>
    plan.seeds.map((seed) => ({ method, rate: rates.get(method) ?? middleRate(plan), seed })),
  )

/** Most runs that can be in progress together: those of one phase. */
export const mostAtOnce = (plan: ComparisonPlan): number =>
  Math.max(trialRuns(plan).length, plan.methods.length * plan.seeds.length)
