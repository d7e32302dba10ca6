import type { Group, Trajectory } from '../../core/data/types.ts'
import type { LateReward } from '../../core/rollout/log.ts'
import type { ClosingCredit } from './credit.ts'
import type { ServedEpisode, StepTaken } from './served-episode.ts'

export type { StepTaken } from './served-episode.ts'

export interface EpisodeEnded {
  readonly episode: ServedEpisode
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

/** Something that happened in a host; what is logged at all is in the log by then. */
export type ServerEvent =
  | { readonly kind: 'episode-started'; readonly episode: ServedEpisode }
  | StepTaken
  | ({ readonly kind: 'step-superseded' } & Pick<StepTaken, 'episode' | 'step'>)
  | ({ readonly kind: 'episode-ended' } & EpisodeEnded)
  | ({ readonly kind: 'rewards-arrived' } & RewardsArrived)
  | ({ readonly kind: 'group-closed' } & GroupClosed)
  | ({ readonly kind: 'failed' } & Failure)

export type ServerEventKind = ServerEvent['kind']

interface EventPayloads {
  readonly episodeStarted: ServedEpisode
  /** The client gave up waiting for this step's reply, which is dropped; the step stands. */
  readonly stepSuperseded: Pick<StepTaken, 'episode' | 'step'>
  readonly episodeEnded: EpisodeEnded
  readonly rewardsArrived: RewardsArrived
  readonly groupClosed: GroupClosed
  readonly failed: Failure
}

type Listeners = { readonly [Name in keyof EventPayloads]?: (event: EventPayloads[Name]) => void }

/**
 * Who wants to know what happens in a host. Called in order, at once, on the path of the reply: do little and return.
 * What a listener throws is reported as a failure and stops nothing.
 */
export interface ServerEventListener extends Listeners {
  /**
   * A promise holds the step's reply back until it is kept: a full queue asks for time this way. Where it is rejected
   * that is reported and the step is never answered: its client repeats the request, here or at another server that
   * has the record.
   */
  stepTaken?(event: StepTaken): Promise<unknown> | undefined
}

/** Calls listeners, and contains their errors. */
export class ServerEvents {
  readonly #listeners = new Set<ServerEventListener>()

  /** @returns Its remover. */
  listen(listener: ServerEventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit<Name extends keyof EventPayloads>(name: Name, event: EventPayloads[Name]): void {
    for (const listener of this.#listeners) {
      try {
        const notify: Listeners[Name] = listener[name]
        notify?.call(listener, event)
      } catch (error) {
        if (name !== 'failed') this.emit('failed', { doing: `notifying a listener of ${name}`, error })
      }
    }
  }

  /** @returns A promise where a listener asks for time. */
  stepTaken(event: StepTaken): Promise<unknown> | undefined {
    let holding: Promise<unknown> | undefined
    for (const listener of this.#listeners) {
      try {
        const held = listener.stepTaken?.(event)?.catch((error: unknown) => this.#withheld(error))
        if (held) holding = holding ? Promise.all([holding, held]) : held
      } catch (error) {
        this.#failed(error)
      }
    }
    return holding
  }

  /** What the listener has not taken is not acknowledged. */
  #withheld(error: unknown): Promise<never> {
    this.#failed(error)
    return new Promise(() => {})
  }

  #failed(error: unknown): void {
    this.emit('failed', { doing: 'notifying a listener of a step', error })
  }
}
