import type { Agent, Choice, Turn } from './agent.ts'
import { Deadline, Lapsed } from './deadline.ts'
import type { Grades } from './environment.ts'
import type { Episode, Taken } from './episode.ts'
import { GymError, messageOf } from './errors.ts'
import { movesOf } from './fork.ts'
import { runOutcomeHooks, runTurnHooks } from './hooks.ts'
import { isPromise } from './later.ts'
import { agentKeyOf } from './lineage.ts'
import type { RunLog } from './log.ts'
import type { HookSet } from './reward.ts'
import { Rng } from './rng.ts'
import type { Anchors, Ending, Reward, Step, Trajectory } from './types.ts'

/** Limits of the task beside its steps: what goes beyond truncates the episode. */
export interface RolloutLimits {
  /** Action tokens of the episode, from token evidence. */
  readonly tokens?: number
  /** Milliseconds the agent may think in the whole episode. */
  readonly agentMs?: number
}

export interface RolloutSettings {
  readonly trajectoryId: string
  readonly groupId?: string
  readonly agent: Agent
  readonly hooks: HookSet
  readonly log?: RunLog
  readonly limits?: RolloutLimits
}

/**
 * Pulls an episode to its end: transition, turn hooks, log, then the step is yielded; the agent is asked for its
 * next action only after that. An agent that throws aborts the episode; so does an environment, and what was
 * recorded stands. The trajectory is the return value; hooks that run late are not in it yet.
 */
