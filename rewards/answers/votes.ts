/** An answer with how sure its author was; null where none was finished. */
export interface VotedAnswer {
  readonly answer: string | null
  readonly confidence: number
}

/** Ranks by falling confidence from 1; the first of equal ones is before the others. */
const ranksOf = (voters: readonly VotedAnswer[]): readonly number[] => {
  const order = voters
    .map((_, at) => at)
    .sort((a, b) => (voters[b]?.confidence ?? 0) - (voters[a]?.confidence ?? 0) || a - b)
  const ranks: number[] = []
  order.forEach((voter, rank) => {
    ranks[voter] = rank + 1
  })
  return ranks
}

/** Winner of a vote, by the position of the first that gave it. */
export interface VoteWinner {
  readonly index: number
  readonly votes: number
}

/**
 * Borda vote of self-certainty (arXiv 2502.18581; backprop07/Self-Certainty `voting_from_list.py`): of N answers the
 * r-th surest has (N - r + 1)^power votes; equal answers add up; the first with the most wins. Unfinished ones take a
 * rank and have no vote. Null where none is finished.
 */
export function bordaWinner(voters: readonly VotedAnswer[], power: number): VoteWinner | null {
  const ranks = ranksOf(voters)
  const votes = new Map<string, VoteWinner>()
  for (const [index, { answer }] of voters.entries()) {
    if (answer === null) continue
    const own = (voters.length - (ranks[index] ?? 0) + 1) ** power
    const before = votes.get(answer) ?? { index, votes: 0 }
    votes.set(answer, { ...before, votes: before.votes + own })
  }
  return [...votes.values()].reduce<VoteWinner | null>(
    (best, each) => (best && best.votes >= each.votes ? best : each),
    null,
  )
}

/** The surest finished answer, the first of equal ones; 0 where none is finished, as in the reference. */
export function surestOf(voters: readonly VotedAnswer[]): number {
  const score = ({ answer, confidence }: VotedAnswer): number => (answer === null ? -1e9 : confidence)
  return voters.reduce((best, each, at) => {
    const leader = voters[best]
    return leader && score(each) > score(leader) ? at : best
  }, 0)
}

/**
 * The most common answer, compared as text; the first given wins a tie. Blank ones have no vote. Null without any
 * (tmlr-group/Co-rewarding `co_reward.py: majority_vote`).
 */
export function majorityOf(answers: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>()
  for (const answer of answers)
    if (answer !== null && answer.trim() !== '') counts.set(answer, (counts.get(answer) ?? 0) + 1)
  let best: string | null = null
  for (const [answer, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = answer
  return best
}

/**
 * Co-Reward (arXiv 2508.00410; tmlr-group/Co-rewarding): 1 for an answer that equals the label, the majority of the
 * linked task's answers; 0 for another. Null without a label, where the reference has 0.
 */
export const agreement = (answer: string | null, label: string | null): number | null =>
  label === null || answer === null ? null : Number(answer === label)
