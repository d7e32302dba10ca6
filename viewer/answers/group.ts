import type { ForkPoint } from '../../core/data/types.ts'
import type { Reason } from './credit.ts'
import type { StepValue } from './episode.ts'
import type { ShownEnding } from './run.ts'

/** One member of a group. */
export interface MemberLine {
  readonly id: string
  readonly member: number
  readonly ending: ShownEnding
  readonly return: number | null
  readonly parent: ForkPoint | null
  readonly actions: readonly string[]
  readonly values: readonly (StepValue | null)[]
}

/** A place where members of a group were: an anchor. */
export interface AnchorLine {
  readonly id: number
  readonly label: string
  readonly text: string
  readonly visits: number
  /** Different states that it was recorded with; null where states were not recorded. */
  readonly states: number | null
  /** Mean value of its visits; null where none is known. */
  readonly value: number | null
  /** Different actions that were taken there. */
  readonly actions: number
}

/** `GET /-/api/runs/R/g/ID?anchor=A` */
export interface GroupAnswer {
  readonly group: {
    readonly id: string
    readonly task: string
    readonly goal: string
    readonly startTag: string | null
    /** Whether all members started from the same state; null where that was not recorded. */
    readonly hasEqualStarts: boolean | null
    readonly anchor: string
    readonly anchorNames: readonly string[]
    /** Groups before and after it in listings. */
    readonly previous: string | null
    readonly next: string | null
  }
  readonly members: readonly MemberLine[]
  readonly anchors: readonly AnchorLine[]
  readonly edges: readonly {
    readonly from: number
    /** Null where the episode ended. */
    readonly to: number | null
    readonly count: number
    readonly actions: readonly string[]
  }[]
  /** Position of the member, index of the step, id of the anchor. */
  readonly visits: readonly (readonly [number, number, number])[]
  /** Numbers of the steps, by each lens that the pages offer. */
  readonly lenses: readonly LensLine[]
}

/** A number for each step of a group: the true advantage, that of an estimator, or the environment's own reward. */
export interface LensLine {
  readonly lens: string
  /** Root mean square over the run; null without values. */
  readonly rms: number | null
  /** Why every number is null. */
  readonly reason: Reason | null
  /** By member, in the order of `members`, and step from the reset on; null where a step has none. */
  readonly numbers: readonly (readonly (number | null)[])[]
}
