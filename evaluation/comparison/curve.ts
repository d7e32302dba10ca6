/** Success of the policy that acted in one iteration. */
export interface CurvePoint {
  /** Environment steps from the beginning to the end of the iteration. */
  readonly steps: number
  /** Share of its episodes that succeeded, 0 to 1. */
  readonly success: number
}

/**
 * Mean success over the environment steps up to a budget, 0 to 1: each iteration counts by the steps it took, the last
 * one only up to the budget.
 */
export function areaUnder(curve: readonly CurvePoint[], budget: number): number {
  let [area, before] = [0, 0]
  for (const { steps, success } of curve) {
    const until = Math.min(steps, budget)
    area += success * Math.max(0, until - before)
    before = Math.max(before, until)
  }
  return before === 0 ? 0 : area / before
}

/** Iterations that reach a level together. */
const WINDOW = 3

/** Environment steps after which the mean success of three iterations in a row reached a share; null if none did. */
export function stepsTo(curve: readonly CurvePoint[], share: number): number | null {
  for (let at = WINDOW - 1; at < curve.length; at++)
    if (meanOf(curve.slice(at - WINDOW + 1, at + 1)) >= share) return curve[at]?.steps ?? null
  return null
}

/** Mean success of the last three iterations. */
export const finalSuccess = (curve: readonly CurvePoint[]): number => meanOf(curve.slice(-WINDOW))

/** Whether three iterations in a row have reached a share just now. */
export const hasReached = (curve: readonly CurvePoint[], share: number): boolean =>
  curve.length >= WINDOW && finalSuccess(curve) >= share

const meanOf = (points: readonly CurvePoint[]): number =>
  points.length === 0 ? 0 : points.reduce((sum, { success }) => sum + success, 0) / points.length
