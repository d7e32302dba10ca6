import { canonicalJson } from '../../data/hash.ts'
import type { CategoricalEvidence } from '../../data/types.ts'
import type { Choice } from '../../rollout/agent.ts'
import type { Branch } from '../branch.ts'
import { invalid } from '../options.ts'
import type { Player } from '../player.ts'
import { distinctChoices } from '../rerank.ts'

/** An action to try in a state. */
export interface Candidate {
  readonly choice: Choice
  /** Probability that the policy gives it, or an equal share. */
  readonly prior: number
}

/** Source of the actions of a state. */
export interface CandidateOptions {
  /** Actions that the agent draws, equal ones once; 0 for every action that the environment lists. */
  readonly k: number
  /** Whether the agent's probabilities of the listed actions are their priors. */
  readonly hasPriors: boolean
}

/**
 * Actions to try from where a branch stands. None where the agent failed, which has ended the branch.
 * @throws GymError CONFIG_INVALID where the environment lists no actions, or the agent gives no probabilities
 */
export async function candidatesOf(
  branch: Branch,
  player: Player,
  { k, hasPriors }: CandidateOptions,
): Promise<readonly Candidate[]> {
  if (hasPriors) return withPriors(await player.choose(branch))
  if (k > 0) return evenly(await distinctChoices(branch, player, k))
  const listed = new Map((branch.actions ?? []).map((action) => [canonicalJson(action), action]))
  if (listed.size === 0)
    throw invalid('the environment lists no actions to try: let the agent draw some, by the option k')
  return evenly([...listed.values()].map((action) => ({ action })))
}

const evenly = (choices: readonly Choice[]): readonly Candidate[] =>
  choices.map((choice) => ({ choice, prior: 1 / choices.length }))

function withPriors(choice: Choice | null): readonly Candidate[] {
  if (choice === null) return []
  const { evidence } = choice
  if (evidence?.kind !== 'categorical' || evidence.logProbs === undefined)
    throw invalid('priors are probabilities of all listed actions: choose an agent that records them, such as policy')
  const { logProbs } = evidence
  return evidence.actions.map((action, index) => ({
    choice: { action, evidence: taking(evidence, index, logProbs[index] ?? 0) },
    prior: Math.exp(logProbs[index] ?? 0),
  }))
}

const taking = (evidence: CategoricalEvidence, index: number, logProb: number): CategoricalEvidence => ({
  ...evidence,
  index,
  logProb,
})
