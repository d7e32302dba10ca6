import { GymError } from '../../../core/data/errors.ts'
import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { Evidence, JsonObject, Trajectory } from '../../../core/data/types.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { actionOfCall, toolsOf } from '../../../core/episode/tools.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import { endReplaced, type Replaced } from '../../hosting/request.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import { expectRole, type Owner, type Role } from '../../roles.ts'
import type { WireObject } from '../../transport/json.ts'
import type { Literals } from '../../transport/literals.ts'
import { Replies } from './replies.ts'
import { asksForTools, readReset, readStep, type ToolCall } from './request.ts'
import { UnseenResults } from './unseen-results.ts'

/** What a reset or close before the end makes of an episode, where the client does not say. */
export type Unfinished = Replaced['ending']

export interface PlayerSettings {
  readonly environmentHost: EnvironmentHost
  readonly role: Role
  /** Owner that its episodes count towards. */
  readonly owner: Owner
  readonly literals: Literals
  readonly unfinished: Unfinished
}

/** A step that was taken, or an end that its client had not seen and that is reported instead: then there is no answer. */
export type Taken =
  | { readonly served: ServedEpisode; readonly answer: Answer; readonly trajectory: Trajectory | null }
  | { readonly served: ServedEpisode; readonly answer: null; readonly trajectory: Trajectory }

/**
 * One client's episodes, one after the other, as OpenEnv sees them: over a socket, or behind HTTP. Requests come one
 * at a time. What it returns is the data of a reply, as JSON.
 */
export class Player {
  readonly #settings: PlayerSettings
  readonly #replies: Replies
  readonly #unseen: UnseenResults
  #served: ServedEpisode | null = null
  #unsent: Answer | null = null
  #hasLeft = false

  constructor(settings: PlayerSettings) {
    const { environmentHost, role, literals } = settings
    this.#settings = settings
    this.#replies = new Replies(literals, role, environmentHost.limits.frameBytesOut)
    this.#unseen = new UnseenResults(role === 'trainer')
  }

  get episode(): ServedEpisode | null {
    return this.#served
  }

  /** Whether the environment has tools of its own. */
  get hasTools(): boolean {
    return this.#settings.environmentHost.world.environment.tools !== undefined
  }

  /** Whether a step was taken whose reply is still to be sent. */
  get hasUnsent(): boolean {
    return this.#unsent !== null
  }

  get seesRewards(): boolean {
    return this.#settings.role === 'trainer'
  }

  /** What the client may not know, for replies that show no observation. */
  get unseen(): JsonObject | null {
    return this.#unseen.other()
  }

