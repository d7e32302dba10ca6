import { GymError } from '../data/errors.ts'
import { isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import type { Json } from '../data/types.ts'
import type { CallEffect } from '../episode/effects.ts'
import type { Context, Environment } from '../episode/environment.ts'
import { type Builtin, intercept } from './builtins.ts'
import { callHere, framesOfError, isCalledByNode, placeOf } from './where.ts'

/** A call of a function of an environment that reached outside without an effect. */
export interface Use extends Builtin {
  /** The environment's function: `step`. */
  readonly during: string
  /** Zero-based index of the step that was taken last, -1 after the reset. */
  readonly step: number
  /** In user code, `path:line`. */
  readonly place: string | null
}

interface OpenEffect {
  readonly name: string
  readonly place: string | null
}

const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks')

/** Functions that may do what they like: they are called once a server or episode, or drive what is outside. */
const FREE = ['resources', 'digest', 'software', 'tasks', 'limit', 'forkOf', 'open', 'close']

/** Watches how the functions of one environment reach outside: what they call, and which effects they await. */
export class Outside {
  /** The environment's function that is running, null within an effect, undefined for all other code. */
  readonly #running = new AsyncLocalStorage<string | null>()
  readonly #places = new WeakMap<object, string>()
  #uses: Use[] = []
  #step = -1
  #areEffectsSlow = false

  /** Watches until what it returns is called. */
  begin(): () => void {
    return intercept((builtin, call) => {
      const during = this.#running.getStore()
      if (typeof during === 'string') this.#note(builtin, during)
      return call()
    })
  }

  /** What was used since this was asked last, each place once. */
  take(): readonly Use[] {
    const uses = this.#uses
    this.#uses = []
    return uses
  }

  /** While `act` runs, effects take so long that a step which does not await them returns before they have. */
  async withSlowEffects<T>(act: () => Promise<T>): Promise<T> {
    this.#areEffectsSlow = true
    try {
      return await act()
    } finally {
      this.#areEffectsSlow = false
    }
  }

  /** Where the environment threw this, `path:line`; null where the environment did not throw it. */
  placeOf(thrown: unknown): string | null {
    if (typeof thrown !== 'object' || thrown === null) return null
    const cause: unknown = Reflect.get(thrown, 'cause')
    return this.#places.get(thrown) ?? this.placeOf(cause)
  }

  /** The environment with all its functions watched. */
  watched(environment: Environment): Environment {
    const effects = this.#withEffects(environment)
    const observe = this.#watchedFunctions(environment.observe, 'view ')
    const anchors = environment.anchors && this.#watchedFunctions(environment.anchors, 'anchor ')
    return this.#watchedFunctions({ ...effects, observe, ...(anchors && { anchors }) }, '')
  }

  #watchedFunctions<T extends object>(owner: T, prefix: string): T {
    return new Proxy(
      { ...owner },
      {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function' || FREE.includes(String(name))) return value
          const label = `${prefix}${String(name)}`
          return (...args: readonly unknown[]): unknown =>
            this.#inside(label, () => Reflect.apply(value as (...given: readonly unknown[]) => unknown, target, args))
        },
      },
    )
  }

  #inside(name: string, act: () => unknown): unknown {
    const remember = (thrown: unknown): never => {
      const place = thrown instanceof Error ? placeOf(framesOfError(thrown)) : null
      if (thrown instanceof Error && place !== null && !this.#places.has(thrown)) this.#places.set(thrown, place)
      throw thrown
    }
    try {
      const result = this.#running.run(name, act)
      return isPromise(result) ? result.then((value) => value, remember) : result
    } catch (thrown) {
      return remember(thrown)
    }
  }

  #note(builtin: Builtin, during: string): void {
    const frames = callHere()
    if (isCalledByNode(frames)) return
    const place = placeOf(frames)
    const isKnown = this.#uses.some((use) => use.place === place && use.label === builtin.label)
    if (!isKnown) this.#uses.push({ ...builtin, during, step: this.#step, place })
  }

  #withEffects(environment: Environment): Environment {
    const reset: Environment['reset'] = (context) => {
      this.#step = -1
      return this.#awaiting(context, environment.kind, (own) => environment.reset({ ...own, task: context.task }))
    }
    const step: Environment['step'] = (state, action, context) => {
      this.#step++
      return this.#awaiting(context, environment.kind, (own) => environment.step(state, action, own))
    }
    const { atLimit: last } = environment
    if (last === undefined) return { ...environment, reset, step }
    const atLimit: NonNullable<Environment['atLimit']> = (state, context) =>
      this.#awaiting(context, environment.kind, (own) => last.call(environment, state, own))
    return { ...environment, reset, step, atLimit }
  }

  /** Calls `act` with effects that are watched, and fails where it returns before they have. */
  #awaiting<T>(context: Context, kind: Environment['kind'], act: (own: Context) => MaybePromise<T>): MaybePromise<T> {
    const open = new Set<OpenEffect>()
    const { rng, resources, live } = context
    const effect = this.#effect(context.effect, kind, open)
    const result = act({
      rng,
      resources,
      live,
      effect,
      get signal() {
        return context.signal
      },
    })
    return isPromise(result) ? result.then((value) => this.#expectAwaited(value, open)) : result
  }

  #expectAwaited<T>(value: T, open: ReadonlySet<OpenEffect>): T {
    const [left] = open
    if (left === undefined) return value
    const error = new NotAwaited(`effect ${left.name} is not awaited: its step returned before it had`)
    if (left.place !== null) this.#places.set(error, left.place)
    throw error
  }

  #effect(call: CallEffect, kind: Environment['kind'], open: Set<OpenEffect>): CallEffect {
    let started = 0
    return <Output extends Json>(name: string, input: Json, run: () => MaybePromise<Output>): MaybePromise<Output> => {
      const wait = kind === 'async' && this.#areEffectsSlow ? Math.max(1, LONGEST_WAIT_MS - started++ * 3) : 0
      const act = (): MaybePromise<Output> => this.#running.run(null, wait > 0 ? () => after(wait).then(run) : run)
      const result = call(name, input, act)
      if (!isPromise(result)) return result
      const own = { name, place: placeOf(callHere()) }
      const close = (): unknown => open.delete(own)
      open.add(own)
      result.then(close, close)
      return result
    }
  }
}

/** Thrown for an effect that was in progress when its step returned. */
export class NotAwaited extends GymError {
  constructor(message: string) {
    super('ENV_INVALID', message)
  }
}

/** Each effect of a step waits less than the one before, so that awaiting a later one hides no earlier one. */
const LONGEST_WAIT_MS = 25

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
