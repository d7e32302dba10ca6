/** Means over some groups of a run, or the figures of an iteration of a training. */
export interface CurvePoint {
  /** Episodes and environment steps until then. */
  readonly episodes: number
  readonly steps: number
  /** By name; null where nothing is known. */
  readonly values: Readonly<Record<string, number | null>>
}

/** What happened over time in one run, or in one training. */
export interface CurveLine {
  readonly id: string
  readonly kind: 'run' | 'training'
  readonly environment: string
  /** Agent of a run, estimator of a training. */
  readonly method: string
  readonly seed: number | string | null
  readonly points: readonly CurvePoint[]
  /** Why there are no points. */
  readonly problem: string | null
}

/** `GET /-/api/curves` */
export interface CurvesAnswer {
  readonly curves: readonly CurveLine[]
}
