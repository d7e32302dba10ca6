import type { EstimatorLine, TrajectoryAnswer } from '../answers.ts'

/** An estimator says the opposite of a truth whose interval leaves 0 out. */
export function contradicted({ steps }: TrajectoryAnswer, { advantages }: EstimatorLine, at: number): boolean {
  const { value = null, low = 0, high = 0 } = steps[at]?.values?.advantage ?? {}
  const isSure = low > 0 || high < 0
  return isSure && (value ?? 0) * (advantages[at] ?? 0) < 0
}

/** Units left and right of the steps, and in all where the steps are few. */
export const [LEFT, RIGHT, WIDTH] = [158, 168, 1390]

/** Episodes with more steps than this have narrow columns. */
export const MANY = 40

/** Where steps are drawn. */
export interface Geometry {
  /** Middle of a step's column. */
  readonly x: (at: number) => number
  readonly column: number
  readonly width: number
  readonly isDense: boolean
  readonly selected: number
}
