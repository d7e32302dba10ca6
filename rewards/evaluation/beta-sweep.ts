import type { Reward, Step } from '../../core/data/types.ts'
import { signalNamed, signalValue } from '../signals.ts'
import type { CanonicalForm } from './reward-distance.ts'
import { type RewardPair, rewardPair } from './reward-pairs.ts'
import { type ProcessOptions, sampledProcess } from './sampled-process.ts'

/** What a sweep adds to what. */
export interface SweepRequest extends ProcessOptions {
  /** Signal that is added with each weight: a process reward, such as `implicit`. */
  readonly signal: string
  /** Signal that it is added to. @default 'env' */
  readonly base?: string
  /** Weights, from 0. */
  readonly betas: readonly number[]
  readonly form: CanonicalForm
}

/** A mixed reward beside its base. */
export interface BetaFigures extends Pick<RewardPair, 'distance' | 'raw' | 'sameOrder' | 'pairs'> {
  readonly beta: number
}

/**
 * How far base + beta * signal is from base, by beta: what each weight of a process reward does to the order of policies
 * and of episodes. Of an implicit reward, whose record has the log-probabilities, beta multiplies their difference,
 * whatever beta it was recorded with. A signal that is shaping alone has the distance 0 at every beta.
 * @param steps all of a run, each once
 * @param groups steps of the whole episodes of each group
 * @returns null figures where base or signal is not known on some transition
 * @throws GymError CONFIG_INVALID as `sampledProcess`
 */
export function betaSweep(
  steps: readonly Step[],
  groups: readonly (readonly (readonly Step[])[])[],
  { signal, base = 'env', betas, form, ...options }: SweepRequest,
): readonly BetaFigures[] {
  const mix = ({ rewards, ...step }: Step): Step => ({
    ...step,
    rewards: [baseOf(rewards, base), ...betas.map((beta, at) => mixedReward(rewards, { signal, base, beta, at }))],
  })
  const process = sampledProcess(steps.map(mix), options)
  const mixed = groups.map((episodes) => episodes.map((path) => path.map(mix)))
  return betas.map((beta, at) => {
    const { distance, raw, sameOrder, pairs } = rewardPair(process, mixed, [base, mixName(at)], form)
    return { beta, distance, raw, sameOrder, pairs }
  })
}

/** Names that no hook can have. */
const mixName = (at: number): string => `+${at}`

const baseOf = (rewards: readonly Reward[], base: string): Reward => rewardOf(base, signalValue(rewards, base))

interface Mix {
  readonly signal: string
  readonly base: string
  readonly beta: number
  readonly at: number
}

function mixedReward(rewards: readonly Reward[], { signal, base, beta, at }: Mix): Reward {
  const [own, added] = [signalValue(rewards, base), unweighted(signalNamed(rewards, signal))]
  return rewardOf(mixName(at), own === null || added === null ? null : own + beta * added)
}

/** Difference of the log-probabilities of an implicit reward; the value of any other. */
function unweighted(reward: Reward | undefined): number | null {
  if (reward === undefined || reward.value === null) return null
  return reward.model === undefined ? reward.value : reward.model.logProb - reward.model.referenceLogProb
}

const rewardOf = (name: string, value: number | null): Reward =>
  value === null
    ? { name, version: 1, latencyMs: 0, value, reason: 'declined' }
    : { name, version: 1, latencyMs: 0, value }
