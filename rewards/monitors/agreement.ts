/** How a signal orders pairs whose outcomes differ. */
export interface Agreement {
  readonly pairs: number
  /** Pairs that it orders the other way; even ones count one half. */
  readonly wrong: number
}

/** Compares what a signal says of members with their outcomes; what is null is in no pair. */
export function agreementOf(scores: readonly (number | null)[], outcomes: readonly (number | null)[]): Agreement {
  let [pairs, wrong] = [0, 0]
  for (const [at, outcome] of outcomes.entries())
    for (const [other, less] of outcomes.entries()) {
      const [better, worse] = [scores[at] ?? null, scores[other] ?? null]
      if (outcome === null || less === null || better === null || worse === null || outcome <= less) continue
      pairs++
      wrong += better < worse ? 1 : better === worse ? 0.5 : 0
    }
  return { pairs, wrong }
}
