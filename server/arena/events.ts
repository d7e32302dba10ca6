import type { LateReward } from '../../core/log.ts'
import type { Group, Step, Trajectory } from '../../core/types.ts'
import type { ClosingCredit } from './credit.ts'
import type { Seat } from './seat.ts'

/** A step that is in the log and has not been answered yet. */
export interface StepTaken {
  readonly seat: Seat
  readonly step: Step
  /** Of transition, turn hooks and log. */
  readonly latencyMs: number
}

export interface EpisodeEnded {
  readonly seat: Seat
  readonly trajectory: Trajectory
}

/** Rewards that came after their steps; they are in the log. */
export interface RewardsArrived {
  readonly environment: string
  readonly rewards: readonly LateReward[]
}

export interface GroupClosed {
  readonly environment: string
  readonly group: Group
  /** As its first member asked for. */
  readonly credit: readonly ClosingCredit[]
}

/** Something failed that no client waits for. */
export interface Failure {
  /** Ends "while ...". */
  readonly doing: string
  readonly error: unknown
}

interface Told {
  readonly episodeStarted: Seat
  /** The client gave up waiting for this step's reply, which is dropped; the step stands. */
  readonly stepSuperseded: Pick<StepTaken, 'seat' | 'step'>
  readonly episodeEnded: EpisodeEnded
  readonly rewardsArrived: RewardsArrived
  readonly groupClosed: GroupClosed
  readonly failed: Failure
}

type Listeners = { readonly [Name in keyof Told]?: (event: Told[Name]) => void }

/**
 * Who wants to know what happens in an arena. Called in order, at once, on the path of the reply: hand on and return.
 * What a listener throws is reported as a failure and stops nothing.
 */
export interface ArenaListener extends Listeners {
  /** A promise holds the step's reply back until it is kept: a full queue asks for time this way. */
  stepTaken?(event: StepTaken): Promise<void> | undefined
}

/** Tells listeners, and keeps their mistakes from everyone else. */
export class Broadcast {
  readonly #listeners = new Set<ArenaListener>()

  /** @returns Its remover. */
  listen(listener: ArenaListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell<Name extends keyof Told>(name: Name, event: Told[Name]): void {
    for (const listener of this.#listeners) {
      try {
        const told: Listeners[Name] = listener[name]
        told?.call(listener, event)
      } catch (error) {
        if (name !== 'failed') this.tell('failed', { doing: `telling a listener of ${name}`, error })
      }
    }
  }

  /** @returns A promise where a listener asks for time. */
  stepTaken(event: StepTaken): Promise<unknown> | undefined {
    let holding: Promise<unknown> | undefined
    for (const listener of this.#listeners) {
      const held = this.#held(listener, event)
      if (held) holding = holding ? Promise.all([holding, held]) : held
    }
    return holding
  }

  #held(listener: ArenaListener, event: StepTaken): Promise<void> | undefined {
    try {
      return listener.stepTaken?.(event)?.catch((error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }

  #failed(error: unknown): void {
    this.tell('failed', { doing: 'telling a listener of a step', error })
  }
}
