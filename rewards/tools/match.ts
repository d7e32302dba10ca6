import { bagOverlap, equalValues, type ToolCall } from './call.ts'

/**
 * MatchTIR's likeness of a call to a wanted one, 0 to 1: 0 for another name, else (1 + overlap of the parameters'
 * names + equal values) / (2 + wanted parameters). Names differ regardless of case. Reference: MatchTIR,
 * `verl/utils/reward_score/tool.py`.
 */
export function callSimilarity(got: ToolCall, wanted: ToolCall): number {
  if (got.name.toLowerCase() !== wanted.name.toLowerCase()) return 0
  const names = Object.keys(wanted.parameters)
  const overlap = bagOverlap(names, Object.keys(got.parameters))
  return (1 + overlap + equalValues(wanted, got)) / (2 + names.length)
}

/** Rows: calls that were made; columns: wanted ones. */
export const similarityMatrix = (
  got: readonly ToolCall[],
  wanted: readonly ToolCall[],
): readonly (readonly number[])[] => got.map((call) => wanted.map((other) => callSimilarity(call, other)))

/**
 * Wanted call of each call that was made, null for none: the likest pairs first, ties by row and column, no pair of
 * likeness 0. The reference calls this a Hungarian assignment; it is not optimal: [[.9, .8], [.8, .1]] gives 1.0 of 1.6.
 */
export function greedyAssignment(similarity: readonly (readonly number[])[]): readonly (number | null)[] {
  const pairs = similarity.flatMap((row, made) => row.map((score, wanted) => ({ made, wanted, score })))
  const assigned = new Map<number, number>()
  const taken = new Set<number>()
  for (const { made, wanted, score } of pairs.toSorted((a, b) => b.score - a.score)) {
    if (score <= 0 || assigned.has(made) || taken.has(wanted)) continue
    assigned.set(made, wanted)
    taken.add(wanted)
  }
  return similarity.map((_, made) => assigned.get(made) ?? null)
}

/** The likeness of each call to the wanted one that it is assigned, or `unmatched`. */
export const assignmentRewards = (
  similarity: readonly (readonly number[])[],
  unmatched: number,
  assign: typeof greedyAssignment = greedyAssignment,
): readonly number[] =>
  assign(similarity).map((wanted, made) => (wanted === null ? unmatched : (similarity[made]?.[wanted] ?? unmatched)))

const REGULARISATION = 0.1
const MOST_SWEEPS = 1000
const ENOUGH = 1e-9

/**
 * MatchTIR's soft rewards: entropic optimal transport (Sinkhorn, regularisation .1, uniform marginals, cost -likeness);
 * a call's reward is its row's sum of plan times likeness, about 1/calls at most. As `ot.sinkhorn` of POT 0.8.2 goes:
 * at most 1,000 sweeps, looking every 10 whether the marginals are met to 1e-9.
 */
export function transportRewards(similarity: readonly (readonly number[])[]): readonly number[] {
  const [made, wanted] = [similarity.length, similarity[0]?.length ?? 0]
  const kernel = similarity.map((row) => row.map((score) => Math.exp(score / REGULARISATION)))
  let u = Array.from({ length: made }, () => 1 / made)
  let v = Array.from({ length: wanted }, () => 1 / wanted)
  const column = (at: number): number => kernel.reduce((sum, row, i) => sum + (u[i] ?? 0) * (row[at] ?? 0), 0)
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    v = v.map((_, at) => 1 / wanted / column(at))
    u = kernel.map((row) => 1 / made / dot(row, v))
    if (sweep % 10 !== 0) continue
    const error = Math.hypot(...v.map((value, at) => column(at) * value - 1 / wanted))
    if (error < ENOUGH) break
  }
  return similarity.map((row, i) =>
    row.reduce((sum, score, j) => sum + (u[i] ?? 0) * (kernel[i]?.[j] ?? 0) * (v[j] ?? 0) * score, 0),
  )
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
