/** Labels of steps up to the first error; null where the sample is not used. */
export type DenoisedLabels = readonly number[] | null

/** Steps before the first error whose score counts, and which are not simply right. */
const TOLERANCE = 2

/** Position of the first step from which no rollout succeeds; null where every step has one that does. */
export const firstError = (scores: readonly number[]): number | null => {
  const at = scores.indexOf(0)
  return at === -1 ? null : at
}

/**
 * SCAN's labels of a wrong solution (arXiv 2509.16548; yyDing1/SCAN-PRM `dataset/SCAN-Base/process.py: get_data`): 0 at
 * the first step from which no rollout succeeds, min(1, score / accuracy) at the one and the two steps before it, 1
 * earlier; nothing after it. Null where every step has a rollout that succeeds: the sample is dropped.
 * @param scores share of rollouts from each step that succeed
 * @param accuracy of the policy on the problem itself
 */
export function denoisedLabels(scores: readonly number[], accuracy: number): DenoisedLabels {
  const error = firstError(scores)
  if (error === null) return null
  return scores.slice(0, error + 1).map((score, at) => {
    if (at === error) return 0
    return at >= error - TOLERANCE ? Math.min(1, score / accuracy) : 1
  })
}
