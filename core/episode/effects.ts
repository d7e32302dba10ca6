import { type ErrorCode, GymError, messageOf } from '../data/errors.ts'
import { canonicalJson } from '../data/hash.ts'
import { adopted, isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { plainCopy, seal } from '../data/plain.ts'
import { shown } from '../data/shown.ts'
import type { Effect, Json } from '../data/types.ts'

/**
 * Calls the world outside. The result becomes part of the step, and replay reads it instead of calling again.
 * `name` and `input` say what was asked, so that replay notices when a step asks for something else. The answer is
 * plain JSON and comes frozen, live and from tape alike.
 */
export type CallEffect = <Output extends Json>(
  name: string,
  input: Json,
  run: () => MaybePromise<Output>,
) => MaybePromise<Output>

/** How a step meets its effects: run them, read them from the record, or run them and compare with the record. */
export type TapeMode =
  | { readonly kind: 'record' }
  | { readonly kind: 'read'; readonly recorded: readonly Effect[] }
  | { readonly kind: 'compare'; readonly recorded: readonly Effect[] }

export const RECORD: TapeMode = Object.freeze({ kind: 'record' })

/**
 * The effects of one reset or step, in the order they were asked for. Replay looks an effect up by what it asks, for
 * effects that run at once may be asked for in another order the next time.
 */
export class Tape {
  readonly #mode: TapeMode
  readonly #isAsync: boolean
  #effects: Effect[] | null = null
  #met: Set<number> | null = null
  #open = 0
  #divergence: GymError | null = null
  #closed: Closing | null = null

  constructor(mode: TapeMode, kind: 'sync' | 'async') {
    this.#mode = mode
    this.#isAsync = kind === 'async'
  }

  /** In an asynchronous environment every call answers with a promise, on tape or not. */
  get call(): CallEffect {
    return (name, input, run) => (this.#isAsync ? this.#callLater(name, input, run) : this.#call(name, input, run))
  }

  /**
   * @throws GymError REPLAY_DIVERGED where recorded effects were not asked for, ENV_INVALID where one is not awaited.
   */
  finish(): readonly Effect[] {
    this.#closed ??= RETURNED
    if (this.#divergence) throw this.#divergence
    if (this.#open > 0) throw new GymError('ENV_INVALID', 'a step returned before its effects had: await every effect')
    const met = this.#met?.size ?? 0
    if (this.#mode.kind !== 'record' && met < this.#mode.recorded.length)
      throw diverged(`asked for ${met} of ${this.#mode.recorded.length} recorded effects`)
    return this.#effects === null ? NO_EFFECTS : Object.freeze(this.#effects)
  }

  /** The step was given up: it calls no more, and what is still in progress is not kept. */
  giveUp(): void {
    this.#closed ??= GIVEN_UP
  }

  #callLater<Output extends Json>(name: string, input: Json, run: () => MaybePromise<Output>): Promise<Output> {
    const late = new Promise<Output>((resolve) => resolve(this.#call(name, input, run)))
    // A step that was given up, or forgot to await, has no handler for its failure.
    late.catch(() => {})
    return late
  }

  #call<Output extends Json>(name: string, given: Json, run: () => MaybePromise<Output>): MaybePromise<Output> {
    if (this.#closed) throw new GymError(this.#closed.code, `effect ${name}: ${this.#closed.message}`)
    const input = plain(given, `input of effect ${name}`)
    const position = this.#positionOf(name, input)
    this.#effects ??= []
    if (this.#mode.kind === 'read') return this.#read<Output>(position, this.#mode.recorded)
    this.#effects[position] = { name, input, error: 'unfinished' }
    this.#open++
    return this.#run(name, run, (outcome) => this.#keep(position, { name, input, ...outcome }))
  }

  #run<Output extends Json>(
    name: string,
    run: () => MaybePromise<Output>,
    keep: (outcome: Outcome) => void,
  ): MaybePromise<Output> {
    const succeed = (answer: Output): Output => {
      const output = plain(answer, `output of effect ${name}`)
      keep({ output })
      return output
    }
    const fail = (thrown: unknown): never => {
      keep({ error: messageOf(thrown) })
      throw new GymError('EFFECT_FAILED', messageOf(thrown), { cause: thrown })
    }
    let value: MaybePromise<Output>
    try {
      value = run()
    } catch (thrown) {
      return fail(thrown)
    }
    if (!isPromise(value)) return succeed(value)
    if (this.#isAsync) return adopted(value).then(succeed, fail)
    adopted(value).catch(() => {})
    throw new GymError('ENV_ASYNC', `effect ${name} returned a promise: declare the environment kind: 'async'`)
  }

  #read<Output extends Json>(position: number, recorded: readonly Effect[]): Output {
    const effect = seal(recorded[position], RECORDED)
    if (this.#effects && effect) this.#effects[position] = effect
    if (effect && 'error' in effect) throw new GymError('EFFECT_FAILED', effect.error)
    // The tape holds what this call returned when it was recorded, so its type is the caller's.
    return effect?.output as Output
  }

  /** Where an effect stands on the tape: the next place, or that of the first like it which was not met yet. */
  #positionOf(name: string, input: Json): number {
    if (this.#mode.kind === 'record') return this.#effects?.length ?? 0
    this.#met ??= new Set()
    const met = this.#met
    const asked = canonicalJson([name, input])
    const isLike = (effect: Effect): boolean => canonicalJson([effect.name, effect.input]) === asked
    const position = this.#mode.recorded.findIndex((effect, index) => !met.has(index) && isLike(effect))
    if (position < 0) throw this.#diverged(differenceOf(name, input, met, this.#mode.recorded))
    met.add(position)
    return position
  }

  #keep(position: number, effect: Effect): void {
    if (this.#closed) return
    this.#open--
    if (this.#mode.kind === 'compare') this.#compare(position, effect, this.#mode.recorded[position] ?? null)
    if (this.#effects) this.#effects[position] = Object.freeze(effect)
  }

  #compare(position: number, effect: Effect, recorded: Effect | null): void {
    if (canonicalJson(recorded) === canonicalJson(effect)) return
    throw this.#diverged(`effect ${position} gave ${shown(effect)}, recorded was ${shown(recorded)}`)
  }

  /** Kept, for an environment may catch what its effects throw. */
  #diverged(what: string): GymError {
    this.#divergence ??= diverged(what)
    return this.#divergence
  }
}

interface Closing {
  readonly code: ErrorCode
  readonly message: string
}
const RETURNED: Closing = { code: 'ENV_INVALID', message: 'its step has returned: await every effect in the step' }
const GIVEN_UP: Closing = { code: 'EPISODE_ABORTED', message: 'its step was given up' }

export const NO_EFFECTS: readonly Effect[] = Object.freeze([])
const RECORDED = { name: 'recorded effect', code: 'RECORD_CORRUPT', hasMinusZero: true } as const
const diverged = (what: string): GymError => new GymError('REPLAY_DIVERGED', what)

type Outcome = { readonly output: Json } | { readonly error: string }

/** A copy: changes that the environment or the outside world makes later do not count. */
const plain = <T extends Json>(value: T, name: string): T =>
  plainCopy(value, { name, code: 'ENV_INVALID', hasMinusZero: true })

function differenceOf(name: string, input: Json, met: ReadonlySet<number>, recorded: readonly Effect[]): string {
  const position = recorded.findIndex((_, index) => !met.has(index))
  const expected = recorded[position]
  if (!expected) return `effect ${recorded.length} (${name}) was not recorded`
  return `effect ${position} asks ${name} ${shown(input)}, recorded was ${expected.name} ${shown(expected.input)}`
}
