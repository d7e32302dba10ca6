import { Deadline, Lapsed } from '../data/deadline.ts'
import { GymError, messageOf, reasonOf } from '../data/errors.ts'
import { isPromise } from '../data/maybe-promise.ts'
import { Rng } from '../data/rng.ts'
import type { Step, Trajectory } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import { agentKeyOf } from '../episode/lineage.ts'
import { expectLimit } from '../episode/settings.ts'
import type { HookSet } from '../reward/hook.ts'
import type { Agent, AgentContext, Choice, Turn } from './agent.ts'
import { EpisodeRunner } from './episode-runner.ts'
import type { RunLog } from './log.ts'

/** Limits of the task beside its steps: what goes beyond truncates the episode. */
export interface RolloutLimits {
  /** Action tokens of the episode, from token evidence. */
  readonly tokens?: number
  /** Milliseconds the agent may think in the whole episode. @default 600000 */
  readonly agentMs?: number
}

export interface RolloutSettings {
  readonly trajectoryId: string
  readonly groupId?: string
  readonly agent: Agent
  readonly hooks: HookSet
  readonly log?: RunLog
  readonly limits?: RolloutLimits
  /** Turns before the first: those of the episode that this one was forked from, so that its agent is forked too. */
  readonly history?: readonly Turn[]
}

/** What an agent saw and did in these steps. */
export const turnsOf = (steps: readonly Step[]): readonly Turn[] =>
  steps.map(({ observation, action, isActionValid }) => ({ observation, action, isActionValid }))

/** Milliseconds that an agent may think in one episode, unless it is told otherwise. */
export const DEFAULT_AGENT_MS = 600_000

/**
 * Pulls an episode to its end: transition, turn hooks, log, then the step is yielded; the agent is asked for its
 * next action only after that. An agent that throws aborts the episode; so does an environment, and what was
 * recorded stands. The trajectory is the return value; hooks that run late are not in it yet.
 * @throws GymError RECORD_FAILED where the log cannot be written; CONFIG_INVALID for a limit that is none; ENV_FAILED
 *   where the start cannot be shown.
 */
export async function* rollout(episode: Episode, settings: RolloutSettings): AsyncGenerator<Step, Trajectory> {
  const { agent, limits, history = [], ...rest } = settings
  expectLimit('agentMs', limits?.agentMs)
  expectLimit('tokens', limits?.tokens)
  const maxTokens = limits?.tokens === undefined ? {} : { maxTokens: limits.tokens }
  const run = new EpisodeRunner(episode, { ...rest, agentName: agent.name, ...maxTokens })
  const asking = new Asking(agent, run, history, limits?.agentMs ?? DEFAULT_AGENT_MS)
  while (episode.ending === null) {
    const choice = await asking.choose()
    const step = choice === null ? null : await taken(run, choice)
    if (step === null) break
    asking.remember(step)
    yield step
  }
  return run.end()
}

/** A rollout to its end in one go. */
export async function runEpisode(
  episode: Episode,
  settings: RolloutSettings,
  onStep?: (step: Step) => void,
): Promise<Trajectory> {
  const steps = rollout(episode, settings)
  while (true) {
    const next = await steps.next()
    if (next.done) return next.value
    onStep?.(next.value)
  }
}

/** The step; null where the environment broke down, which has aborted the episode. */
async function taken(run: EpisodeRunner, { action, evidence }: Choice): Promise<Step | null> {
  try {
    return await run.step(action, evidence)
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'RECORD_FAILED') throw thrown
    run.episode.abort(reasonOf(thrown))
    return null
  }
}

/** An agent in one episode: what it has seen, and the time it has left. */
class Asking {
  readonly #agent: Agent
  readonly #run: EpisodeRunner
  readonly #history: Turn[]
  #msLeft: number

  constructor(agent: Agent, run: EpisodeRunner, history: readonly Turn[], agentMs: number) {
    this.#agent = agent
    this.#run = run
    this.#history = [...history]
    this.#msLeft = agentMs
  }

  /** The agent's choice; null where it failed or ran out of time, which ends the episode. */
  async choose(): Promise<Choice | null> {
    const { episode } = this.#run
    const deadline = new Deadline(this.#msLeft, episode.settings.signal)
    const began = performance.now()
    try {
      const asked = this.#agent.act(this.#context(deadline))
      return expectChoice(isPromise(asked) ? await deadline.race(asked) : asked)
    } catch (thrown) {
      if (thrown instanceof Lapsed && !episode.settings.signal?.aborted) episode.truncate('agentMs')
      else episode.abort(episode.settings.signal?.aborted ? 'cancelled' : failureOf(thrown))
      return null
    } finally {
      this.#msLeft -= performance.now() - began
    }
  }

  remember({ observation, action, isActionValid }: Step): void {
    this.#history.push({ observation, action, isActionValid })
    if (this.#msLeft <= 0) this.#run.episode.truncate('agentMs')
  }

  #context(deadline: Deadline): AgentContext {
    const { episode, observation } = this.#run
    return {
      observation,
      history: this.#history,
      get actions() {
        return episode.actions()
      },
      rng: new Rng(agentKeyOf(episode.lineage), episode.index),
      get signal() {
        return deadline.signal
      },
    }
  }
}

/** Whose failure it is: an environment that cannot list its actions fails while its agent is asked. */
export const failureOf = (thrown: unknown): string =>
  thrown instanceof GymError ? reasonOf(thrown) : `AGENT_FAILED: ${messageOf(thrown)}`

/** Read once, here: an agent's answer may be more than data. */
export function expectChoice(choice: Choice): Choice {
  if (typeof choice !== 'object' || choice === null || !('action' in choice))
    throw new GymError('AGENT_FAILED', 'an agent answers { action, evidence? }')
  const { action, evidence } = choice
  return evidence === undefined ? { action } : { action, evidence }
}
