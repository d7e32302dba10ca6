import { plainCopy } from '../data/copy.ts'
import type { Deadline } from '../data/deadline.ts'
import { GymError, reasonOf } from '../data/errors.ts'
import { fingerprintOf, hashOf } from '../data/hash.ts'
import { isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { type Owner, owned } from '../data/owner.ts'
import { sealState } from '../data/seal.ts'
import type { Anchors, Effect, Ending, Info, Json, JsonObject, Move, Refusal, Task } from '../data/types.ts'
import { type Admitted, admit, refused } from './admit.ts'
import { asked, attributed } from './attribution.ts'
import { closingDeadlineOf, deadlineOf, expectAsync, readTransition, StepContext } from './context.ts'
import { RECORD, Tape, type TapeMode } from './effects.ts'
import type { Context, ExpertContext, Grades, Transition, View } from './environment.ts'
import { gradesOf } from './grades.ts'
import type { Lineage } from './lineage.ts'
import { closeLive } from './live.ts'
import { type PastMove, type Progress, pastOf } from './progress.ts'
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
  #state: State
  /** The observation of the state, once it was asked for. */
  #text: string | null = null
  /** Whether the state is of a step of this episode's own: no other has it, unless it is shared. */
  #isStateOwn = false
  #index: number
  #past: PastMove | null
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
    return asked('actions', () => plainCopy(this.world.environment.actions?.(this.#state, this.world) ?? null, ACTIONS))
  }

  grades(): Grades {
    return gradesOf(this.world, this.#state)
  }

  /** Action of the environment's own solver; undefined where it has none. */
  expert(context: Omit<ExpertContext, 'resources'>): Json | undefined {
    const { environment, resources } = this.world
    return asked('expert', () => environment.expert?.(this.#state, { ...context, resources }))
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
    const maxLength = this.settings.maxActionLength ?? DEFAULT_MAX_ACTION_LENGTH
    return this.#take(() => admit(this.world.environment, raw, maxLength), RECORD)
  }

  /** Takes a recorded move again. @throws GymError as `step`, and REPLAY_DIVERGED. */
  stepAgain({ action, refused: reason }: Move, mode: TapeMode): MaybePromise<Taken> {
    if (reason) return this.#take(() => refused(action, reason), mode)
    return this.#take(() => admit(this.world.environment, action, Number.POSITIVE_INFINITY), mode)
  }

  /** Ends the episode at a limit that only the caller knows (tokens, agent time); a step under way is still taken. */
  truncate(reason: string): void {
    if (this.#ending === null) this.#end('truncated', reason)
  }

  /** Gives up a step under way: its promise is rejected, and its later result changes nothing. */
  abort(reason: string): void {
    if (this.#ending !== null) return
    this.#end('aborted', reason)
    this.#underWay?.cancel()
  }

  /** For a log, where its environment throws late. */
  get name(): string {
    return `environment ${this.world.environment.id}`
  }

  /** Its environment threw late, from a timer or a listener: that ends the episode, and a step under way. */
  failed(thrown: unknown): void {
    this.abort(reasonOf(attributed(thrown, `after step ${this.#index - 1}`)))
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

  #take(read: () => Admitted, mode: TapeMode): MaybePromise<Taken> {
    this.#expectReady()
    const tape = new Tape(mode, this.world.environment.kind)
    try {
      const admitted = read()
      if (admitted.refusal !== null) return this.#commit(admitted, this.#refuse(admitted.refusal), tape)
      const deadline = deadlineOf(this.settings)
      const context = this.#context(tape, deadline)
      const next = owned(this, () => this.world.environment.step(this.#state, admitted.action, context))
      if (isPromise(next)) return this.#commitAsync(admitted, next, tape, deadline)
      return this.#commit(admitted, next, tape)
    } catch (thrown) {
      throw this.#failed(thrown, tape)
    }
  }

  #commitAsync(admitted: Admitted, next: Promise<Transition<State>>, tape: Tape, deadline: Deadline): Promise<Taken> {
    expectAsync(this.world.environment.kind, next)
    this.#underWay = deadline
    return deadline
      .race(next)
      .then((transition) => this.#commit(admitted, transition, tape))
      .catch((thrown: unknown) => {
        throw this.#failed(thrown, tape)
      })
      .finally(() => {
        this.#underWay = null
      })
  }

  #anchor(name: string, anchor: View<State, unknown> | undefined): string {
    return asked(`anchor ${name}`, () => textOf(`anchor ${name}`, anchor?.(this.#state, this.world)))
  }

  #context(tape: Tape, deadline: Deadline): Context {
    return new StepContext(this.lineage.key, this.#index + 1, tape, deadline, this.world.resources, this.live)
  }

  #expectReady(): void {
    if (this.#underWay) throw new GymError('EPISODE_BUSY', 'a step is still under way: await it first')
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
  #commit({ recorded: action, refusal }: Admitted, transition: Transition<State>, tape: Tape): Taken {
    const { state, reward, terminated, truncated: isCut, isActionValid, info } = readTransition(transition)
    if (this.#ending === 'aborted') throw aborted(this.#endingReason)
    const effects = tape.finish()
    const sealed = sealState(state)
    if (sealed !== this.#state) this.#forgetText()
    const { forkPath } = this.lineage
    const index = this.#index
    this.#state = sealed
    this.#past = pastOf(action, forkPath, effects, refusal, this.#past)
    this.#index++
    this.#judgeEnd(terminated, isCut)
    const truncated = this.#ending === 'truncated'
    if (refusal === null)
      return { action, forkPath, effects, index, isActionValid, reward, terminated, truncated, info }
    const problem = Object.freeze({ problem: refusal.problem, code: refusal.code })
    return {
      action,
      forkPath,
      effects,
      refused: refusal,
      index,
      isActionValid,
      reward,
      terminated,
      truncated,
      info: problem,
    }
  }

  #forgetText(): void {
    this.#text = null
    this.#isStateOwn = true
  }

  #judgeEnd(terminated: boolean, truncated: boolean): void {
    const limit = this.settings.maxSteps ?? this.world.environment.maxSteps
    if (terminated) this.#end('terminated', null)
    else if (this.#ending !== null) return
    else if (truncated) this.#end('truncated', 'environment')
    else if (this.#index >= limit) this.#end('truncated', 'maxSteps')
  }

  #failed(thrown: unknown, tape: Tape): GymError {
    tape.giveUp()
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
