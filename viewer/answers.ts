/**
 * Shapes of what the viewer's server answers, which its pages read. Types only: nothing here runs.
 * @module
 */

import type { Ending, ForkPoint, Json, JsonObject, Reward } from '../core/data/types.ts'
import type { Reading } from '../rewards/monitors/reading.ts'

export type { Reading } from '../rewards/monitors/reading.ts'
export type { CurveLine, CurvePoint, CurvesAnswer } from './data/curve-lines.ts'
export type { ExportedRuns } from './export/held.ts'
export type { LiveEpisode, LiveLine, LiveMonitors, LiveStep } from './live/lines.ts'
export type { FindAnswer, FoundRow } from './search/rows.ts'

/** A mean of several groups, with its interval at 95 %; bounds are null where fewer than two groups are known. */
export interface MeanOfGroups {
  readonly mean: number
  readonly low: number | null
  readonly high: number | null
}

/** Whether a record is complete: `live` while a process writes it, `torn` where a crash left part of a line. */
export type RunState = 'live' | 'finished' | 'torn'

/** One run in the list of runs. */
export interface RunLine {
  /** Its name in addresses. */
  readonly id: string
  readonly name: string
  readonly created: string
  readonly environment: string
  readonly agent: string
  readonly seed: number | string | null
  readonly state: RunState
  readonly episodes: number
  readonly steps: number
  readonly groups: number
  readonly bytes: number
  /** Mean return over groups; null where none is known. */
  readonly return: MeanOfGroups | null
  /** Share of episodes whose signal `success` is above 0; null where no hook of that name judged. */
  readonly success: number | null
  readonly nulls: number
}

/** `GET /-/api/runs` */
export interface RunsAnswer {
  readonly runs: readonly RunLine[]
  /** Whether `/-/api/live` shows episodes while they are played. */
  readonly isLive: boolean
}

/** `GET /-/api/sites`, of a server: environments that people can play in a browser. */
export interface SitesAnswer {
  readonly sites: readonly { readonly title: string; readonly summary: string; readonly home: string }[]
}

/** What is known of a signal over a run. */
export interface SignalLine {
  readonly name: string
  readonly count: number
  readonly nulls: number
  /** Number of nulls by reason. */
  readonly reasons: Readonly<Record<string, number>>
  /** Median and 95th percentile of the time that a judgement took, in milliseconds. */
  readonly latency: { readonly median: number; readonly p95: number }
}

/** A kind of thing that is worth a look. */
export type FindingKind = 'nothing-earned' | 'no-spread' | 'nulls' | 'truncated' | 'aborted' | 'refused' | 'merged'

/** Things of one kind, and the one to look at first. */
export interface Finding {
  readonly kind: FindingKind
  readonly count: number
  /** What the kind needs to be said: a reason of nulls, the name of an anchor. */
  readonly detail: string | null
  readonly worst: StepAddress | null
  /** Search that finds them all; null where none does. */
  readonly query: string | null
}

/** A step, or an episode where `index` is null. */
export interface StepAddress {
  readonly id: string
  readonly index: number | null
}

/** `GET /-/api/runs/R` */
export interface RunAnswer extends RunLine {
  /** The manifest without its key. */
  readonly manifest: JsonObject
  readonly endings: Readonly<Record<Ending, number>>
  readonly invalidActions: number
  readonly groupsWithSpread: number
  readonly signals: readonly SignalLine[]
  /** Estimators that the pages offer first. */
  readonly estimators: readonly string[]
  /** Values of the steps, from `eval values`; null where there are none. */
  readonly values: ValuesNote | null
  readonly findings: readonly Finding[]
  /** What the monitors of training read in its latest groups. */
  readonly monitors: readonly Reading[]
}

/** `GET /-/api/runs/R/reading` */
export interface ReadingAnswer {
  /** Ended episodes read so far; null where the run is not being read. */
  readonly episodes: number | null
}

/** Where values come from. */
export interface ValuesNote {
  readonly count: number
  readonly forks: number | null
  /** True where the file beside the run is of another run: its values are not shown. */
  readonly isStale: boolean
}

/** Why something has no numbers. */
export interface Reason {
  readonly code: string
  readonly message: string
}

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
  readonly endings: readonly Ending[]
  readonly invalid: readonly number[]
  readonly nulls: readonly number[]
  readonly signals: Readonly<Record<string, readonly (number | null)[]>>
  /** Beginning of the first observation of each group, from where observations differ. */
  readonly labels: Readonly<Record<string, string>>
  readonly strip: Strip
}

/** A mean over play-outs with its interval. */
export interface Estimated {
  readonly value: number | null
  readonly low: number
  readonly high: number
  readonly count: number
}

/** What a step was worth, by forks. */
export interface StepValue {
  readonly value: Estimated
  readonly actionValue: Estimated
  readonly advantage: Estimated
}

/** One step; texts are positions in `texts`. */
export interface StepLine {
  readonly index: number
  /** The trajectory that the step was taken in: for the shared steps of a fork, not its own. */
  readonly trajectoryId: string
  readonly action: Json
  readonly saw: number
  readonly led: number
  readonly rewards: readonly Reward[]
  readonly anchors: Readonly<Record<string, number>>
  readonly isActionValid: boolean
  /** What was said of an action that was refused or did nothing; null for none. */
  readonly problem: string | null
  readonly info: JsonObject
  readonly values: StepValue | null
  /** Log-probability of the action, with those of its tokens; null for no evidence, or a reader who may not see it. */
  readonly evidence: EvidenceLine | null
}

/** What the policy said of an action. */
export interface EvidenceLine {
  readonly kind: 'categorical' | 'token'
  readonly logProb: number
  readonly tokens: readonly number[] | null
}

/** `GET /-/api/runs/R/t/ID` */
export interface TrajectoryAnswer {
  readonly episode: {
    readonly id: string
    readonly task: string
    readonly split: string
    readonly agent: string
    readonly member: number
    readonly maxSteps: number
    readonly seed: number | string
  }
  readonly texts: readonly string[]
  readonly steps: readonly StepLine[]
  readonly end: {
    readonly ending: Ending
    readonly reason: string | null
    readonly isFinished: boolean
    readonly rewards: readonly Reward[]
    readonly totals: readonly { readonly name: string; readonly sum: number | null; readonly nulls: number }[]
  }
  readonly group: string | null
  /** Ids of the group, the best return first. */
  readonly ranked: readonly string[]
  readonly parent: ForkPoint | null
  readonly children: readonly string[]
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

/** One member of a group. */
export interface MemberLine {
  readonly id: string
  readonly member: number
  readonly ending: Ending
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
