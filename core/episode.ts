import { type Admitted, admit, refused } from './admit.ts'
import { attributed, deadlineOf, expectAsync, expectReward, StepContext } from './context.ts'
import type { Deadline } from './deadline.ts'
import { RECORD, Tape, type TapeMode } from './effects.ts'
import type { Context, Grades, Transition } from './environment.ts'
import { GymError } from './errors.ts'
import { fingerprintOf, hashOf } from './hash.ts'
import { isPromise, type MaybePromise } from './later.ts'
import type { Lineage } from './lineage.ts'
import { closeLive } from './live.ts'
import { seal } from './seal.ts'
import type { Anchors, Effect, Ending, Info, Json, JsonObject, Move, Refusal, Task } from './types.ts'
import type { World } from './world.ts'

export interface EpisodeSettings {
  readonly task: Task
  /** An integer from 0 to 2^64 - 1: number, bigint or digits. */
  readonly seed: unknown
  /** Position within a group. @default 0 */
  readonly member?: number
  /** @default the environment's `maxSteps` */
  readonly maxSteps?: number
  /** Milliseconds a reset or step of an asynchronous environment may take. @default 55000, below OpenEnv's 60 s */
  readonly stepTimeoutMs?: number
  /** Characters of an action's JSON; what is longer is a bad action. @default 65536 */
  readonly maxActionLength?: number
  readonly signal?: AbortSignal
}

/** Linked, so that forks share it and appending costs nothing. */
export interface PastMove extends Move {
  readonly previous: PastMove | null
}

/** What a step did. */
export interface Taken extends Move {
  readonly index: number
  readonly isActionValid: boolean
  readonly reward: number | null
  readonly terminated: boolean
  readonly truncated: boolean
  readonly info: Info
}

/** Everything an episode has come to; `Episode` is this with its rules. */
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

const NO_INFO: Info = Object.freeze({})
const DEFAULT_MAX_ACTION_LENGTH = 65_536

/** Order, limits, endings and history of one episode, for synchronous and asynchronous environments alike. */
export class Episode<State extends object = object> implements Progress<State> {
  readonly world: World<State>
  readonly settings: EpisodeSettings
  readonly lineage: Lineage
  readonly live: unknown
  readonly resetEffects: readonly Effect[]
  #state: State
  #index: number
  #past: PastMove | null
  #ending: Ending | null
  #endingReason: string | null
  #forks: number
  #isBusy = false

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
    this.#state = seal(progress.state)
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
    return this.world.views.view(this.#state, 'text')
  }

  /** Another view of the state: one of the environment's `observe`. */
  view(mode: string): string {
    return this.world.views.view(this.#state, mode)
  }

  anchors(): Anchors {
    const { anchors } = this.world.environment
    const named: Record<string, string> = { text: this.text() }
    if (!anchors?.state) named.state = fingerprintOf(this.#state)
    for (const name in anchors) named[name] = anchors[name]?.(this.#state, this.world) ?? ''
    return named
  }

  /** Admissible actions, null where the environment does not list them. */
  actions(): readonly Json[] | null {
    return this.world.environment.actions?.(this.#state, this.world) ?? null
  }

  grades(): Grades {
    return this.world.environment.grades?.(this.#state, this.world) ?? {}
  }

  publicState(): JsonObject {
    return this.world.environment.publicState?.(this.#state) ?? {}
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

  /** Ends the episode at a limit that only the caller knows (tokens, agent time). */
  truncate(reason: string): void {
    if (this.#ending === null) this.#end('truncated', reason)
  }

  abort(reason: string): void {
    if (this.#ending === null) this.#end('aborted', reason)
  }

  /** Counts a fresh fork and returns its number. */
  countFork(): number {
    return this.#forks++
  }

  /** Ends what is open and closes what was opened outside. */
  close(): MaybePromise<void> {
    this.abort('closed')
    return closeLive(this.world, this.live)
  }

  #take(read: () => Admitted, mode: TapeMode): MaybePromise<Taken> {
    this.#expectReady()
    const tape = new Tape(mode, this.world.environment.kind)
    try {
      const admitted = read()
      if (admitted.refusal !== null) return this.#commit(admitted, this.#refuse(admitted.refusal), tape)
      const deadline = deadlineOf(this.settings)
      const next = this.world.environment.step(this.#state, admitted.action, this.#context(tape, deadline))
      if (isPromise(next)) return this.#later(admitted, next, tape, deadline)
      return this.#commit(admitted, next, tape)
    } catch (thrown) {
      throw this.#failed(thrown)
    }
  }

  #later(admitted: Admitted, next: Promise<Transition<State>>, tape: Tape, deadline: Deadline): Promise<Taken> {
    expectAsync(this.world.environment.kind, next)
    this.#isBusy = true
    return deadline
      .race(next)
      .then((transition) => this.#commit(admitted, transition, tape))
      .catch((thrown: unknown) => {
        throw this.#failed(thrown)
      })
      .finally(() => {
        this.#isBusy = false
      })
  }

  #context(tape: Tape, deadline: Deadline): Context {
    return new StepContext(this.lineage.key, this.#index + 1, tape, deadline, this.world.resources, this.live)
  }

  #expectReady(): void {
    if (this.#isBusy) throw new GymError('EPISODE_BUSY', 'a step is still under way: await it first')
    if (this.#ending === 'aborted')
      throw new GymError('EPISODE_ABORTED', `the episode was aborted (${this.#endingReason}): start another`)
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
    const { state, reward, terminated, truncated: isCut = false, isActionValid = true, info = NO_INFO } = transition
    expectReward(reward)
    const sealed = seal(state)
    const effects = tape.finish()
    const { forkPath } = this.lineage
    const index = this.#index
    this.#state = sealed
    this.#past = pastOf(action, forkPath, effects, refusal, this.#past)
    this.#index++
    this.#judgeEnd(terminated, isCut)
    const truncated = this.#ending === 'truncated'
    if (refusal === null)
      return { action, forkPath, effects, index, isActionValid, reward, terminated, truncated, info }
    const told = { problem: refusal.problem, code: refusal.code }
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
      info: told,
    }
  }

  #judgeEnd(terminated: boolean, truncated: boolean): void {
    const limit = this.settings.maxSteps ?? this.world.environment.maxSteps
    if (terminated) this.#end('terminated', null)
    else if (truncated) this.#end('truncated', 'environment')
    else if (this.#index >= limit) this.#end('truncated', 'maxSteps')
  }

  #failed(thrown: unknown): GymError {
    const error = attributed(thrown)
    this.abort(`${error.code}: ${error.message}`)
    return error
  }

  #end(ending: Ending, reason: string | null): void {
    this.#ending = ending
    this.#endingReason = reason
  }
}

function pastOf(
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
