/**
 * `Levenshtein.ratio` of python-Levenshtein 0.12.2, the similarity that thefuzz takes where it is installed: twice the
 * longest common subsequence over the characters of both texts, and 1 for two empty ones.
 */
export function levenshteinRatio(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const total = left.length + right.length
  return total === 0 ? 1 : (2 * longestCommonSubsequence(left, right)) / total
}

function longestCommonSubsequence(left: readonly string[], right: readonly string[]): number {
  const best = new Uint32Array(right.length + 1)
  for (const character of left) {
    let diagonal = 0
    right.forEach((other, position) => {
      const above = best[position + 1] ?? 0
      best[position + 1] = character === other ? diagonal + 1 : Math.max(above, best[position] ?? 0)
      diagonal = above
    })
  }
  return best[right.length] ?? 0
}
