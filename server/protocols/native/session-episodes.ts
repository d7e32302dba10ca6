import { GymError } from '../../../core/data/errors.ts'
import { canonicalJson } from '../../../core/data/hash.ts'
import type { MaybePromise } from '../../../core/data/maybe-promise.ts'
import { plainCopy } from '../../../core/data/plain.ts'
import { shown } from '../../../core/data/shown.ts'
import type { Evidence, Step, Trajectory } from '../../../core/data/types.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import { actionsOf } from './views.ts'

/** Runs tasks one after the other, in the order they came; at once where nothing is in progress. */
export class SerialQueue {
  #last: Promise<unknown> | null = null

  run<T>(task: () => MaybePromise<T>): MaybePromise<T> {
    const value = this.#last ? this.#last.then(task) : task()
    if (value instanceof Promise) this.#occupy(value)
    return value
  }

  #occupy(task: Promise<unknown>): void {
    const done = (): void => {
      if (this.#last === settled) this.#last = null
    }
    const settled = task.then(done, done)
    this.#last = settled
  }
}

/** An episode that ended before this server was started, or of which nothing but its end is kept. */
export interface PastEpisode {
  readonly trajectory: Trajectory
  /** Steps taken, where the trajectory lacks them. */
  readonly taken?: number
}

/** Announces the end of an episode to the client. */
type Announce = (ended: SessionEpisode) => void

/** An episode as its session has it: the order of the requests to it, and what the client knows of its end. */
export class SessionEpisode {
  readonly id: string
  readonly queue = new SerialQueue()
  /** Null for a past episode. */
  readonly served: ServedEpisode | null
  /** How the client learns of the end: by an event, by the reply to the step in progress; or it was sent already. */
  endNotice: 'event' | 'reply' | 'sent'
  readonly #past: PastEpisode | null
  readonly #announce: Announce

  constructor(id: string, served: ServedEpisode | null, past: PastEpisode | null, announce: Announce = () => {}) {
    this.id = id
    this.served = served
    this.#past = past
    this.#announce = announce
    this.endNotice = past ? 'sent' : 'event'
  }

  /** Once it has ended, and the end is in the log. */
  get trajectory(): Trajectory | null {
    return this.served ? this.served.trajectory : (this.#past?.trajectory ?? null)
  }

  /** Its steps since it was started or forked, as far as they are kept. */
  get steps(): readonly Step[] {
    return this.served ? this.served.runner.steps : (this.#past?.trajectory.steps ?? [])
  }

  /** Steps taken: the index of the next. */
  get index(): number {
    return this.served ? this.served.runner.episode.index : (this.#past?.taken ?? (this.steps.at(-1)?.index ?? -1) + 1)
  }

  /** @throws GymError EPISODE_ABORTED, EPISODE_ENDED for a past episode */
  expectServed(): ServedEpisode {
    if (this.served) return this.served
    throw this.#pastError()
  }

  /**
   * Takes a step, or answers one again that was taken before; in `queue`, as all requests to the episode. An end that
   * comes with the step is in its answer, and no event.
   * @param index of the step; undefined for the next
   * @throws GymError as `ServedEpisode.step`; REQUEST_CONFLICT where another action was taken, or steps before it were not
   */
  step(action: unknown, evidence: Evidence | undefined, index?: number): MaybePromise<Answer> {
    const known = index === undefined ? null : this.#takenBefore(index, action)
    if (known) return known
    if (!this.served) throw this.#pastError()
    if (this.endNotice === 'event') this.endNotice = 'reply'
    // Written out, as `ServedEpisode.step`: what closures cost counts on the way of every step.
    let answer: MaybePromise<Answer>
    try {
      answer = this.served.step(action, evidence)
    } catch (thrown) {
      this.#failed(thrown)
    }
    if (answer instanceof Promise) return this.#answerLate(answer)
    // Nothing can have ended it since: what ends it during a step that is not awaited is in the answer.
    this.endNotice = answer.trajectory ? 'sent' : 'event'
    return answer
  }

  /** Announces the end, unless the client knows or the reply to a step will say so. */
  announceEnd(): void {
    if (this.endNotice !== 'event' || this.trajectory === null) return
    this.endNotice = 'sent'
    this.#announce(this)
  }

  /** A step that was taken before, to be answered again; null where it is the next. @throws GymError REQUEST_CONFLICT */
  #takenBefore(index: number, action: unknown): Answer | null {
    const next = this.index
    if (index === next) return null
    const step = this.steps[index - (next - this.steps.length)]
    if (!step) throw conflict(index, `the episode is at step ${next}`)
    if (!isSameAction(step, action)) throw conflict(index, 'it was taken with another action')
    return this.answerAgain(step, index === next - 1)
  }

  /** A step that was taken, as it was answered. */
  answerAgain(step: Step, isLast: boolean): Answer {
    const actions = isLast && this.served ? actionsOf(this.served) : null
    return { episode: this.id, step, actions, trajectory: isLast ? this.trajectory : null }
  }

  #answerLate(late: Promise<Answer>): Promise<Answer> {
    return late.then(
      (answer) => {
        if (answer.trajectory) this.endNotice = 'sent'
        else this.#afterStep()
        return answer
      },
      (thrown: unknown) => this.#failed(thrown),
    )
  }

  #failed(thrown: unknown): never {
    this.#afterStep()
    throw thrown
  }

