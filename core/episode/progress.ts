import type { Effect, Ending, Move } from '../data/types.ts'

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

/** Moves from the reset on, in order. */
export function movesOf(past: PastMove | null): readonly Move[] {
  const moves: Move[] = []
  for (let move = past; move; move = move.previous) moves.push(move)
  return moves.reverse()
}

/** Moves in order, linked. */
export const pastOf = (moves: readonly Move[]): PastMove | null =>
  moves.reduce<PastMove | null>((previous, move) => ({ ...move, previous }), null)
