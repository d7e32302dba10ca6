import type { Ending, NullReason } from '../../core/data/types.ts'
import type { RunState } from '../answers/run.ts'

/** A reward as it is recorded; `reason` says why it is null. */
export interface EventReward {
  readonly name: string
  readonly value: number | null
  readonly reason: NullReason | null
}

/** What one line of a run says, without what was seen. */
export type LineEvent =
  | {
      readonly kind: 'episode'
      readonly episode: string
      readonly group: string | null
      readonly member: number
      readonly task: string
    }
  | {
      readonly kind: 'step'
      readonly episode: string
      readonly index: number
      /** Its beginning, as a text. */
      readonly action: string
      readonly isActionValid: boolean
      readonly rewards: readonly EventReward[]
    }
  | {
      readonly kind: 'end'
      readonly episode: string
      readonly ending: Ending
      readonly rewards: readonly EventReward[]
    }
  /** Rewards that arrived late; `index` is null for one of a whole episode. */
  | {
      readonly kind: 'rewards'
      readonly rewards: readonly (EventReward & { readonly episode: string; readonly index: number | null })[]
    }
  | { readonly kind: 'group'; readonly group: string; readonly episodes: readonly string[] }
  /** A line that cannot be read. */
  | { readonly kind: 'unreadable' }

/**
 * `GET /-/api/runs/R/events?after=SEQ`: a line of JSON for each line of the run after the first SEQ, as they are written.
 * `seq` is the number of lines until then, `state` comes first, and whenever it changes.
 */
export type RunEvent = { readonly seq: number } & (LineEvent | { readonly kind: 'state'; readonly state: RunState })
