import { largestOf, meanOf, sumOf } from '../numbers.ts'

/** Log-probabilities from logits, without overflow. */
export function logSoftmax(logits: readonly number[]): readonly number[] {
  const top = largestOf(logits)
  const log = top + Math.log(sumOf(logits.map((logit) => Math.exp(logit - top))))
  return logits.map((logit) => logit - log)
}

/**
 * How far a choice is from a uniform one, KL(uniform || p) = -(1/V) sum log p - log V, in nats: self-certainty of one
 * token (Kang et al., arXiv 2502.18581; backprop07/Self-Certainty `confidence_list.py`). It needs the whole
 * distribution.
 */
export const selfCertainty = (logProbs: readonly number[]): number => -meanOf(logProbs) - Math.log(logProbs.length) + 0

/**
 * Intuitor's form (arXiv 2505.19590; sunblaze-ucb/Intuitor `torch_functional.py`): -(1/V) sum log p, that is
 * self-certainty plus log V.
 */
export const uniformCrossEntropy = (logProbs: readonly number[]): number => -meanOf(logProbs) + 0

/** Entropy of a distribution in nats. */
export const entropyOf = (logProbs: readonly number[]): number =>
  0 - sumOf(logProbs.map((logProb) => (logProb === -Infinity ? 0 : Math.exp(logProb) * logProb)))

/** Intuitor's mean over the tokens of a response, whose count has 1e-8 added. */
export const intuitorMean = (values: readonly number[]): number => sumOf(values) / (values.length + 1e-8)