  /** An end that came during the step, and that its reply does not report. */
  #afterStep(): void {
    if (this.endNotice === 'reply') this.endNotice = 'event'
    this.announceEnd()
  }

  #pastError(): GymError {
    const { trajectory } = this
    return trajectory?.ending === 'aborted'
      ? new GymError('EPISODE_ABORTED', `the episode was aborted (${trajectory.endingReason}): start another`)
      : new GymError('EPISODE_ENDED', `the episode ${this.id} has ended: start another`)
  }
}

export const pastEpisode = (past: PastEpisode): SessionEpisode => new SessionEpisode(past.trajectory.id, null, past)

/** Ended episodes of a session that are still known. */
const KEPT_ENDED = 16
/** Last ended episodes whose steps are kept, to be shown and answered again: they hold every observation. */
const KEPT_WHOLE = 1

/** Episodes of one session by id; of those that have ended, the last few. */
export class SessionEpisodes {
  readonly #byId = new Map<string, SessionEpisode>()
  readonly #ended: string[] = []
  readonly #announce: Announce
  readonly #isRestored: boolean

  /** @param isRestored whether the server was restarted since the session began */
  constructor(announce: Announce, isRestored: boolean) {
    this.#announce = announce
    this.#isRestored = isRestored
  }

  /** Episodes that have not ended. */
  get open(): readonly ServedEpisode[] {
    return [...this.#byId.values()].flatMap(({ served }) => (served && !served.hasEnded ? [served] : []))
  }

  add(served: ServedEpisode): SessionEpisode {
    const episode = new SessionEpisode(served.id, served, null, this.#announce)
    this.#byId.set(served.id, episode)
    return episode
  }

  /** Adds an episode that ended before this server was started. */
  remember(trajectory: Trajectory): void {
    this.#byId.set(trajectory.id, pastEpisode({ trajectory }))
    this.#keepEnded(trajectory.id)
  }

  find(id: string): SessionEpisode | undefined {
    return this.#byId.get(id)
  }

  /** @throws GymError EPISODE_UNKNOWN */
  get(id: string): SessionEpisode {
    const episode = this.#byId.get(id)
    if (episode) return episode
    throw unknownEpisode(id, this.#isRestored)
  }

  /** The end of an episode is in the log. */
  ended(id: string): void {
    if (this.#byId.has(id) && !this.#ended.includes(id)) this.#keepEnded(id)
  }

  #keepEnded(id: string): void {
    this.#ended.push(id)
    const past = this.#ended.at(-1 - KEPT_WHOLE)
    if (past !== undefined) this.#forgetSteps(past)
    const oldest = this.#ended.length > KEPT_ENDED ? this.#ended.shift() : undefined
    if (oldest !== undefined) this.#byId.delete(oldest)
  }

  /** A request that is being served has the episode itself. */
  #forgetSteps(id: string): void {
    const episode = this.#byId.get(id)
    if (!episode?.served || !episode.trajectory) return
    const { trajectory, index: taken } = episode
    this.#byId.set(id, pastEpisode({ trajectory: { ...trajectory, steps: [] }, taken }))
  }
}

/** @param isRestored as of `SessionEpisodes` */
export function unknownEpisode(id: string, isRestored = false): GymError {
  const name = shown(id, 100)
  const lost = ': the server was restarted, and it ended before, or could not be restored; reset, and start another'
  return new GymError('EPISODE_UNKNOWN', `this session has no episode ${name}${isRestored ? lost : ': reset first'}`)
}

/** The session that an episode's id says it is of. */
export const sessionIdOf = (episode: string): string => episode.slice(0, episode.indexOf('-'))

/** An over-long action is recorded in part: any action that is sent again counts as the same. */
export const isSameAction = ({ action, refused }: Step, sent: unknown): boolean =>
  refused?.code === 'ACTION_TOO_LARGE' || textOf(action) === textOf(sent)

/** That of null for anything that is not plain JSON (a bigint, NaN), which is how such an action is recorded. */
function textOf(value: unknown): string {
  try {
    return canonicalJson(plainCopy(value, ACTION))
  } catch {
    return canonicalJson(null)
  }
}

const ACTION = { name: 'action', code: 'ACTION_INVALID', hasMinusZero: true } as const

const conflict = (index: number, why: string): GymError =>
  new GymError('REQUEST_CONFLICT', `step ${index} cannot be taken: ${why}`)
