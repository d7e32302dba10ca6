import { GymError } from '../../../core/data/errors.ts'
import { canonicalJson } from '../../../core/data/hash.ts'
import type { Step, Trajectory } from '../../../core/data/types.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { SerialQueue } from './serial-queue.ts'
import { type AnsweredStep, actionsOf } from './views.ts'

/** Ended episodes of a session that are still known. */
const KEPT_ENDED = 16
/** Of these, the last that can still be shown, and whose steps are told again: they hold all that was seen in them. */
const KEPT_WHOLE = 1

/** One episode of a session, and the order of the requests to it. */
export interface SessionEpisode {
  readonly id: string
  readonly queue: SerialQueue
  /** Null for one that ended before the server was started anew, or before others that have ended. */
  readonly served: ServedEpisode | null
  /** Once it has ended, and the end is in the log. */
  trajectory: Trajectory | null
  /** Steps taken, where neither served nor trajectory has them any more. */
  readonly taken: number | null
  /** Whether a step is under way, whose reply will tell an end that comes meanwhile. */
  isStepping: boolean
  /** Whether its client knows that it has ended. */
  isEndAnnounced: boolean
}

/** An episode that has ended before this server was started, or of which nothing but its end is kept. */
export const pastGame = (trajectory: Trajectory, taken: number | null = null): SessionEpisode => ({
  id: trajectory.id,
  queue: new SerialQueue(),
  served: null,
  trajectory,
  taken,
  isStepping: false,
  isEndAnnounced: true,
})

/** Episodes of one session by id; of those that have ended, the last few. */
export class SessionEpisodes {
  readonly #sessionEpisodes = new Map<string, SessionEpisode>()
  readonly #ended: string[] = []

  get all(): readonly SessionEpisode[] {
    return [...this.#sessionEpisodes.values()]
  }

  /** Those that go on. */
  get open(): readonly ServedEpisode[] {
    return this.all.flatMap(({ served }) => (served && !served.hasEnded ? [served] : []))
  }

  begin(served: ServedEpisode): SessionEpisode {
    const standing = { trajectory: null, taken: null, isStepping: false, isEndAnnounced: false }
    const sessionEpisode: SessionEpisode = { id: served.id, queue: new SerialQueue(), served, ...standing }
    this.#sessionEpisodes.set(served.id, sessionEpisode)
    return sessionEpisode
  }

  /** One that has ended before this server was started. */
  remember(trajectory: Trajectory): void {
    this.#sessionEpisodes.set(trajectory.id, pastGame(trajectory))
    this.#keepEnded(trajectory.id)
  }

  find(id: string): SessionEpisode | undefined {
    return this.#sessionEpisodes.get(id)
  }

  ended(id: string, trajectory: Trajectory): SessionEpisode | undefined {
    const sessionEpisode = this.#sessionEpisodes.get(id)
    if (!sessionEpisode) return undefined
    sessionEpisode.trajectory = trajectory
    this.#keepEnded(id)
    return sessionEpisode
  }

  #keepEnded(id: string): void {
    this.#ended.push(id)
    const past = this.#ended.at(-1 - KEPT_WHOLE)
    if (past !== undefined) this.#forgetSteps(past)
    const oldest = this.#ended.length > KEPT_ENDED ? this.#ended.shift() : undefined
    if (oldest !== undefined) this.#sessionEpisodes.delete(oldest)
  }

  /** Whoever is in the middle of something with it has the sessionEpisode itself. */
  #forgetSteps(id: string): void {
    const sessionEpisode = this.#sessionEpisodes.get(id)
    if (sessionEpisode?.served && sessionEpisode.trajectory)
      this.#sessionEpisodes.set(
        id,
        pastGame({ ...sessionEpisode.trajectory, steps: [] }, sessionEpisode.served.runner.episode.index),
      )
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
export function takenBefore(sessionEpisode: SessionEpisode, index: number, action: unknown): AnsweredStep | null {
  const steps = sessionEpisode.served?.runner.steps ?? sessionEpisode.trajectory?.steps ?? []
  const next = sessionEpisode.served?.runner.episode.index ?? sessionEpisode.taken ?? (steps.at(-1)?.index ?? -1) + 1
  if (index === next) return null
  const step = steps[index - (next - steps.length)]
  if (!step) throw conflict(index, `the episode is at step ${next}`)
  if (!isOf(step, action)) throw conflict(index, 'it was taken with another action')
  return toldAgain(sessionEpisode, step, index === next - 1)
}

/** A step that was taken, as its reply told it. */
export function toldAgain({ id, served, trajectory }: SessionEpisode, step: Step, isLast: boolean): AnsweredStep {
  return { episode: id, step, actions: isLast && served ? actionsOf(served) : null, end: isLast ? trajectory : null }
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
