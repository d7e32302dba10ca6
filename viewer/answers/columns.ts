import type { Reason } from './credit.ts'
import type { ShownEnding } from './run.ts'

/** A column of steps, a byte each: episodes in their order, the steps of each from its reset on. */
export interface Strip {
  readonly lens: string
  /** Value of one unit of a byte. */
  readonly scale: number
  /** Root mean square over the run; null without values. */
  readonly rms: number | null
  /** Base64 of signed bytes, -128 for null. */
  readonly bytes: string
  /** Base64 of a byte a step, 1 where its interval leaves 0 out; for the lens `truth` only. */
  readonly sure: string | null
  /** Why every value is null. */
  readonly reason: Reason | null
}

/** `GET /-/api/runs/R/columns?lens=L`: a value an episode, in the order of listings. */
export interface ColumnsAnswer {
  readonly total: number
  readonly ids: readonly string[]
  readonly groups: readonly (string | null)[]
  readonly members: readonly number[]
  readonly parents: readonly (string | null)[]
  readonly tasks: readonly string[]
  /** Steps from the reset on, those that a fork shares with its parent among them. */
  readonly steps: readonly number[]
  readonly returns: readonly (number | null)[]
  readonly endings: readonly ShownEnding[]
  readonly invalid: readonly number[]
  readonly nulls: readonly number[]
  readonly signals: Readonly<Record<string, readonly (number | null)[]>>
  /** Beginning of the first observation of each group, from where observations differ. */
  readonly labels: Readonly<Record<string, string>>
  readonly strip: Strip
}
