import { deviationOf, meanOf } from '../numbers.ts'

/** A sampled group: its name, and a metric of each member. */
export interface SampledGroup {
  readonly id: string
  readonly metric: readonly number[]
}

/**
 * Whether a group teaches anything by differences: the deviation of its metric is above 0, or it has one member (DAPO,
 * arXiv 2503.14476, equation 11; verl `recipe/dapo/dapo_ray_trainer.py`).
 */
export const hasSpread = ({ metric }: Pick<SampledGroup, 'metric'>): boolean =>
  metric.length === 1 || metric.some((value) => value !== metric[0])

/** Outcomes that a group is learnt from at; what is left out is unlimited. */
export interface GroupBand {
  /** Least and greatest mean. */
  readonly least?: number
  readonly most?: number
  /** Least standard deviation, of a population. */
  readonly deviation?: number
}

/**
 * Whether a group has spread, its mean outcome is within a band (PRIME's accuracy filter), and its deviation is large
 * enough.
 */
export function isUseful(
  group: Pick<SampledGroup, 'metric'>,
  { least = -Infinity, most = Infinity, deviation = 0 }: GroupBand,
): boolean {
  const { metric } = group
  if (metric.length === 0 || !hasSpread(group)) return false
  const mean = meanOf(metric)
  return mean >= least && mean <= most && deviationOf(metric, 0) >= deviation
}

/** State of dynamic sampling after some rounds. */
export interface DynamicBatch {
  /** Names of the groups that were kept, by round. */
  readonly keptByRound: readonly (readonly string[])[]
  readonly kept: number
  /** Groups that were sampled. */
  readonly sampled: number
  /** `full`: enough groups; `open`: sample another round; `exhausted`: no round is left. */
  readonly state: 'full' | 'open' | 'exhausted'
}

/**
 * DAPO's dynamic sampling: groups without spread are dropped and others sampled until `groups` are kept, in at most
 * `maxRounds` rounds (0 for any number). Surplus groups are cut from the end, so that late ones are lost.
 */
export function dynamicBatch(
  rounds: readonly (readonly SampledGroup[])[],
  { groups, maxRounds }: { readonly groups: number; readonly maxRounds: number },
): DynamicBatch {
  const keptByRound = rounds.map((round) => round.filter(hasSpread).map(({ id }) => id))
  const kept = keptByRound.flat().length
  const isOver = maxRounds > 0 && rounds.length >= maxRounds
  const state = kept >= groups ? 'full' : isOver ? 'exhausted' : 'open'
  return { keptByRound, kept, sampled: rounds.flat().length, state }
}
