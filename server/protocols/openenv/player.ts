import { GymError } from '../../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import { expectRole, type Role } from '../../roles.ts'
import type { WireObject } from '../../transport/json.ts'
import type { Replies } from './replies.ts'
import { readReset, readStep } from './request.ts'

/**
 * One client's episodes, one after the other, as OpenEnv sees them: over a socket, or behind HTTP. Requests come one
 * at a time. What it returns is the data of a reply, as JSON.
 */
export class Player {
  readonly #environmentHost: EnvironmentHost
  readonly #role: Role
  readonly #replies: Replies
  #served: ServedEpisode | null = null
  /** Steps whose replies were dropped since the last one that was not. */
  #superseded: number[] = []
  #unsent: Answer | null = null
  /** Whether the client has been told that its episode has ended. */
  #knowsEnd = false
  #hasLeft = false

  constructor(environmentHost: EnvironmentHost, role: Role, replies: Replies) {
    this.#environmentHost = environmentHost
    this.#role = role
    this.#replies = replies
  }

  get episode(): ServedEpisode | null {
    return this.#served
  }

  /** Starts another episode; one that goes on is aborted. @throws GymError as `EnvironmentHost.reset`, FORBIDDEN */
  reset(data: WireObject): MaybePromise<string> {
    const request = readReset(data)
    expectRole(this.#role, request.group ? ['trainer'] : ['agent', 'trainer'], request.group ? 'a group' : 'an episode')
    this.#served?.interrupt('aborted', 'reset before its end')
    const served = this.#environmentHost.reset(request)
    return isPromise(served) ? served.then((late) => this.#begin(late)) : this.#begin(served)
  }

  /**
   * Takes a step. To the first step after an end that the client does not know of, the reply says so and no step is
   * taken.
   * @throws GymError EPISODE_NEEDED, EPISODE_ENDED, and as `ServedEpisode.step`
   */
  step(data: WireObject): MaybePromise<string> {
    const served = this.#served
    if (!served) throw new GymError('EPISODE_NEEDED', 'there is no episode yet: reset first')
    const { action, evidence } = readStep(this.#environmentHost.world.environment.actionSchema, data)
    if (served.hasEnded && served.runner.episode.ending !== 'aborted' && !this.#knowsEnd) return this.#tooLate(served)
    const answer = served.step(action, evidence)
    return isPromise(answer) ? answer.then((late) => this.#told(served, late)) : this.#told(served, answer)
  }

  state(): string {
    return this.#replies.state(this.#served)
  }

  /** The last reply has gone out. */
  delivered(): void {
    this.#knowsEnd = this.#served?.hasEnded ?? false
    this.#unsent = null
    if (this.#superseded.length > 0) this.#superseded = []
  }

  /** The last reply was dropped, since the client asked for something else meanwhile: the next one says so. */
  dropped(): void {
    const served = this.#served
    if (!this.#unsent || !served) return
    const { step } = this.#unsent
    this.#unsent = null
    this.#superseded.push(step.index)
    this.#environmentHost.events.emit('stepSuperseded', { episode: served, step })
  }

  leave(reason: string): void {
    this.#hasLeft = true
    this.#served?.interrupt('aborted', reason)
  }

  #begin(served: ServedEpisode): string {
    this.#served = served
    this.#superseded = []
    this.#unsent = null
    this.#knowsEnd = false
    if (this.#hasLeft) served.interrupt('aborted', 'the client left')
    return this.#replies.reset(served)
  }

  #told(served: ServedEpisode, answer: Answer): string {
    this.#unsent = answer
    return this.#replies.step(served, answer, this.#superseded)
  }

  #tooLate(served: ServedEpisode): MaybePromise<string> {
    const tell = (trajectory: Trajectory): string => this.#replies.tooLate(served, trajectory, this.#superseded)
    const ended = served.end()
    return isPromise(ended) ? ended.then(tell) : tell(ended)
  }
}
