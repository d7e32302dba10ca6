import { chain, isPromise, type MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Key, Rng } from '../../core/data/rng.ts'
import type { Ending, Json, Move } from '../../core/data/types.ts'
import { RECORD } from '../../core/episode/effects.ts'
import type { Episode, Taken } from '../../core/episode/episode.ts'
import { agentKeyOf } from '../../core/episode/lineage.ts'
import { closeQuietly } from '../../core/episode/live.ts'
import { ownToolsOf } from '../../core/episode/tools.ts'
import type { Agent, AgentSetting, Choice, ListTools, Turn } from '../../core/rollout/agent.ts'
import { AgentDriver, type AgentStop, failureOf, isStop, type Situation } from '../../core/rollout/agent-driver.ts'

/** Settings of a play-out. */
export interface PlayOutSettings {
  readonly agent: Agent
  /** Turns before where the episode stands, so that the agent is forked with it. */
  readonly history: readonly Turn[]
  /** Taken first, in the agent's place. */
  readonly first?: Move
  /** Discount a step, from 0 to 1; the first reward counts whole. @default 1 */
  readonly gamma?: number
}

/** What came of playing an episode to its end. */
export interface PlayOut {
  /** Discounted sum of the environment's rewards; null where the episode was aborted or left a step unjudged. */
  readonly total: number | null
  /** Why the total is null. */
  readonly reason: string | null
  /** Environment steps taken. */
  readonly steps: number
  readonly ending: Ending
}

/**
 * Plays an episode on to its end and closes it: no hooks, no log, no record of its steps. Synchronous where environment
 * and agent are. What fails aborts the episode, as in a rollout.
 * @param episode A fork that no other caller plays; it is closed.
 */
export function playOut(episode: Episode, settings: PlayOutSettings): MaybePromise<PlayOut> {
  return new Player(episode, settings).play()
}

class Player {
  readonly #episode: Episode
  readonly #driver: AgentDriver
  readonly #situation: PlayOutSituation
  readonly #gamma: number
  readonly #firstIndex: number
  #first: Move | undefined
  #weight = 1
  #total = 0
  #failure: string | null = null

  constructor(episode: Episode, { agent, history, first, gamma = 1 }: PlayOutSettings) {
    this.#episode = episode
    // No limit of time: what an estimate is must not depend on the machine.
    this.#driver = new AgentDriver({ agent, agentMs: Number.POSITIVE_INFINITY, signal: episode.settings.signal })
    this.#situation = new PlayOutSituation(episode, history)
    this.#gamma = gamma
    this.#firstIndex = episode.index
    this.#first = first
  }

  play(): MaybePromise<PlayOut> {
    while (this.#episode.ending === null) {
      const turn = this.#turn()
      if (isPromise(turn)) return this.#playLater(turn)
    }
    return chain(
      closeQuietly(() => this.#episode.close()),
      () => this.#outcome(),
    )
  }

  async #playLater(turn: Promise<void>): Promise<PlayOut> {
    await turn
    while (this.#episode.ending === null) await this.#turn()
    await closeQuietly(() => this.#episode.close())
    return this.#outcome()
  }

  #turn(): MaybePromise<void> {
    try {
      this.#situation.observation = this.#episode.text()
      const turn = this.#first === undefined ? this.#ask() : this.#begin(this.#first)
      return isPromise(turn) ? turn.catch(this.#fail) : undefined
    } catch (thrown) {
      return this.#fail(thrown)
    }
  }

  #begin(first: Move): MaybePromise<void> {
    this.#first = undefined
    return this.#after(this.#episode.stepAgain(first, RECORD))
  }

  #ask(): MaybePromise<void> {
    const decision = this.#driver.choose(this.#situation)
    return isPromise(decision) ? decision.then(this.#take) : this.#take(decision)
  }

  readonly #take = (decision: Choice | AgentStop): MaybePromise<void> =>
    isStop(decision) ? this.#stop(decision.reason) : this.#after(this.#episode.step(decision.action))

  #after(taken: MaybePromise<Taken>): MaybePromise<void> {
    return isPromise(taken) ? taken.then(this.#count) : this.#count(taken)
  }

  readonly #count = ({ action, isActionValid, reward, index }: Taken): void => {
    if (reward === null) {
      this.#failure = `the environment left step ${index} unjudged`
      this.#episode.abort(this.#failure)
      return
    }
    this.#total += this.#weight * reward
    this.#weight *= this.#gamma
    this.#situation.remember(action, isActionValid)
  }

  /** Whatever an environment throws is a `GymError`: anything else is the agent's. */
  readonly #fail = (thrown: unknown): void => this.#stop(failureOf(thrown))

  #stop(reason: string): void {
    this.#failure ??= reason
    this.#episode.abort(this.#failure)
  }

  #outcome(): PlayOut {
    const { index, ending } = this.#episode
    const isWhole = this.#failure === null && ending !== 'aborted'
    return {
      total: isWhole ? this.#total : null,
      reason: isWhole ? null : (this.#failure ?? this.#episode.endingReason),
      steps: index - this.#firstIndex,
      ending: ending ?? 'aborted',
    }
  }
}

/** An episode that is played out, as its agent sees it. */
export class PlayOutSituation implements Situation {
  observation = ''
  readonly history: Turn[]
  readonly agentKey: Key
  readonly listTools: ListTools
  readonly #episode: Episode

  constructor(episode: Episode, history: readonly Turn[]) {
    this.#episode = episode
    this.agentKey = agentKeyOf(episode.lineage)
    this.listTools = () => ownToolsOf(episode)
    this.history = [...history]
  }

  get actions(): readonly Json[] | null {
    return this.#episode.actions()
  }
  get index(): number {
    return this.#episode.index
  }

  get setting(): AgentSetting {
    return this.#episode.setting
  }

  expert(rng: Rng, noise: number): Json | undefined {
    return this.#episode.expert({ rng, noise, turn: this.history.length })
  }

  remember(action: Json, isActionValid: boolean): void {
    this.history.push({ observation: this.observation, action, isActionValid })
  }
}
