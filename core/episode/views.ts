import { GymError } from '../data/errors.ts'
import { shown } from '../data/shown.ts'
import { asked, failureOf } from '../data/user-code.ts'
import type { Environment } from './environment.ts'

/** Characters of rendered views kept a cache. */
const DEFAULT_BUDGET = 32 * 2 ** 20

/**
 * Rendered views of one opened environment. Where the environment gives a `viewKey`, revisited pages are rendered
 * once for all episodes, least recently used first out; else forks and group starts share by the state's identity.
 */
export class ViewCache<State extends object = object> {
  readonly #environment: Environment<State>
  readonly #resources: unknown
  readonly #budget: number
  readonly #byKey = new Map<string, string>()
  readonly #byState = new WeakMap<State, Map<string, string>>()
  #characters = 0

  constructor(environment: Environment<State>, resources: unknown, budget = DEFAULT_BUDGET) {
    this.#environment = environment
    this.#resources = resources
    this.#budget = budget
  }

  /** @throws GymError CONFIG_INVALID where the environment has no such view, ENV_FAILED, ENV_INVALID. */
  view(state: State, mode: string): string {
    const key = asked('viewKey', () => this.#keyOf(state))
    return key === undefined ? this.#viewOfState(state, mode) : this.#viewOfKey(state, mode, `${mode} ${key}`)
  }

  /** As `view`, for a state that is not shared yet: its view is not cached, unless by its key. */
  viewOfOwn(state: State, mode: string): string {
    return this.#environment.viewKey ? this.view(state, mode) : this.render(state, mode)
  }

  /** Keeps what was shown of a state that others are going to have too. */
  share(state: State, mode: string, view: string): void {
    const views = this.#byState.get(state) ?? new Map<string, string>()
    this.#byState.set(state, views.set(mode, view))
  }

  render(state: State, mode: string): string {
    const { observe, id } = this.#environment
    const view = Object.hasOwn(observe, mode) ? observe[mode] : undefined
    if (!view)
      throw new GymError(
        'CONFIG_INVALID',
        `${id} has no view ${shown(mode)}: it has ${Object.keys(observe).join(', ')}`,
      )
    const place = `view ${mode}`
    // Written out, without the closure that `asked` takes: it is called for every step.
    try {
      return textOf(place, view(state, { resources: this.#resources }))
    } catch (thrown) {
      throw failureOf('ENV_FAILED', place, thrown)
    }
  }

  #keyOf(state: State): string | undefined {
    const key = this.#environment.viewKey?.(state)
    return key === undefined ? undefined : textOf('viewKey', key)
  }

  #viewOfState(state: State, mode: string): string {
    const known = this.#byState.get(state)?.get(mode)
    if (known !== undefined) return known
    const view = this.render(state, mode)
    this.share(state, mode, view)
    return view
  }

  #viewOfKey(state: State, mode: string, key: string): string {
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      this.#byKey.delete(key)
      this.#byKey.set(key, known)
      return known
    }
    const fresh = this.render(state, mode)
    this.#byKey.set(key, fresh)
    this.#characters += key.length + fresh.length
    this.#shrink()
    return fresh
  }

  #shrink(): void {
    for (const [key, view] of this.#byKey) {
      if (this.#characters <= this.#budget) return
      this.#byKey.delete(key)
      this.#characters -= key.length + view.length
    }
  }
}

/** @throws GymError ENV_INVALID where a function of the environment returned no text */
export function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new GymError('ENV_INVALID', `${name} returned ${shown(value)}: it returns a text`)
}
