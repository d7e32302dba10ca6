import { meanOf } from '../numbers.ts'

/** Perplexity of tokens by their log-probabilities, at least one. */
export const perplexityOf = (logProbs: readonly number[]): number => Math.exp(-meanOf(logProbs))

/** How two perplexities are compared. */
export interface GapRule {
  /** Whether their logarithms are compared. */
  readonly logarithm: boolean
  /** Whether the gap is divided by the perplexity of the answer alone, and held at -1 from below. */
  readonly relative: boolean
  /** Cap on each; none at 1 or below. */
  readonly cap: number
}

/**
 * The gap of self-aligned rewards (arXiv 2509.05489; amazon-science/Self-Aligned-Reward `efficiency_reward.py:
 * compute_ppl_qa_log`): max((a - q) / (a + 1e-9), -1), how much likelier the question makes the answer, or a - q.
 * @param question perplexity of the answer after its question
 * @param alone perplexity of the answer after an empty question
 */
export function perplexityGap(question: number, alone: number, { logarithm, relative, cap }: GapRule): number {
  const term = (perplexity: number): number => {
    const value = logarithm ? Math.log(perplexity) : perplexity
    return cap > 1 ? Math.min(value, cap) : value
  }
  const [q, a] = [term(question), term(alone)]
  return relative ? Math.max((a - q) / (a + 1e-9), -1) : a - q
}
