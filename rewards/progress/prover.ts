import { sumOf } from '../numbers.ts'

/** Success rate of the best of `best` rollouts of a policy that succeeds at the rate `rate`. */
export const bestOfRate = (rate: number, best: number): number => 1 - (1 - rate) ** best

/** What a prover says of the steps of a trajectory. */
export interface ProverValues {
  /** By how much each step raises the prover's success rate. */
  readonly advantage: readonly number[]
  /** Policy's success rate after the step, plus alpha times the advantage. */
  readonly effective: readonly number[]
}

/**
 * Process advantage verifiers (PAV; Setlur et al., arXiv 2410.08146, equations 2, 4 and 5; no code): the prover is the
 * best of `best` rollouts of the policy. A plug-in of Monte Carlo rates, biased where there are few rollouts.
 * @param rates success rates before the first step and after each; null where not known
 */
export function proverValues(rates: readonly number[], best: number, alpha: number): ProverValues {
  const prover = rates.map((rate) => bestOfRate(rate, best))
  const advantage = risesOf(prover)
  return { advantage, effective: advantage.map((rise, at) => (rates[at + 1] ?? 0) + alpha * rise) }
}

/** Differences of neighbours. */
export const risesOf = (values: readonly number[]): readonly number[] =>
  values.slice(1).map((value, at) => value - (values[at] ?? 0))

/** The sum of the advantages: the last rate less the first. */
export const advantageSum = (advantage: readonly number[]): number => sumOf(advantage)
