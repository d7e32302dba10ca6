import type { NullReason } from '../../core/data/types.ts'

/** Signal that a recipe needs and a trajectory lacks, with the reason. */
export interface MissingSignal {
  readonly signal: string
  /** Zero-based index of the step; null for the trajectory as a whole. */
  readonly index: number | null
  readonly reason: NullReason | 'not-recorded' | 'no-steps' | 'filtered'
}

/** Numbers of a trajectory, one a step or one for the whole; null where a signal that they need is missing. */
export interface Measures {
  readonly values: readonly (number | null)[]
  readonly missing: readonly MissingSignal[]
}

/** What a recipe sees of a trajectory: of a recorded one, or of rows of a batch. */
export interface Subject {
  readonly id: string
  readonly group: string
  readonly isAborted: boolean
  /** Zero-based indexes of its steps, in order of time. */
  readonly indexes: readonly number[]
  /** A signal of each step. */
  steps(signal: string): Measures
  /** The trajectory's own signal: one value. */
  outcome(signal: string): Measures
  /**
   * Whether each step repeats an earlier one: the same action at the same anchor.
   * @throws GymError SIGNAL_MISSING where anchors or actions were not recorded.
   */
  repeats(anchor: string): readonly boolean[]
}

/** Subjects that take no part, each with why. */
export type LeftOut = ReadonlyMap<Subject, readonly MissingSignal[]>

/** Values of one subject on their way through a term. */
export interface Column {
  readonly subject: Subject
  readonly measures: Measures
  /** Another signal, where these values are: of each step, or of the whole. */
  readonly beside: (signal: string) => Measures
}

export const unknown = (missing: MissingSignal): Measures => ({ values: [null], missing: [missing] })

/** The same columns with other values; nulls are up to `change`. */
export const changed = (
  columns: readonly Column[],
  change: (values: Measures['values'], column: Column) => Measures['values'],
): readonly Column[] =>
  columns.map((column) => {
    const { values, missing } = column.measures
    return { ...column, measures: { values: change(values, column), missing } }
  })

/** Changes each value that is known. */
export const eachKnown = (columns: readonly Column[], change: (value: number) => number): readonly Column[] =>
  changed(columns, (values) => values.map((value) => (value === null ? null : change(value))))
