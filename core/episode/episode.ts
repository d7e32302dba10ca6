import type { Deadline } from '../data/deadline.ts'
import { GymError, reasonOf } from '../data/errors.ts'
import { fingerprintOf, hashOf } from '../data/hash.ts'
import { chain, isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { plainCopy, sealState } from '../data/plain.ts'
import type { Anchors, Effect, Ending, Info, Json, JsonObject, Move, Refusal, Task } from '../data/types.ts'
import { asked, attributed, type Owner, owned, runOwned } from '../data/user-code.ts'
import { type Admitted, admit, refused } from './action.ts'
import { closingDeadlineOf, expectAsync, readTransition, StepContext } from './context.ts'
import { RECORD, type TapeMode } from './effects.ts'
import type { ExpertContext, Grades, Transition, View } from './environment.ts'
import { gradesOf } from './grades.ts'
import type { Lineage } from './lineage.ts'
import { closeLive } from './live.ts'
import type { PastMove, Progress } from './progress.ts'
import type { EpisodeSettings } from './settings.ts'
import { textOf } from './views.ts'
import type { World } from './world.ts'

/** What a step did. */
export interface Taken extends Move {
  readonly index: number
  readonly isActionValid: boolean
  readonly reward: number | null
  readonly terminated: boolean
  readonly truncated: boolean
  readonly info: Info
}

export { NO_INFO } from './context.ts'

const ACTIONS = { name: 'list of actions', code: 'ENV_INVALID', hasMinusZero: true } as const
const PUBLIC_STATE = { name: 'public state', code: 'ENV_INVALID', hasMinusZero: true } as const
const DEFAULT_MAX_ACTION_LENGTH = 65_536

/** Order, limits, endings and history of one episode, for synchronous and asynchronous environments alike. */
export class Episode<State extends object = object> implements Progress<State>, Owner {
  readonly world: World<State>
  readonly settings: EpisodeSettings
  readonly lineage: Lineage
  readonly live: unknown
  readonly resetEffects: readonly Effect[]
  /** Most steps, from 1. */
  readonly #limit: number
  #state: State
  /** The observation of the state, once it was asked for. */
  #text: string | null = null
  /** Whether the state is of a step of this episode's own: no other has it, unless it is shared. */
  #isStateOwn = false
  #index: number
  #past: PastMove | null
  #lastReason: string | null = null
  #ending: Ending | null
  #endingReason: string | null
  #forks: number
  #underWay: Deadline | null = null
  #isClosed = false
  #closing: MaybePromise<void> = undefined

  constructor(
    world: World<State>,
    settings: EpisodeSettings,
    lineage: Lineage,
    live: unknown,
    progress: Progress<State>,
  ) {
    this.world = world
    this.settings = settings
    this.lineage = lineage
    this.live = live
    this.#limit = settings.maxSteps ?? world.environment.maxSteps
    this.resetEffects = progress.resetEffects
    this.#state = progress.state
    this.#index = progress.index
    this.#past = progress.past
    this.#ending = progress.ending
    this.#endingReason = progress.endingReason
    this.#forks = progress.forks
  }

  get state(): State {
    return this.#state
  }
  get index(): number {
    return this.#index
  }
  get past(): PastMove | null {
    return this.#past
  }
  get ending(): Ending | null {
    return this.#ending
  }
  get endingReason(): string | null {
    return this.#endingReason
  }
  get forks(): number {
    return this.#forks
  }
  get task(): Task {
    return this.settings.task
  }

  /** SHA-256 of the state. Not for every step: it writes the state as JSON. */
  stateHash(): string {
    return hashOf(this.#state)
  }

  /** The observation. */
  text(): string {
    const { views } = this.world
    this.#text ??= this.#isStateOwn ? views.viewOfOwn(this.#state, 'text') : views.view(this.#state, 'text')
    return this.#text
  }

  /** Others are going to have this state: they need not render what was shown here. */
  shareText(): void {
    if (this.#text !== null && this.#isStateOwn) this.world.views.share(this.#state, 'text', this.#text)
  }

  /** Another view of the state: one of the environment's `observe`. */
  view(mode: string): string {
    return this.world.views.view(this.#state, mode)
  }

  anchors(): Anchors {
    const { anchors } = this.world.environment
    const named: Record<string, string> = { text: this.text() }
    if (!anchors?.state) named.state = fingerprintOf(this.#state)
    for (const name in anchors) named[name] = this.#anchor(name, anchors[name])
    return Object.freeze(named)
  }

  /** Admissible actions, null where the environment does not list them. */
  actions(): readonly Json[] | null {
    const { environment } = this.world
    if (!environment.actions) return null
    return asked('actions', () => plainCopy(environment.actions?.(this.#state, this.world) ?? null, ACTIONS))
  }

  grades(): Grades {
    return gradesOf(this.world, this.#state)
  }

  /** Action of the environment's own solver; undefined where it has none. */
  expert(context: Omit<ExpertContext, 'resources'>): Json | undefined {
    const { environment, resources } = this.world
    return asked('expert', () => environment.expert?.(this.#state, { ...context, resources }))
  }

  /** What an agent may know beside observations. */
  get setting(): {
    readonly environment: string
    readonly task: Json
    readonly actionSchema: unknown
    readonly member: number
  } {
    const { id, actionSchema } = this.world.environment
    return { environment: id, task: this.task.public, actionSchema, member: this.lineage.member }
  }

  publicState(): JsonObject {
    return asked('publicState', () => plainCopy(this.world.environment.publicState?.(this.#state) ?? {}, PUBLIC_STATE))
  }

  /**
   * Takes one action. A bad one is a step with `isActionValid: false`, not an error.
   * @throws GymError EPISODE_ENDED, EPISODE_BUSY (nothing happens); ENV_FAILED, ENV_TIMEOUT, ENV_ASYNC, EFFECT_FAILED,
   *   STATE_NOT_PLAIN, EPISODE_ABORTED (the episode is aborted, its steps so far stand).
   */
  step(raw: unknown): MaybePromise<Taken> {
    return this.#take(raw, this.settings.maxActionLength ?? DEFAULT_MAX_ACTION_LENGTH, RECORD)
  }

  /** Takes a recorded move again. @throws GymError as `step`, and REPLAY_DIVERGED. */
  stepAgain(move: Move, mode: TapeMode): MaybePromise<Taken> {
    return this.#take(move.action, Number.POSITIVE_INFINITY, mode, move)
  }

  /** Makes the next step the last, at a limit of the caller that is known before it: what is done `atLimit` is done in it. */
  endWithNextStep(reason: string): void {
    this.#lastReason = reason
  }

  /** Ends the episode at a limit that only the caller knows (agent time); a step in progress is still taken. */
  truncate(reason: string): void {
    if (this.#ending === null) this.#end('truncated', reason)
  }

  /** Gives up a step in progress: its promise is rejected, and its later result changes nothing. */
  abort(reason: string): void {
    if (this.#ending !== null) return
    this.#end('aborted', reason)
    this.#underWay?.cancel()
  }

  /** For a log, where its environment throws late. */
  get name(): string {
    return `environment ${this.world.environment.id}`
  }

  /** Its environment threw late, from a timer or a listener: that ends the episode, and a step in progress. */
  failed(thrown: unknown): void {
    const place = this.#index === 0 ? 'after the reset' : `after step ${this.#index - 1}`
    this.abort(reasonOf(attributed(thrown, place)))
  }

  /** Aborts an episode even where its last step ended it, for what that step led to cannot be shown or recorded. */
  breakDown(reason: string): void {
    this.#end('aborted', reason)
  }

  /** Counts a fresh fork and returns its number. */
  countFork(): number {
    return this.#forks++
  }

  /**
   * Ends what is open and closes what was opened outside, once.
   * @throws GymError ENV_FAILED, ENV_TIMEOUT where it could not be closed
   */
  close(): MaybePromise<void> {
    this.abort('closed')
    this.#underWay?.cancel()
    if (this.#isClosed) return this.#closing
    this.#isClosed = true
    this.#closing = closeLive(this.world, this.live, closingDeadlineOf(this.settings))
    return this.#closing
  }

  /** @param move that is taken again: one that was refused is refused again */
  #take(raw: unknown, maxLength: number, mode: TapeMode, move: Move | null = null): MaybePromise<Taken> {
    this.#expectReady()
    const { world, settings, lineage, live } = this
    const context = new StepContext(world, settings, mode, live, lineage.key, this.#index + 1)
    try {
      const admitted = move?.refused ? refused(move.action, move.refused) : admit(world.environment, raw, maxLength)
      const taken =
        admitted.refusal !== null ? this.#refuse(admitted.refusal) : this.#transition(admitted.action, context)
      const isLast = this.#index + 1 >= this.#limit || this.#lastReason !== null
      const next = isLast && world.environment.atLimit ? this.#atLimit(taken, context) : taken
      return isPromise(next) ? this.#commitAsync(admitted, next, context) : this.#commit(admitted, next, context)
    } catch (thrown) {
      throw this.#failed(thrown, context)
    }
  }

  /** Written out, as `owned` calls user code for its owner: it is called for every step. */
  #transition(action: unknown, context: StepContext): MaybePromise<Transition<State>> {
    const { environment } = this.world
    if (runOwned === null) return environment.step(this.#state, action, context)
    return runOwned(this, () => environment.step(this.#state, action, context))
  }

  /** A step that ends the episode by itself has done what its ending needs. */
  #atLimit(taken: MaybePromise<Transition<State>>, context: StepContext): MaybePromise<Transition<State>> {
    const { environment } = this.world
    return chain(taken, (given) => {
      const transition = readTransition(given)
      if (transition.terminated || transition.truncated) return transition
      const { state } = transition
      const last = owned(this, () => environment.atLimit?.(state, context) ?? state)
      return chain(last, (closed) => ({ ...transition, state: closed }))
    })
  }

  #commitAsync(admitted: Admitted, next: Promise<Transition<State>>, context: StepContext): Promise<Taken> {
    expectAsync(this.world.environment.kind, next)
    const deadline = StepContext.deadlineOf(context)
    this.#underWay = deadline
    return deadline
      .race(next)
      .then((transition) => this.#commit(admitted, transition, context))
      .catch((thrown: unknown) => {
        throw this.#failed(thrown, context)
      })
      .finally(() => {
        this.#underWay = null
      })
  }

  #anchor(name: string, anchor: View<State, unknown> | undefined): string {
    return asked(`anchor ${name}`, () => textOf(`anchor ${name}`, anchor?.(this.#state, this.world)))
  }

  #expectReady(): void {
    if (this.#underWay) throw new GymError('EPISODE_BUSY', 'a step is still in progress: await it first')
    if (this.#ending === 'aborted') throw aborted(this.#endingReason)
    if (this.#ending !== null) throw new GymError('EPISODE_ENDED', `the episode has ${this.#ending}: start another`)
    if (!this.settings.signal?.aborted) return
    this.abort('cancelled')
    throw new GymError('EPISODE_ABORTED', 'the episode was cancelled: start another')
  }

  #refuse({ problem }: Refusal): Transition<State> {
    const { environment } = this.world
    const state = environment.invalid?.(this.#state, problem) ?? this.#state
    return { state, reward: environment.invalidReward, terminated: false, isActionValid: false }
  }

  /** Literals are written out: spreads were a tenth of the cost of a step. */
  #commit({ recorded: action, refusal }: Admitted, transition: Transition<State>, context: StepContext): Taken {
    if (this.#ending === 'aborted') throw aborted(this.#endingReason)
    const { state, reward, terminated, truncated: isCut, isActionValid, info } = readTransition(transition)
    const effects = StepContext.effectsOf(context)
    this.#advance(sealState(state))
    const { forkPath } = this.lineage
    const index = this.#index++
    this.#judgeEnd(terminated, isCut)
    const truncated = this.#ending === 'truncated'
    if (refusal === null) {
      this.#past = { action, forkPath, effects, previous: this.#past }
      return { action, forkPath, effects, index, isActionValid, reward, terminated, truncated, info }
    }
    const refusedMove = { action, forkPath, effects, refused: refusal }
    this.#past = { ...refusedMove, previous: this.#past }
    const problem = Object.freeze({ problem: refusal.problem, code: refusal.code })
    return { ...refusedMove, index, isActionValid, reward, terminated, truncated, info: problem }
  }

  #advance(state: State): void {
    if (state === this.#state) return
    this.#state = state
    this.#text = null
    this.#isStateOwn = true
  }

  #judgeEnd(terminated: boolean, truncated: boolean): void {
    if (terminated) this.#end('terminated', null)
    else if (this.#ending !== null) return
    else if (truncated) this.#end('truncated', 'environment')
    else if (this.#index >= this.#limit) this.#end('truncated', 'maxSteps')
    else if (this.#lastReason !== null) this.#end('truncated', this.#lastReason)
  }

  #failed(thrown: unknown, context: StepContext): GymError {
    StepContext.tapeOf(context).giveUp()
    const error =
      this.#ending === 'aborted' ? aborted(this.#endingReason, thrown) : attributed(thrown, `step ${this.#index}`)
    if (this.#ending === null) this.#end('aborted', reasonOf(error))
    return error
  }

  #end(ending: Ending, reason: string | null): void {
    this.#ending = ending
    this.#endingReason = reason
  }
}

const aborted = (reason: string | null, cause?: unknown): GymError =>
  new GymError('EPISODE_ABORTED', `the episode was aborted (${reason}): start another`, { cause })
