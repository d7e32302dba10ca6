import { deviationOf, meanOf, sigmoidOf, sumOf } from '../numbers.ts'

/** Entropy of the answers that a group gives, in nats; 0 where all agree. */
export function answerEntropy(answers: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return 0 - sumOf([...counts.values()].map((count) => (count / answers.length) * Math.log(count / answers.length)))
}

/** Steepness and centre of the weight, unless others are chosen. */
export const CONSISTENCY = { gamma: 20, rho: 1.5 }

/** Weight of a group's own advantage: sigmoid(gamma (entropy - rho)). */
export const localWeight = (entropy: number, gamma: number, rho: number): number => sigmoidOf(gamma * (entropy - rho))

/** Prompt rewards as z-scores over the batch, by the population deviation (ours); 0 where all are equal. */
export function promptAdvantages(rewards: readonly number[]): readonly number[] {
  const [mean, deviation] = [meanOf(rewards), deviationOf(rewards, 0)]
  return rewards.map((reward) => (deviation === 0 ? 0 : (reward - mean) / deviation))
}

/**
 * Blend of a local and a global advantage, after COPO (arXiv 2508.04138, read second hand): groups that agree say little
 * by their differences, and count by how good their task's reward is in the batch.
 */
export const blended = (local: number, global: number, weight: number): number => weight * local + (1 - weight) * global
