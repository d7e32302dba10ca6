import type { Json, JsonObject } from '../../core/data/types.ts'
import {
  digestsIn,
  type Outcome,
  outcomeIn,
  type Shown,
  type Spaces,
  shownIn,
  spacesIn,
  type Versions,
} from './answers.ts'
import type { BridgeLimits, GymnasiumProcess } from './bridge.ts'
import type { BridgePool } from './pool.ts'

/** What is shown of an environment. */
export type ShownParts = {
  /** Characters of an observation, or of a rendering. */
  readonly characters: number
  readonly isRendered: boolean
  /** Names of fields of `info`. */
  readonly info: readonly string[]
}

/** What an episode drives: one environment of a process, or the built-in one. */
export interface GymnasiumSession {
  /** JSON Schemas of its actions and observations. */
  readonly spaces: Spaces
  reset(request: ResetRequest, signal: AbortSignal): Promise<Shown>
  step(request: StepRequest, signal: AbortSignal): Promise<Outcome>
  close(): Promise<void>
}

/** Seed and `options` of a reset. */
export type ResetRequest = { readonly seed: number; readonly options: JsonObject }
/** An action as JSON, and the seed of what the environment draws in the step; null to draw on. */
export type StepRequest = { readonly action: Json; readonly seed: number | null }

/** An environment in a process of a pool, which gets the process back. */
export class BridgeSession implements GymnasiumSession {
  readonly spaces: Spaces
  readonly #bridge: GymnasiumProcess
  readonly #pool: BridgePool
  readonly #limits: BridgeLimits
  #isClosed = false

  /** Makes a new environment. @throws GymError CONFIG_INVALID; Error where it cannot be made */
  static async open(pool: BridgePool, limits: BridgeLimits, shown: ShownParts): Promise<BridgeSession> {
    const bridge = await pool.take()
    const spaces = spacesIn(await bridge.ask({ do: 'make', shown }, limits.startMs))
    return new BridgeSession(bridge, pool, limits, spaces)
  }

  private constructor(bridge: GymnasiumProcess, pool: BridgePool, limits: BridgeLimits, spaces: Spaces) {
    this.#bridge = bridge
    this.#pool = pool
    this.#limits = limits
    this.spaces = spaces
  }

  get versions(): Versions {
    return this.#bridge.versions
  }

  async reset(request: ResetRequest, signal: AbortSignal): Promise<Shown> {
    return shownIn(await this.#bridge.ask({ do: 'reset', ...request }, this.#limits.callMs, signal))
  }

  async step(request: StepRequest, signal: AbortSignal): Promise<Outcome> {
    return outcomeIn(await this.#bridge.ask({ do: 'step', ...request }, this.#limits.callMs, signal))
  }

  /** A process that does not close its environment in time is not used again. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#bridge.isRunning)
      await this.#bridge.ask({ do: 'close' }, this.#limits.callMs).catch(() => this.#bridge.close())
    this.#pool.give(this.#bridge)
  }
}

/** What a probe is given. */
export interface Probe {
  readonly shown: ShownParts
  readonly seed: number
  readonly steps: number
  /** Whether each step is seeded. */
  readonly isSeeded: boolean
}

/** Digests of what a reset and some steps of a new environment show. @throws Error */
export async function probeBy(
  bridge: GymnasiumProcess,
  { ...probe }: Probe,
  limits: BridgeLimits,
): Promise<readonly string[]> {
  return digestsIn(await bridge.ask({ do: 'probe', ...probe }, limits.startMs + limits.callMs))
}
