/** Score of a judge out of the most that it could give. */
export interface FinalScore {
  readonly score: number
  readonly most: number
}

/** Whole number as Python's `int` reads it; null for other text. */
const wholeIn = (text: string): number | null =>
  /^[+-]?\d+(_\d+)*$/.test(text.trim()) ? Number(text.trim().replaceAll('_', '')) : null

/** The last `<final_score>S,MAX</final_score>` of a reply; null without one, or one that is not two whole numbers. */
export function finalScoreIn(reply: string): FinalScore | null {
  const [, inner] = [...reply.matchAll(/<final_score>(.*?)<\/final_score>/gs)].at(-1) ?? []
  const parts = inner?.split(',').map(wholeIn) ?? []
  const [score, most] = parts
  return parts.length === 2 && score != null && most != null ? { score, most } : null
}

/** The share of a score that is between 0 and its maximum; null for another. */
export function scoreShare(score: FinalScore | null): number | null {
  if (score === null || score.most <= 0 || score.score < 0 || score.score > score.most) return null
  return score.score / score.most
}

/**
 * ReNorm of PPR (Zhuohao-Li/ppr `main_ppo.py: _apply_process_reward_optimizations`): every step but the last has its
 * process score plus the outcome minus beta, the last the outcome alone. A score that is null stays null; the reference
 * counts it as 0 and shifts it, so that it looks like the worst of steps.
 * @param scores of the steps before the last
 */
export const renormalised = (
  scores: readonly (number | null)[],
  outcome: number,
  beta: number,
): readonly (number | null)[] => [...scores.map((score) => (score === null ? null : score + outcome - beta)), outcome]
