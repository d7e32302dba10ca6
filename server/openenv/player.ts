import { GymError } from '../../core/errors.ts'
import { isPromise, type MaybePromise } from '../../core/later.ts'
import type { Trajectory } from '../../core/types.ts'
import type { Realm } from '../arena/realm.ts'
import type { Answer, Seat } from '../arena/seat.ts'
import type { WireObject } from '../json.ts'
import { expectRole, type Role } from '../roles.ts'
import { readStep } from './action.ts'
import type { Replies } from './replies.ts'
import { readReset } from './request.ts'

/**
 * One client's episodes, one after the other, as OpenEnv sees them: over a socket, or behind HTTP. Requests come one
 * at a time. What it returns is the data of a reply, as JSON.
 */
export class Player {
  readonly #realm: Realm
  readonly #role: Role
  readonly #replies: Replies
  #seat: Seat | null = null
  /** Steps whose replies were dropped since the last one that was not. */
  #superseded: number[] = []
  #unsent: Answer | null = null
  /** Whether the client has been told that its episode has ended. */
  #knowsEnd = false
  #hasLeft = false

  constructor(realm: Realm, role: Role, replies: Replies) {
    this.#realm = realm
    this.#role = role
    this.#replies = replies
  }

  get seat(): Seat | null {
    return this.#seat
  }

  /** Starts another episode; one that goes on is aborted. @throws GymError as `Realm.reset`, FORBIDDEN */
  reset(data: WireObject): MaybePromise<string> {
    const request = readReset(data)
    expectRole(this.#role, request.group ? ['trainer'] : ['agent', 'trainer'], request.group ? 'a group' : 'an episode')
    this.#seat?.interrupt('aborted', 'reset before its end')
    const seat = this.#realm.reset(request)
    return isPromise(seat) ? seat.then((late) => this.#begin(late)) : this.#begin(seat)
  }

  /**
   * Takes a step. To the first step after an end that the client does not know of, the reply says so and no step is
   * taken.
   * @throws GymError EPISODE_NEEDED, EPISODE_ENDED, and as `Seat.step`
   */
  step(data: WireObject): MaybePromise<string> {
    const seat = this.#seat
    if (!seat) throw new GymError('EPISODE_NEEDED', 'there is no episode yet: reset first')
    const { action, evidence } = readStep(this.#realm.world.environment.actionSchema, data)
    if (seat.hasEnded && seat.run.episode.ending !== 'aborted' && !this.#knowsEnd) return this.#tooLate(seat)
    const answer = seat.step(action, evidence)
    return isPromise(answer) ? answer.then((late) => this.#told(seat, late)) : this.#told(seat, answer)
  }

  state(): string {
    return this.#replies.state(this.#seat)
  }

  /** The last reply has gone out. */
  delivered(): void {
    this.#knowsEnd = this.#seat?.hasEnded ?? false
    this.#unsent = null
    if (this.#superseded.length > 0) this.#superseded = []
  }

  /** The last reply was dropped, since the client asked for something else meanwhile: the next one says so. */
  dropped(): void {
    const seat = this.#seat
    if (!this.#unsent || !seat) return
    const { step } = this.#unsent
    this.#unsent = null
    this.#superseded.push(step.index)
    this.#realm.broadcast.tell('stepSuperseded', { seat, step })
  }

  leave(reason: string): void {
    this.#hasLeft = true
    this.#seat?.interrupt('aborted', reason)
  }

  #begin(seat: Seat): string {
    this.#seat = seat
    this.#superseded = []
    this.#unsent = null
    this.#knowsEnd = false
    if (this.#hasLeft) seat.interrupt('aborted', 'the client left')
    return this.#replies.reset(seat)
  }

  #told(seat: Seat, answer: Answer): string {
    this.#unsent = answer
    return this.#replies.step(seat, answer, this.#superseded)
  }

  #tooLate(seat: Seat): MaybePromise<string> {
    const tell = (trajectory: Trajectory): string => this.#replies.tooLate(seat, trajectory, this.#superseded)
    const ended = seat.end()
    return isPromise(ended) ? ended.then(tell) : tell(ended)
  }
}
