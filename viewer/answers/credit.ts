import type { StepAddress } from './run.ts'

/** Why something has no numbers. */
export interface Reason {
  readonly code: string
  readonly message: string
}

/** `GET /-/api/runs/R/credit`, and `/t/ID/credit` */
export interface CreditAnswer {
  readonly estimators: readonly EstimatorLine[]
}

/** One estimator over a run, and its advantages of the steps of one episode. */
export interface EstimatorLine {
  readonly estimator: string
  readonly rms: number | null
  /** Steps whose interval leaves 0 out, and those of them whose sign it says. */
  readonly sure: number
  readonly right: number
  /** Steps of which it says the opposite of a sure truth, the largest gap first: of the run, or of the episode asked for. */
  readonly contradictions: readonly (StepAddress & { readonly truth: number; readonly said: number })[]
  /** Steps of the episode; null where a step has none. Empty for a run as a whole. */
  readonly advantages: readonly (number | null)[]
  readonly reason: Reason | null
  /** Diagnostics as sentences. */
  readonly notes: readonly string[]
}

/** `GET /-/api/runs/R/pairs?estimator=A,B`: how far lenses say the same, as `stepgym credit` has it. */
export interface PairsAnswer {
  readonly pairs: readonly {
    readonly estimators: readonly [string, string]
    readonly steps: number
    readonly sameSign: number | null
    readonly rankCorrelation: number | null
  }[]
}

/** `GET /-/api/runs/R/t/ID/I/why?estimator=E` */
export type WhyAnswer =
  | {
      readonly estimator: string
      readonly terms: readonly {
        readonly name: string
        readonly formula: string
        readonly inputs: Readonly<Record<string, number>>
        readonly value: number
      }[]
      readonly value: number
      readonly peers: readonly { readonly id: string; readonly index: number; readonly value: number }[]
      readonly reason: null
    }
  | { readonly estimator: string; readonly reason: Reason }
