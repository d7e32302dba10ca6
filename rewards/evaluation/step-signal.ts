import { accuracyOf, leadsOf } from '../process/diagnostics.ts'
import { doublings } from './best-of-n.ts'
import { meanOf } from './earliest-error.ts'
import { type OneToMany, type OneToManyScores, oneToManyScores, STEP_AGGREGATES } from './one-to-many.ts'
import { aurocOf, type ProbabilityScores, probabilityScores } from './probability.ts'

/** Trajectory with what a signal says of its steps, in order; steps that it has not judged are left out. */
export interface JudgedTrajectory {
  /** At least one. */
  readonly rewards: readonly number[]
  readonly isSuccess: boolean
}

/** One number of a trajectory, by which trajectories are compared. */
export const TRAJECTORY_AGGREGATES = {
  sum: (rewards: readonly number[]) => rewards.reduce((a, b) => a + b, 0),
  mean: STEP_AGGREGATES.mean,
  least: STEP_AGGREGATES.least,
  last: STEP_AGGREGATES.last,
} as const
/** Name of a number that sums up what a signal says of a trajectory. */
export type TrajectoryAggregate = keyof typeof TRAJECTORY_AGGREGATES

/** Success of the trajectory with the greatest aggregate among the first of each group. Shares from 0 to 1. */
export interface BestOf {
  /** Trajectories to choose from; groups with fewer are left out. */
  readonly size: number
  readonly groups: number
  readonly success: number
  /** Success of one at random among them, and of a choice that knows the outcomes. */
  readonly random: number
  readonly bound: number
  /** Mean aggregate of the chosen ones: where it rises and success falls, the signal is over-optimised. */
  readonly score: number
  /** Divergence of the choice from one at random, log n - (n - 1) / n, in nats (Gao et al., arXiv 2210.10760). */
  readonly divergence: number
}

/** How well one aggregate of a signal tells successes from failures. Shares from 0 to 1; null where nothing can be said. */
export interface AggregateScores {
  readonly aggregate: TrajectoryAggregate
  /** How often a success is above a failure of its group; even ones count one half. */
  readonly pairAccuracy: number | null
  readonly pairs: number
  /** The same over the pairs of all groups together. */
  readonly auroc: number | null
  readonly bestOf: readonly BestOf[]
  /** Each success among the failures of its group (RewardMATH); null without a group that has both. */
  readonly oneToMany: OneToManyScores | null
  /** As probabilities of success: Brier score and calibration error; null where one is not from 0 to 1. */
  readonly probabilities: ProbabilityScores | null
}

/** How good a step signal is as a judge of trajectories. */
export interface SignalScores {
  readonly trajectories: number
  readonly successes: number
  /**
   * Share of the trajectories whose least reward is that of their last step alone. A signal that is low where an episode
   * ends says little of the steps before; null without a trajectory.
   */
  readonly leastAtEnd: number | null
  readonly aggregates: readonly AggregateScores[]
}

/**
 * Scores of a signal over groups of trajectories of one task. A trajectory without a group is a group of its own, which
 * has no pair.
 */
export function signalScores(groups: readonly (readonly JudgedTrajectory[])[]): SignalScores {
  const all = groups.flat()
  return {
    trajectories: all.length,
    successes: all.filter(({ isSuccess }) => isSuccess).length,
    leastAtEnd: meanOf(all.map(({ rewards }) => Number(isLeastAtEnd(rewards)))),
    aggregates: AGGREGATES.map((aggregate) => aggregateScores(aggregate, groups)),
  }
}

const AGGREGATES: readonly TrajectoryAggregate[] = ['sum', 'mean', 'least', 'last']

function isLeastAtEnd(rewards: readonly number[]): boolean {
  const [last, ...before] = rewards.toReversed()
  return last !== undefined && before.every((reward) => reward > last)
}

function aggregateScores(
  aggregate: TrajectoryAggregate,
  groups: readonly (readonly JudgedTrajectory[])[],
): AggregateScores {
  const scored = groups.map((group) =>
    group.map(({ rewards, isSuccess }) => ({ score: TRAJECTORY_AGGREGATES[aggregate](rewards), isSuccess })),
  )
  const leads = leadsOf(scored)
  const predictions = scored.flat().map(({ score, isSuccess }) => ({ probability: score, happened: isSuccess }))
  const largest = scored.reduce((most, { length }) => Math.max(most, length), 0)
  return {
    aggregate,
    pairAccuracy: accuracyOf(leads),
    pairs: leads.length,
    auroc: aurocOf(predictions),
    bestOf: doublings(largest).map((size) => bestOf(scored, size)),
    oneToMany: oneToManyScores(scored.flatMap(problemsOf)),
    probabilities: predictions.every(({ probability }) => probability >= 0 && probability <= 1)
      ? probabilityScores(predictions)
      : null,
  }
}

/** One problem for each success; none for a group without a failure. */
function problemsOf(group: readonly Scored[]): readonly OneToMany[] {
  const scoresOf = (isSuccess: boolean) =>
    group.filter((each) => each.isSuccess === isSuccess).map(({ score }) => score)
  const wrong = scoresOf(false)
  return wrong.length === 0 ? [] : scoresOf(true).map((right) => ({ right, wrong }))
}

/**
 * The sizes between which success falls although more are chosen from: that with the greatest success, the first of
 * several, and the last one; null where it does not fall.
 */
export function overOptimised({ bestOf }: Pick<AggregateScores, 'bestOf'>): readonly [BestOf, BestOf] | null {
  const [peak, last] = [bestOf.toSorted((a, b) => b.success - a.success || a.size - b.size)[0], bestOf.at(-1)]
  return peak && last && last.success < peak.success ? [peak, last] : null
}

interface Scored {
  readonly score: number
  readonly isSuccess: boolean
}

function bestOf(groups: readonly (readonly Scored[])[], size: number): BestOf {
  const firsts = groups.filter(({ length }) => length >= size).map((group) => group.slice(0, size))
  const shareOf = (value: (group: readonly Scored[]) => number): number => meanOf(firsts.map(value)) ?? 0
  return {
    size,
    groups: firsts.length,
    success: shareOf((group) => Number(greatest(group)?.isSuccess ?? false)),
    random: shareOf((group) => group.filter(({ isSuccess }) => isSuccess).length / size),
    bound: shareOf((group) => Number(group.some(({ isSuccess }) => isSuccess))),
    score: shareOf((group) => greatest(group)?.score ?? 0),
    divergence: Math.log(size) - (size - 1) / size,
  }
}

/** The first where several are. */
const greatest = (group: readonly Scored[]): Scored | undefined =>
  group.reduce<Scored | undefined>((best, each) => (best && best.score >= each.score ? best : each), undefined)