  /** Starts another episode; then an open one ends. @throws GymError as `EnvironmentHost.reset`, FORBIDDEN */
  reset(data: WireObject): MaybePromise<string> {
    const { environmentHost, role, owner } = this.#settings
    const { start, truncate, ignored } = readReset(data)
    expectRole(role, start.group ? ['trainer'] : ['agent', 'trainer'], start.group ? 'a group' : 'an episode')
    const replaced = this.#ended(truncate, 'reset before its end')
    let isOwnEnd = false
    const beforeEnd = (): void => {
      isOwnEnd = true
    }
    const served = environmentHost.reset({ ...start, role, owner }, replaced && { ...replaced, beforeEnd })
    return chain(served, (started) => this.#begin(started, isOwnEnd, ignored))
  }

  /**
   * Takes a step, or lists the tools where the step asks for them.
   * @throws GymError EPISODE_NEEDED, EPISODE_ENDED, and as `ServedEpisode.step`
   */
  step(data: WireObject): MaybePromise<string> {
    const { world } = this.#settings.environmentHost
    if (asksForTools(world.environment, data)) return chain(this.tools(), (tools) => this.#listed(tools))
    if (!this.#served) throw new GymError('EPISODE_NEEDED', 'there is no episode yet: reset first')
    const { action, evidence, call } = readStep(world, data)
    return chain(this.take(action, evidence), (taken) => this.#replyTo(taken, call))
  }

  /** Tools that may be called; an episode starts where only that can tell. @throws GymError as `reset` */
  tools(): MaybePromise<readonly ToolDescription[]> {
    const listed = this.#listedTools()
    return listed ?? chain(this.reset({}), () => this.#listedTools() ?? [])
  }

  /** Calls a tool: a step of the open episode, of one that starts now if there is none. @throws GymError as `take`, `reset` */
  call({ name, args }: ToolCall): MaybePromise<Taken> {
    const { world } = this.#settings.environmentHost
    const started = this.#served ? null : this.reset({})
    return chain(started, () => this.take(actionOfCall(world, name, args)))
  }

  /**
   * Takes a step of the open episode. To the first step after an end that no observation has shown, the answer says so
   * and no step is taken.
   * @throws GymError EPISODE_NEEDED, EPISODE_ENDED, and as `ServedEpisode.step`
   */
  take(action: unknown, evidence?: Evidence): MaybePromise<Taken> {
    const served = this.#served
    if (!served) throw new GymError('EPISODE_NEEDED', 'there is no episode yet: reset first')
    if (served.hasEnded && served.runner.episode.ending !== 'aborted' && !this.#unseen.knowsEnd)
      return chain(served.end(), (trajectory) => ({ served, answer: null, trajectory }))
    return chain(served.step(action, evidence), (answer) => {
      this.#unsent = answer
      return { served, answer, trajectory: answer.trajectory }
    })
  }

  state(): string {
    return this.#replies.state(this.#served, this.unseen)
  }

  /** Ends the open episode. @returns When its end is in the log. @throws GymError FORBIDDEN, RECORD_FAILED */
  close(truncate: string | undefined, reason: string): MaybePromise<Trajectory | null> {
    endReplaced(this.#ended(truncate, reason))
    return this.#served?.end() ?? null
  }

  /** @returns What became of the episode that was closed. @throws GymError EPISODE_NEEDED, and as `close` */
  closing(truncate: string | undefined): MaybePromise<string> {
    const served = this.#served
    if (!served) throw new GymError('EPISODE_NEEDED', 'there is no episode to close')
    return chain(this.close(truncate, 'closed by its client'), (trajectory) =>
      this.#replies.closing(served, trajectory, this.unseen),
    )
  }

  /** The last observation has been sent. */
  delivered(): void {
    this.#unsent = null
    this.#unseen.observed()
  }

  /** The last observation could not be sent: the next replies report its results. */
  undelivered(): void {
    if (this.#unsent) this.#unseen.step(this.#unsent.step.index)
    this.#unsent = null
  }

  /** The last observation was dropped, since the client asked for something else meanwhile. */
  dropped(): void {
    const [served, unsent] = [this.#served, this.#unsent]
    this.undelivered()
    if (served && unsent)
      this.#settings.environmentHost.events.emit('stepSuperseded', { episode: served, step: unsent.step })
  }

  leave(reason: string): void {
    this.#hasLeft = true
    this.#served?.interrupt('aborted', reason)
  }

  /** The open episode as the client ends it. @throws GymError FORBIDDEN */
  #ended(truncate: string | undefined, reason: string): Replaced | null {
    const { role, unfinished } = this.#settings
    if (truncate !== undefined) expectRole(role, ['trainer'], 'truncate')
    if (!this.#served) return null
    const ending = truncate === undefined ? unfinished : 'truncated'
    return { served: this.#served, ending, reason: truncate ?? reason }
  }

  #begin(served: ServedEpisode, isOwnEnd: boolean, ignored: readonly string[]): string {
    this.#unseen.begin(served, isOwnEnd)
    this.#served = served
    this.#unsent = null
    if (this.#hasLeft) served.interrupt('aborted', 'the client left')
    return this.#replies.reset(served, ignored, this.#unseen.observation(true))
  }

  #replyTo(taken: Taken, call: ToolCall | null): string {
    const unseen = this.#unseen.observation(false)
    if (taken.answer) return this.#replies.step(taken.served, taken.answer, unseen, call)
    return this.#replies.tooLate(taken.served, taken.trajectory, unseen, call)
  }

  #listedTools(): readonly ToolDescription[] | null {
    const { world } = this.#settings.environmentHost
    return toolsOf(world, this.#served?.runner.episode ?? null)
  }

  #listed(tools: readonly ToolDescription[]): string {
    return this.#replies.tools(tools, this.#served, this.#unseen.observation(false))
  }
}