export async function* rollout(episode: Episode, settings: RolloutSettings): AsyncGenerator<Step, Trajectory> {
  const run = new Run(episode, settings)
  run.start()
  while (episode.ending === null) {
    const choice = await run.choose()
    if (choice === null) break
    const taken = await run.take(choice)
    if (taken === null) break
    yield await run.finish(choice, taken)
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

const DEFAULT_AGENT_MS = 600_000

/** One rollout under way. */
class Run {
  readonly #episode: Episode
  readonly #settings: RolloutSettings
  readonly #steps: Step[] = []
  readonly #history: Turn[] = []
  #observation: string
  #anchors: Anchors
  #tokens = 0
  #agentMs = 0
  /** Measures of the state as it is now. */
  #grades: () => Grades

  constructor(episode: Episode, settings: RolloutSettings) {
    this.#episode = episode
    this.#settings = settings
    this.#observation = episode.text()
    this.#anchors = episode.anchors()
    this.#grades = gradesOf(episode)
  }

  start(): void {
    const { trajectoryId, groupId = null, agent, log } = this.#settings
    const { task, resetEffects, settings, world } = this.#episode
    log?.episodeStarted({
      ...originOf(this.#episode),
      trajectoryId,
      groupId,
      agent: agent.name,
      split: task.split,
      maxSteps: settings.maxSteps ?? world.environment.maxSteps,
      observation: this.#observation,
      anchors: this.#anchors,
      resetEffects,
      past: movesOf(this.#episode.past),
    })
  }

  /** The agent's choice; null where it failed or ran out of time, which ends the episode. */
  async choose(): Promise<Choice | null> {
    const { limits, agent } = this.#settings
    const deadline = new Deadline((limits?.agentMs ?? DEFAULT_AGENT_MS) - this.#agentMs, this.#episode.settings.signal)
    const began = performance.now()
    try {
      const asked = agent.act(this.#agentContext(deadline))
      const choice = isPromise(asked) ? await deadline.race(asked) : asked
      if (typeof choice !== 'object' || !('action' in choice))
        throw new GymError('AGENT_FAILED', 'an agent answers { action }')
      return choice
    } catch (thrown) {
      this.#agentFailed(thrown)
      return null
    } finally {
      this.#agentMs += performance.now() - began
    }
  }

  /** What the action did; null where the episode broke down. */
  async take({ action }: Choice): Promise<Taken | null> {
    try {
      const taking = this.#episode.step(action)
      return isPromise(taking) ? await taking : taking
    } catch (thrown) {
      this.#episode.abort(messageOf(thrown))
      return null
    }
  }

  /** Hooks, then the log: what it returns is safe. */
  async finish(choice: Choice, taken: Taken): Promise<Step> {
    this.#checkLimits(choice)
    const step = this.#stepOf(choice, taken)
    const grades = { before: this.#grades, after: gradesOf(this.#episode) }
    this.#grades = grades.after
    const judging = runTurnHooks(this.#settings.hooks.turn, step, this.#steps, grades)
    const judged = isPromise(judging) ? await judging : judging
    const finished = judged.length === 0 ? step : withRewards(step, judged)
    this.#settings.log?.stepTaken(finished)
    this.#keep(finished)
    return finished
  }

  async end(): Promise<Trajectory> {
    const { hooks, log } = this.#settings
    const ending = this.#episode.ending ?? 'aborted'
    const bare = this.#trajectory(ending, [])
    const judge = (): Promise<readonly Reward[]> => Promise.resolve(runOutcomeHooks(hooks.outcome, bare, this.#grades))
    const rewards = ending === 'aborted' ? hooks.outcome.map(notRun) : await judge()
    const trajectory = this.#trajectory(ending, rewards)
    log?.episodeEnded(trajectory)
    return trajectory
  }

  #agentContext(deadline: Deadline): Parameters<Agent['act']>[0] {
    const episode = this.#episode
    return {
      observation: this.#observation,
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

  #agentFailed(thrown: unknown): void {
    if (thrown instanceof Lapsed && !this.#episode.settings.signal?.aborted) this.#episode.truncate('agentMs')
    else this.#episode.abort(`AGENT_FAILED: ${messageOf(thrown)}`)
  }

  #checkLimits({ evidence }: Choice): void {
    const { tokens = Number.POSITIVE_INFINITY } = this.#settings.limits ?? {}
    if (evidence?.kind === 'token') this.#tokens += evidence.actionTokenIds.length
    if (this.#tokens > tokens) this.#episode.truncate('tokens')
  }

  #stepOf({ evidence }: Choice, { reward, ...taken }: Taken): Step {
    const step = {
      ...taken,
      trajectoryId: this.#settings.trajectoryId,
      observation: this.#observation,
      anchors: this.#anchors,
      nextObservation: this.#episode.text(),
      nextAnchors: this.#episode.anchors(),
      rewards: [environmentReward(reward)],
      truncated: this.#episode.ending === 'truncated',
    }
    return evidence ? { ...step, evidence } : step
  }

  #keep(step: Step): void {
    this.#steps.push(step)
    this.#history.push({ observation: step.observation, action: step.action, isActionValid: step.isActionValid })
    this.#observation = step.nextObservation
    this.#anchors = step.nextAnchors
  }

  #trajectory(ending: Ending, rewards: readonly Reward[]): Trajectory {
    const { trajectoryId: id, groupId = null } = this.#settings
    const { endingReason } = this.#episode
    return { id, groupId, ...originOf(this.#episode), steps: this.#steps, ending, endingReason, rewards }
  }
}

/** Taken at most once, and only if a hook asks; of the state as it is now, whatever comes later. */
function gradesOf({ state, world }: Episode): () => Grades {
  let grades: Grades | undefined
  return () => {
    grades ??= world.environment.grades?.(state, world) ?? {}
    return grades
  }
}

function originOf({
  world,
  task,
  lineage,
}: Episode): Pick<Trajectory, 'environment' | 'taskId' | 'seed' | 'member' | 'forkPath'> {
  const { seed, member, forkPath } = lineage
  return { environment: world.environment.id, taskId: task.id, seed, member, forkPath }
}

function environmentReward(value: number | null): Reward {
  if (value === null) return { name: 'env', version: 1, latencyMs: 0, value, reason: 'not-judged' }
  return { name: 'env', version: 1, latencyMs: 0, value }
}

const withRewards = (step: Step, judged: readonly Reward[]): Step => ({ ...step, rewards: step.rewards.concat(judged) })

const notRun = ({ name, version }: { readonly name: string; readonly version: number }): Reward => ({
  name,
  version,
  latencyMs: 0,
  value: null,
  reason: 'aborted',
})
