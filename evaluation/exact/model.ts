import type { Json, Task } from '../../core/data/types.ts'

/**
 * Everything that can happen in one task from one start, as tables. State 0 is the start. The choices of state s are
 * `choiceStarts[s]` to `choiceStarts[s + 1] - 1`, the outcomes of choice c `outcomeStarts[c]` to
 * `outcomeStarts[c + 1] - 1`. A state in which the episode has ended has no choices.
 */
export interface ExactModel {
  readonly environment: string
  readonly task: Task
  /** Number of steps after which an episode is truncated. */
  readonly maxSteps: number
  readonly stateCount: number
  /** By name: `text` is the observation. */
  readonly anchors: ReadonlyMap<string, StateAnchors>
  readonly choiceStarts: Int32Array
  /** Position in `actions`, for each choice. */
  readonly actionOf: Int32Array
  readonly actions: readonly Json[]
  readonly outcomeStarts: Int32Array
  readonly outcomeState: Int32Array
  readonly outcomeProbability: Float64Array
  readonly outcomeReward: Float64Array
  /** 0 where the rules say that the action did nothing. */
  readonly outcomeIsValid: Uint8Array
}

/** What states are compared by: equal numbers, equal texts. */
export interface StateAnchors {
  /** One a state, a position in `texts`. */
  readonly ids: Int32Array
  readonly texts: readonly string[]
}

export const choiceCountOf = ({ actionOf }: ExactModel): number => actionOf.length

/** What each state shows. */
export function observationsOf({ anchors }: ExactModel): StateAnchors {
  const text = anchors.get('text')
  if (text) return text
  throw new RangeError('a model has the anchor text')
}
