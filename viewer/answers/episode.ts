import type { Ending, ForkPoint, Json, JsonObject, Reward } from '../../core/data/types.ts'

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
  /** Signals of hooks that judge late, which it does not have. */
  readonly waiting: readonly WaitingReward[]
  readonly anchors: Readonly<Record<string, number>>
  readonly isActionValid: boolean
  /** What was said of an action that was refused or did nothing; null for none. */
  readonly problem: string | null
  readonly info: JsonObject
  readonly values: StepValue | null
  /** Log-probability of the action, with those of its tokens; null for no evidence, or a reader who may not see it. */
  readonly evidence: EvidenceLine | null
}

/** A reward that has not come: `isPending` if it still may. */
export interface WaitingReward {
  readonly name: string
  readonly isPending: boolean
  readonly reason: string
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
    /** What it asks for. */
    readonly goal: string
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
