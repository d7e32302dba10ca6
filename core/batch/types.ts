/** A recorded value a row; where `known` is 0 the value was null, and the number beside it means nothing. */
export interface SignalColumn {
  readonly values: Float64Array
  readonly known: Uint8Array
}

/** Values of the tokens of rows, along `TokenRanges`; `known` has 1 for each row with such values. */
export interface TokenColumn {
  readonly values: Float64Array
  readonly known: Uint8Array
}

/** One signal of the reward vector over all rows. */
export interface StepSignal extends SignalColumn {
  readonly perToken: TokenColumn | null
  /** Names of the signals that it was made of, where a recipe made it; else its own name alone. */
  readonly parts: readonly string[]
}

/** The anchor of a row of which none was recorded, and the next one where nothing was recorded of what came after. */
export const NO_ANCHOR = -1

/** Anchors of one name: equal numbers, equal anchors. */
export interface AnchorColumn {
  readonly ids: Int32Array
  /** Id of the anchor after the step: the next row's, the recorded one at the end, or `NO_ANCHOR`. */
  readonly nextIds: Int32Array
  /** Text of each id; null for an anchor that is not a text. */
  readonly texts: readonly (string | null)[]
}

/** Row r has tokens `starts[r]` to `starts[r + 1] - 1`: none where their number was not recorded. */
export interface TokenRanges {
  readonly starts: Int32Array
  /** 1 for rows whose number of tokens was recorded, 0 tokens among them. */
  readonly known: Uint8Array
  /** Log-probabilities under the policy that acted. */
  readonly logProbs: TokenColumn | null
  /**
   * One value per token, 0 for those that the agent did not write (a tool's result); null where it wrote all of them.
   */
  readonly mask: Uint8Array | null
}

/** What the rows belong to. Trajectory t has rows `starts[t]` to `starts[t + 1] - 1`, in the order of time. */
export interface BatchTrajectories {
  readonly ids: readonly string[]
  readonly starts: Int32Array
  /** Position in `StepBatch.groups`. */
  readonly groupOf: Int32Array
  /** 1 where a limit of the task ended it. */
  readonly isTruncated: Uint8Array
}

/**
 * Steps of trajectories as columns: one row a step, the rows of a trajectory side by side. Whatever was not recorded
 * is unknown and never zero; aborted trajectories have no rows.
 */
export interface StepBatch {
  readonly rowCount: number
  readonly trajectories: BatchTrajectories
  /** Ids, in order of their first row. */
  readonly groups: readonly string[]
  readonly trajectoryOf: Int32Array
  readonly groupOf: Int32Array
  /** Zero-based step index within the trajectory; a copy has that of its original. */
  readonly stepIndex: Int32Array
  readonly isActionValid: Uint8Array
  /** Equal numbers, equal actions; null where actions were not recorded. */
  readonly actions: Int32Array | null
  /** Id of the random stream of each step; null where not recorded. Forks share it with their parent up to the fork. */
  readonly lineages: Int32Array | null
  readonly anchors: ReadonlyMap<string, AnchorColumn>
  readonly signals: ReadonlyMap<string, StepSignal>
  /** Signals about trajectories, one value each. */
  readonly outcomes: ReadonlyMap<string, SignalColumn>
  readonly tokens: TokenRanges | null
  /**
   * Trainers that fill a batch up by repeating rows: the row that each is a copy of, itself for originals; null where
   * there are no copies. A copy counts in every mean, has its original's rewards, and adds nothing to a trajectory.
   */
  readonly copyOf: Int32Array | null
  /** Position of each row in what the batch was built from. */
  readonly sourceRow: Int32Array
  /** What reading took for something else than was written, as sentences: NaN for null, say. */
  readonly notes: readonly string[]
  /** Trajectories left out, because they were aborted or had no steps. */
  readonly leftOut: { readonly aborted: number; readonly empty: number }
}
