import type { Effect, Ending, Json, Move, Refusal } from '../data/types.ts'

/** Linked, so that forks share it and appending costs nothing. */
export interface PastMove extends Move {
  readonly previous: PastMove | null
}

/** Everything that an episode has reached so far; `Episode` adds the rules. */
export interface Progress<State extends object = object> {
  readonly state: State
  /** Steps taken. */
  readonly index: number
  readonly past: PastMove | null
  readonly ending: Ending | null
  readonly endingReason: string | null
  /** Fresh forks made so far, so that each gets a future of its own. */
  readonly forks: number
  readonly resetEffects: readonly Effect[]
}

export function pastOf(
  action: Json,
  forkPath: string,
  effects: readonly Effect[],
  refusal: Refusal | null,
  previous: PastMove | null,
): PastMove {
  return refusal === null
    ? { action, forkPath, effects, previous }
    : { action, forkPath, effects, refused: refusal, previous }
}
