import type { JsonObject } from './types.ts'

/** The anchor that steps were compared at. */
export interface AnchorReport {
  readonly name: string
  /** Share of usable rows whose anchor occurs more than once in their group of trajectories; null without rows. */
  readonly repeatedShare: number | null
  /** Pairs of an anchor and an action, seen in one group, and those of them that led to several next anchors. */
  readonly pairs: number | null
  readonly aliasedPairs: number | null
}

/** What one must know of advantages before trusting them. */
export interface Diagnostics {
  readonly estimator: string
  readonly options: JsonObject
  readonly signals: readonly string[]
  readonly rows: {
    readonly total: number
    /** Rows that have no advantage. */
    readonly masked: number
    readonly copies: number
    /** Rows in use that were charged for an invalid action. */
    readonly penalised: number
    /** Rows that have no advantage because their action has no tokens. */
    readonly withoutTokens: number
  }
  readonly groups: {
    readonly total: number
    /** Trajectories of a group; the least, the most, and the mean. */
    readonly sizes: { readonly least: number; readonly most: number; readonly mean: number }
    /** Groups with fewer usable trajectories than a group needs: their steps have no advantages. */
    readonly tooSmall: number
    /** Usable trajectories of the group that has the most, and how many a group needs. */
    readonly usable: { readonly most: number; readonly needed: number }
    /** Number of usable groups in which all scores are equal; null where the method scores no episodes. */
    readonly zeroVariance: number | null
  }
  readonly stepGroups: { readonly total: number; readonly singletons: number; readonly largest: number } | null
  readonly anchor: AnchorReport | null
  /** Rows without a value, by signal. */
  readonly nulls: Readonly<Record<string, number>>
  readonly truncated: number
  readonly leftOut: { readonly aborted: number; readonly empty: number }
  readonly warnings: readonly string[]
}
