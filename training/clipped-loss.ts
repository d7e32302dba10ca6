/** A choice to learn from. */
export interface ChoiceRow {
  /** Position of the action that was taken. */
  readonly index: number
  /** Its log-probability when it was taken. */
  readonly oldLogProb: number
  readonly advantage: number
}

/** Weights of the objective. */
export interface ObjectiveSettings {
  readonly clip: number
  readonly entropy: number
}

/** Derivatives of a row's loss, and what is reported of the row. */
export interface RowLoss {
  /** Derivative of the loss by the logit of each action. */
  readonly logitGradients: Float64Array
  /** Loss of the row: the clipped objective and the weighted entropy, both negated. */
  readonly loss: number
  readonly entropy: number
  /** Whether the ratio left the clip range. */
  readonly isClipped: boolean
}

/**
 * Loss of one choice: -min(r A, clip(r, 1 - c, 1 + c) A) - entropy H, r the ratio of the action's probability to that
 * when it was taken (PPO, arXiv 1707.06347, equation 7), H the entropy of the policy in that state.
 * @param logProbs of the admissible actions, under the policy that learns
 */
export function rowLoss(logProbs: Float64Array, row: ChoiceRow, { clip, entropy: weight }: ObjectiveSettings): RowLoss {
  const ratio = Math.exp((logProbs[row.index] ?? 0) - row.oldLogProb)
  const bounded = Math.min(1 + clip, Math.max(1 - clip, ratio))
  const objective = Math.min(ratio * row.advantage, bounded * row.advantage)
  const slope = objective < ratio * row.advantage ? 0 : -row.advantage * ratio
  const entropy = entropyOf(logProbs)
  const logitGradients = new Float64Array(logProbs.length)
  for (let at = 0; at < logProbs.length; at++) {
    const logProb = logProbs[at] ?? 0
    const probability = Math.exp(logProb)
    const ofEntropy = probability === 0 ? 0 : weight * probability * (logProb + entropy)
    logitGradients[at] = slope * ((at === row.index ? 1 : 0) - probability) + ofEntropy
  }
  return { logitGradients, loss: -objective - weight * entropy, entropy, isClipped: ratio !== bounded }
}

/** Entropy of a distribution, in nats. */
export function entropyOf(logProbs: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < logProbs.length; at++) {
    const logProb = logProbs[at] ?? 0
    const probability = Math.exp(logProb)
    if (probability > 0) sum -= probability * logProb
  }
  return sum
}
