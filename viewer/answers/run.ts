import type { Ending, JsonObject } from '../../core/data/types.ts'
import type { Reading } from '../../rewards/monitors/reading.ts'

/** A mean of several groups, with its interval at 95 %; bounds are null where fewer than two groups are known. */
export interface MeanOfGroups {
  readonly mean: number
  readonly low: number | null
  readonly high: number | null
}

/** Whether a record is complete: `live` while a process writes it, `torn` where a crash left part of a line. */
export type RunState = 'live' | 'finished' | 'torn'

/** How an episode ended; `running` while its run is being written and it has not. */
export type ShownEnding = Ending | 'running'

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
  /** Lines of the record that this was made of: events after them are news. */
  readonly seq: number
  /** The manifest without its key. */
  readonly manifest: JsonObject
  readonly endings: Readonly<Record<ShownEnding, number>>
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
