import { GymError, reasonOf } from '../data/errors.ts'
import type { Key, Rng } from '../data/rng.ts'
import type { Json, Step, Trajectory } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import { agentKeyOf } from '../episode/lineage.ts'
import { expectLimit } from '../episode/settings.ts'
import { ownToolsOf } from '../episode/tools.ts'
import type { HookSet } from '../reward/hook.ts'
import type { Agent, AgentSetting, Choice, ListTools, Turn } from './agent.ts'
import { AgentDriver, type AgentStop, isStop, type Situation } from './agent-driver.ts'
import { EpisodeRunner } from './episode-runner.ts'
import type { RunLog } from './log.ts'

/** Limits of the task beside its steps: what goes beyond truncates the episode. */
export interface RolloutLimits {
  /** Action tokens of the episode, from token evidence. */
  readonly tokens?: number
  /** Milliseconds the agent may think in the whole episode. @default 600000 */
  readonly agentMs?: number
}

/** Settings of a rollout. */
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

/**
 * Pulls an episode to its end: transition, turn hooks, log, then the step is yielded; the agent is asked for its
 * next action only after that. An agent that throws aborts the episode; so does an environment, and what was
 * recorded stands. The trajectory is the return value; hooks that run late are not in it yet.
 * @throws GymError RECORD_FAILED where the log cannot be written; CONFIG_INVALID for an invalid limit; ENV_FAILED
 *   where the start cannot be shown.
 */
export async function* rollout(episode: Episode, settings: RolloutSettings): AsyncGenerator<Step, Trajectory> {
  const { agent, limits, history = [], ...rest } = settings
  expectLimit('agentMs', limits?.agentMs)
  expectLimit('tokens', limits?.tokens)
  const maxTokens = limits?.tokens === undefined ? {} : { maxTokens: limits.tokens }
  const runner = new EpisodeRunner(episode, { ...rest, agentName: agent.name, ...maxTokens })
  const { signal } = episode.settings
  const driver = new AgentDriver({ agent, signal, ...(limits?.agentMs !== undefined && { agentMs: limits.agentMs }) })
  const situation = new RunnerSituation(runner, history)
  while (episode.ending === null) {
    const decision = await driver.choose(situation)
    const step = isStop(decision) ? stopped(episode, decision) : await taken(runner, decision)
    if (step === null) break
    situation.remember(step)
    yield step
  }
  return runner.end()
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
async function taken(runner: EpisodeRunner, { action, evidence }: Choice): Promise<Step | null> {
  try {
    return await runner.step(action, evidence)
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'RECORD_FAILED') throw thrown
    runner.episode.abort(reasonOf(thrown))
    return null
  }
}

function stopped(episode: Episode, { ending, reason }: AgentStop): null {
  if (ending === 'truncated') episode.truncate(reason)
  else episode.abort(reason)
  return null
}

/** An episode that is rolled out, as its agent sees it. */
class RunnerSituation implements Situation {
  readonly history: Turn[]
  readonly agentKey: Key
  readonly listTools: ListTools
  readonly #runner: EpisodeRunner

  constructor(runner: EpisodeRunner, history: readonly Turn[]) {
    this.#runner = runner
    this.history = [...history]
    this.agentKey = agentKeyOf(runner.episode.lineage)
    this.listTools = () => ownToolsOf(runner.episode)
  }

  get observation(): string {
    return this.#runner.observation
  }
  get actions(): readonly Json[] | null {
    return this.#runner.episode.actions()
  }
  get index(): number {
    return this.#runner.episode.index
  }

  get setting(): AgentSetting {
    return this.#runner.episode.setting
  }

  expert(rng: Rng, noise: number): Json | undefined {
    return this.#runner.episode.expert({ rng, noise, turn: this.history.length })
  }

  remember({ observation, action, isActionValid }: Step): void {
    this.history.push({ observation, action, isActionValid })
  }
}
