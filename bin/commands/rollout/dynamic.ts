import { GymError } from '../../../core/data/errors.ts'
import { nearAnd } from '../../../core/data/near.ts'
import { chosenOptions } from '../../../core/data/options.ts'
import type { Group, JsonObject, Trajectory } from '../../../core/data/types.ts'
import { returnOf } from '../../../core/sampling/values.ts'
import { type GroupBand, isUseful } from '../../../rewards/curation/sampling.ts'
import { signalValue } from '../../../rewards/signals.ts'
import type { Chosen } from '../../config.ts'
import { inTurns, type Turns } from './in-turns.ts'

/** Flags of dynamic sampling. */
export interface DynamicFlags {
  readonly keep?: Chosen
  readonly mostGroups?: number
}

/** Which groups are kept, and how many are sampled at most. */
export interface DynamicPlan {
  /** Outcome signal of episodes, or `return`. */
  readonly outcome: string
  readonly band: GroupBand
  readonly mostGroups: number
}

/** What dynamic sampling did. */
export interface DynamicReport {
  /** Ids of the groups that are kept, in the order in which they were sampled. */
  readonly kept: readonly string[]
  /** Groups that were sampled, and environment steps of those that were dropped. */
  readonly sampled: number
  readonly droppedSteps: number
  readonly mostGroups: number
  /** `full`: as many groups as were asked for; `exhausted`: the budget of groups was used up before; else `interrupted`. */
  readonly state: 'full' | 'exhausted' | 'interrupted'
}

const FILTER = 'spread'
const [LEAST, MOST] = [-1e9, 1e9] as const
/** Groups that are sampled at most for one that is kept, where nothing else is said. */
const TIMES = 10

/**
 * @returns Null where every group counts.
 * @throws GymError CONFIG_INVALID
 */
export function dynamicPlan({ keep, mostGroups }: DynamicFlags, groups: number): DynamicPlan | null {
  if (keep === undefined && mostGroups !== undefined)
    throw invalid('--most-groups is for dynamic sampling: give --keep spread, too')
  if (keep === undefined) return null
  const { reference, options } = keep
  if (reference !== FILTER) throw invalid(`groups are kept by ${FILTER}, not ${reference}: give --keep ${FILTER}`)
  const defaults = { outcome: 'return', least: LEAST, most: MOST, deviation: 0 }
  const ranges = { least: [LEAST, MOST], most: [LEAST, MOST], deviation: [0, MOST] } as const
  const { outcome, least, most, deviation } = chosenOptions('--keep spread', defaults, options, ranges)
  if (Number(least) > Number(most))
    throw invalid(`--keep spread: least ${least} is above most ${most}, and keeps nothing`)
  const limit = mostGroups ?? TIMES * groups
  if (limit < groups) throw invalid(`--most-groups ${limit} is less than the ${groups} groups that are to be kept`)
  return {
    outcome: `${outcome}`,
    band: { least: Number(least), most: Number(most), deviation: Number(deviation) },
    mostGroups: limit,
  }
}

/**
 * Requires that episodes have the outcome that groups are compared by.
 * @param names signals of episodes
 * @throws GymError SIGNAL_MISSING, naming near ones
 */
export function expectOutcome({ outcome }: Pick<DynamicPlan, 'outcome'>, names: readonly string[]): void {
  if (outcome === 'return' || names.includes(outcome)) return
  const known = ['return', ...names]
  const advice = nearAnd(outcome, known, `there are ${known.join(', ')}`)
  throw new GymError('SIGNAL_MISSING', `--keep spread: episodes have no signal ${outcome}: ${advice}`)
}

/** What a manifest says of it beside the other limits. */
export const dynamicLimits = (plan: DynamicPlan | null): JsonObject =>
  plan === null ? {} : { keep: { outcome: plan.outcome, ...plan.band }, mostGroups: plan.mostGroups }

/**
 * DAPO's dynamic sampling (arXiv 2503.14476): a group whose outcomes are all equal, or whose mean outcome is outside a
 * band (PRIME), is dropped and another sampled. Each round samples as many groups as are missing, so that which groups
 * are kept depends on nothing but their order, and none is left over.
 */
export class DynamicSampling {
  readonly #plan: DynamicPlan
  readonly #groups: number
  readonly #kept = new Map<number, string>()
  #sampled = 0
  #droppedSteps = 0

  /** @param groups that are to be kept */
  constructor(plan: DynamicPlan, groups: number) {
    this.#plan = plan
    this.#groups = groups
  }

  /** Groups that are missing, as far as more may be sampled. */
  get missing(): number {
    return Math.min(this.#groups - this.#kept.size, this.#plan.mostGroups - this.#sampled)
  }

  get sampled(): number {
    return this.#sampled
  }

  /**
   * @param number of the group, counted from 0 in the order of sampling
   * @throws GymError SIGNAL_MISSING where its episodes have no such outcome
   */
  add(number: number, group: Group): void {
    const [first] = group.trajectories
    if (first)
      expectOutcome(
        this.#plan,
        first.rewards.map(({ name }) => name),
      )
    this.#sampled++
    const metric = group.trajectories.flatMap((each) => this.#outcomeOf(each) ?? [])
    if (metric.length > 0 && isUseful({ metric }, this.#plan.band)) this.#kept.set(number, group.id)
    else this.#droppedSteps += group.trajectories.reduce((sum, { steps }) => sum + steps.length, 0)
  }

  report(): DynamicReport {
    const kept = [...this.#kept].toSorted(([one], [other]) => one - other).map(([, id]) => id)
    const { mostGroups } = this.#plan
    const isExhausted = this.#sampled >= mostGroups
    const state = kept.length >= this.#groups ? 'full' : isExhausted ? 'exhausted' : 'interrupted'
    return { kept, sampled: this.#sampled, droppedSteps: this.#droppedSteps, mostGroups, state }
  }

  #outcomeOf({ rewards, steps }: Trajectory): number | null {
    const { outcome } = this.#plan
    return outcome === 'return' ? returnOf(steps) : signalValue(rewards, outcome)
  }
}

/**
 * Does the work of each group: all at once, or in rounds until enough are kept.
 * @throws as `inTurns`
 */
export async function inRounds(
  turns: Turns,
  dynamic: DynamicSampling | null,
  interrupt: AbortSignal,
  work: (number: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (dynamic === null) return inTurns(turns, interrupt, work)
  while (dynamic.missing > 0 && !interrupt.aborted) {
    const [from, groups] = [dynamic.sampled, dynamic.missing]
    await inTurns({ ...turns, groups }, interrupt, (number, signal) => work(from + number, signal))
  }
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
