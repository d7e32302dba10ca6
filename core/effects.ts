import { GymError, messageOf } from './errors.ts'
import { canonicalJson } from './hash.ts'
import { isPromise, type MaybePromise } from './later.ts'
import type { Effect, Json } from './types.ts'

/**
 * Calls the world outside. The result becomes part of the step, and replay reads it instead of calling again.
 * `name` and `input` say what was asked, so that replay notices when a step asks for something else.
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

/** The effects of one reset or step, in the order they were asked for. */
export class Tape {
  readonly #mode: TapeMode
  readonly #isAsync: boolean
  #effects: Effect[] | null = null

  /** In an asynchronous environment every call answers with a promise, on tape or not. */
  constructor(mode: TapeMode, kind: 'sync' | 'async') {
    this.#mode = mode
    this.#isAsync = kind === 'async'
  }

  get effects(): readonly Effect[] {
    return this.#effects ?? NONE
  }

  readonly call: CallEffect = <Output extends Json>(name: string, input: Json, run: () => MaybePromise<Output>) =>
    this.#isAsync
      ? new Promise<Output>((resolve) => resolve(this.#call(name, input, run)))
      : this.#call(name, input, run)

  #call<Output extends Json>(name: string, input: Json, run: () => MaybePromise<Output>): MaybePromise<Output> {
    this.#effects ??= []
    if (this.#mode.kind === 'read') return this.#read<Output>(name, input)
    const position = this.#effects.length
    this.#effects.push({ name, input, error: 'unfinished' })
    return settled(run, (outcome) => this.#keep(position, { name, input, ...outcome }))
  }

  /** @throws GymError REPLAY_DIVERGED where recorded effects were not asked for. */
  finish(): readonly Effect[] {
    if (this.#mode.kind !== 'record' && this.effects.length < this.#mode.recorded.length)
      throw diverged(`asked for ${this.effects.length} of ${this.#mode.recorded.length} recorded effects`)
    return this.effects
  }

  #read<Output extends Json>(name: string, input: Json): Output {
    const recorded = this.#expected(name, input)
    this.#effects?.push(recorded)
    if ('error' in recorded) throw new GymError('EFFECT_FAILED', recorded.error)
    // The tape holds what this call returned when it was recorded, so its type is the caller's.
    return recorded.output as Output
  }

  #expected(name: string, input: Json): Effect {
    const position = this.effects.length
    const recorded = this.#mode.kind === 'record' ? undefined : this.#mode.recorded[position]
    if (!recorded) throw diverged(`effect ${position} (${name}) was not recorded`)
    if (recorded.name !== name || canonicalJson(recorded.input) !== canonicalJson(input))
      throw diverged(
        `effect ${position} asks ${name} ${canonicalJson(input)}, recorded was ${recorded.name} ${canonicalJson(recorded.input)}`,
      )
    return recorded
  }

  #keep(position: number, effect: Effect): void {
    const recorded = this.#mode.kind === 'compare' ? this.#mode.recorded[position] : effect
    if (!recorded || canonicalJson(recorded) !== canonicalJson(effect))
      throw diverged(
        `effect ${position} gave ${canonicalJson(effect)}, recorded was ${canonicalJson(recorded ?? null)}`,
      )
    if (this.#effects) this.#effects[position] = effect
  }
}

const NONE: readonly Effect[] = Object.freeze([])
const diverged = (what: string): GymError => new GymError('REPLAY_DIVERGED', what)

type Outcome = { readonly output: Json } | { readonly error: string }

function settled<Output extends Json>(
  run: () => MaybePromise<Output>,
  keep: (outcome: Outcome) => void,
): MaybePromise<Output> {
  const succeed = (output: Output): Output => {
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
  return isPromise(value) ? value.then(succeed, fail) : succeed(value)
}
