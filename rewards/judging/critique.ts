/** How several critiques agree on the wrong steps. */
export const CRITIQUE_VOTES = ['intersection', 'majority', 'union'] as const
/** Name of a way in which critiques agree. */
export type CritiqueVote = (typeof CRITIQUE_VOTES)[number]

/**
 * Steps that critiques call wrong, ascending: after CAPO (Xie et al., arXiv 2508.02298, read second hand). `majority`
 * is at least half of them, so that one of two is enough.
 * @param critiques positions of the steps that each calls wrong
 * @returns null without a critique
 */
export function wrongSteps(critiques: readonly (readonly number[])[], vote: CritiqueVote): readonly number[] | null {
  if (critiques.length === 0) return null
  const counts = new Map<number, number>()
  for (const critique of critiques) for (const step of new Set(critique)) counts.set(step, (counts.get(step) ?? 0) + 1)
  const needed = { intersection: critiques.length, majority: critiques.length / 2, union: 1 }[vote]
  return [...counts].flatMap(([step, count]) => (count >= needed ? [step] : [])).sort((a, b) => a - b)
}

/** Weights of the outcome and of a wrong step; 2 and 1 in CAPO. */
export interface CritiqueWeights {
  readonly whole: number
  readonly process: number
}

/** Reward of each token of a step: outcome * whole, minus process where the step is wrong. */
export const critiqueReward = (outcome: number, isWrong: boolean, { whole, process }: CritiqueWeights): number =>
  outcome * whole - (isWrong ? process : 0)
