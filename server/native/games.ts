import { GymError } from '../../core/errors.ts'
import { canonicalJson } from '../../core/hash.ts'
import type { Step, Trajectory } from '../../core/types.ts'
import type { Seat } from '../arena/seat.ts'
import { Lane } from './lane.ts'
import { actionsOf, type ToldStep } from './views.ts'

/** Ended episodes of a session that are still known. */
const KEPT_ENDED = 16
/** Of these, the last that can still be shown, and whose steps are told again: they hold all that was seen in them. */
const KEPT_WHOLE = 1

/** One episode of a session, and the order of the requests to it. */
export interface Game {
  readonly id: string
  readonly lane: Lane
  /** Null for one that ended before the server was started anew, or before others that have ended. */
  readonly seat: Seat | null
  /** Once it has ended, and the end is in the log. */
  trajectory: Trajectory | null
  /** Steps taken, where neither seat nor trajectory has them any more. */
  readonly taken: number | null
  /** Whether a step is under way, whose reply will tell an end that comes meanwhile. */
  isStepping: boolean
  /** Whether its client knows that it has ended. */
  isEndTold: boolean
}

/** An episode that has ended before this server was started, or of which nothing but its end is kept. */
export const pastGame = (trajectory: Trajectory, taken: number | null = null): Game => ({
  id: trajectory.id,
  lane: new Lane(),
  seat: null,
  trajectory,
  taken,
  isStepping: false,
  isEndTold: true,
})

/** Episodes of one session by id; of those that have ended, the last few. */
export class Games {
  readonly #games = new Map<string, Game>()
  readonly #ended: string[] = []

  get all(): readonly Game[] {
    return [...this.#games.values()]
  }

  /** Those that go on. */
  get open(): readonly Seat[] {
    return this.all.flatMap(({ seat }) => (seat && !seat.hasEnded ? [seat] : []))
  }

  begin(seat: Seat): Game {
    const standing = { trajectory: null, taken: null, isStepping: false, isEndTold: false }
    const game: Game = { id: seat.id, lane: new Lane(), seat, ...standing }
    this.#games.set(seat.id, game)
    return game
  }

  /** One that has ended before this server was started. */
  remember(trajectory: Trajectory): void {
    this.#games.set(trajectory.id, pastGame(trajectory))
    this.#keepEnded(trajectory.id)
  }

  find(id: string): Game | undefined {
    return this.#games.get(id)
  }

  ended(id: string, trajectory: Trajectory): Game | undefined {
    const game = this.#games.get(id)
    if (!game) return undefined
    game.trajectory = trajectory
    this.#keepEnded(id)
    return game
  }

  #keepEnded(id: string): void {
    this.#ended.push(id)
    const past = this.#ended.at(-1 - KEPT_WHOLE)
    if (past !== undefined) this.#forgetSteps(past)
    const oldest = this.#ended.length > KEPT_ENDED ? this.#ended.shift() : undefined
    if (oldest !== undefined) this.#games.delete(oldest)
  }

  /** Whoever is in the middle of something with it has the game itself. */
  #forgetSteps(id: string): void {
    const game = this.#games.get(id)
    if (game?.seat && game.trajectory)
      this.#games.set(id, pastGame({ ...game.trajectory, steps: [] }, game.seat.run.episode.index))
  }
}

/** @param isRestored whether the server was started anew since the session began */
export function unknownEpisode(id: string, isRestored = false): GymError {
  const name = JSON.stringify(id.slice(0, 100))
  const lost = ': the server was started anew, and it ended before, or could not go on; reset, and begin another'
  return new GymError('EPISODE_UNKNOWN', `this session has no episode ${name}${isRestored ? lost : ': reset first'}`)
}

/**
 * A step that was taken before, to be told again.
 * @returns Null where it is yet to be taken.
 * @throws GymError REQUEST_CONFLICT where another action was taken, or steps before it were not.
 */
export function takenBefore(game: Game, index: number, action: unknown): ToldStep | null {
  const steps = game.seat?.run.steps ?? game.trajectory?.steps ?? []
  const next = game.seat?.run.episode.index ?? game.taken ?? (steps.at(-1)?.index ?? -1) + 1
  if (index === next) return null
  const step = steps[index - (next - steps.length)]
  if (!step) throw conflict(index, `the episode is at step ${next}`)
  if (!isOf(step, action)) throw conflict(index, 'it was taken with another action')
  return toldAgain(game, step, index === next - 1)
}

/** A step that was taken, as its reply told it. */
export function toldAgain({ id, seat, trajectory }: Game, step: Step, isLast: boolean): ToldStep {
  return { episode: id, step, actions: isLast && seat ? actionsOf(seat) : null, end: isLast ? trajectory : null }
}

/** An over-long action is recorded in part: whatever is sent again is taken for it. */
export const isOf = ({ action, refused }: Step, sent: unknown): boolean =>
  refused?.code === 'ACTION_TOO_LARGE' || textOf(action) === textOf(sent)

/** Null for what is no JSON, which is how such an action is recorded. */
function textOf(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return canonicalJson(null)
  }
}

const conflict = (index: number, why: string): GymError =>
  new GymError('REQUEST_CONFLICT', `step ${index} cannot be taken: ${why}`)
