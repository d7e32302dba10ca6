import { GymError, reasonOf } from '../data/errors.ts'
import { readEvidence } from '../data/evidence.ts'
import { chain, type MaybePromise } from '../data/maybe-promise.ts'
import type { Anchors, Ending, Evidence, Json, JsonObject, Reward, Step, Trajectory } from '../data/types.ts'
import type { Grades } from '../episode/environment.ts'
import type { Episode, Taken } from '../episode/episode.ts'
import { groundTruthOf, gradesOf as measured } from '../episode/grades.ts'
import { movesOf } from '../episode/progress.ts'
import type { HookSet } from '../reward/hook.ts'
import { runOutcomeHooks, runTurnHooks } from '../reward/run-hooks.ts'
import type { SharedPrefix } from './branches.ts'
import type { RunLog } from './log.ts'

/** Settings of an episode runner. */
export interface EpisodeRunnerSettings {
  readonly trajectoryId: string
  readonly groupId?: string
  /** Who acts, for the record. */
  readonly agentName: string
  readonly hooks: HookSet
  readonly log?: RunLog
  /** For the log: what a server needs to continue the episode after a crash. */
  readonly serving?: JsonObject
  /** Action tokens of the episode, from token evidence; what goes beyond truncates it. */
  readonly maxTokens?: number
  /** Where the episode was forked: hooks see these steps before its own, and judge them no more. */
  readonly prefix?: SharedPrefix
  /** Called with each step once it is in the log, while no other can be taken. */
  readonly onStep?: (step: Step) => void
}

/**
 * An episode with its hooks and its log, driven from outside: by a rollout's agent, or by a client of the server.
 * What `step` returns has been judged by the turn hooks and is safe in the log. It makes no promise unless the
 * environment or a hook does.
 */
export class EpisodeRunner {
  readonly episode: Episode
  readonly trajectoryId: string
  readonly #settings: EpisodeRunnerSettings
  readonly #steps: Step[]
  /** Steps of the prefix and then its own; the same list where there is no prefix. */
  readonly #history: Step[]
  readonly #firstIndex: number
  #observation: string
  #anchors: Anchors
  #tokens: number
  /** What the environment gave at the last step. */
  #rewards: readonly Reward[] | null = null
  /** Measures of the state as it is now; kept up to date for turn hooks alone. */
  #grades: () => Grades
  readonly #truth: () => Json
  /** The step that is being taken: a promise that settles with it where it is asynchronous. */
  #underWay: MaybePromise<unknown> = null
  #ended: MaybePromise<Trajectory> | null = null

  /** Writes the start to the log, unless the log has it: then the episode continues after the recorded steps. */
  constructor(episode: Episode, settings: EpisodeRunnerSettings, recorded: readonly Step[] | null = null) {
    this.episode = episode
    this.trajectoryId = settings.trajectoryId
    this.#settings = settings
    this.#firstIndex = episode.index
    this.#observation = episode.text()
    this.#anchors = episode.anchors()
    this.#grades = gradesOf(episode)
    this.#truth = once(() => groundTruthOf(episode.world, episode.task))
    this.#steps = [...(recorded ?? [])]
    this.#history = settings.prefix ? [...settings.prefix.steps, ...this.#steps] : this.#steps
    this.#tokens = this.#history.reduce((sum, { evidence }) => sum + tokensOf(evidence), 0)
    if (recorded === null) this.#logStart()
  }

  get observation(): string {
    return this.#observation
  }

  /** Every step from the reset on, as far as they are known here: see `prefix`. */
  get path(): readonly Step[] {
    return this.#history
  }

  /** Steps since this run began, with their rewards. */
  get steps(): readonly Step[] {
    return this.#steps
  }

  /** Whether a step is being taken: another is refused until it is in the log. */
  get isStepping(): boolean {
    return this.#underWay !== null
  }

  /**
   * @throws GymError as `Episode.step`, EVIDENCE_INVALID (nothing happens), RECORD_FAILED; what was recorded stands.
   */
  step(action: unknown, given?: Evidence): MaybePromise<Step> {
    if (this.#underWay !== null) throw new GymError('EPISODE_BUSY', 'a step is still in progress: await it first')
    const evidence = given === undefined ? undefined : readEvidence(given)
    const { maxTokens } = this.#settings
    if (maxTokens !== undefined) this.#countTokens(evidence, maxTokens)
    this.#underWay = SYNCHRONOUS
    // Written out: what closures cost counts on the way of every step.
    try {
      const taken = this.episode.step(action)
      const step =
        taken instanceof Promise ? taken.then((known) => this.#judged(known, evidence)) : this.#judged(taken, evidence)
      if (step instanceof Promise) return this.#leaveAsync(step)
      this.#underWay = null
      return step
    } catch (thrown) {
      return this.#broken(thrown)
    }
  }

  #leaveAsync(late: Promise<Step>): Promise<Step> {
    const step = late.then(
      (known) => {
        this.#underWay = null
        return known
      },
      (thrown: unknown) => this.#broken(thrown),
    )
    this.#underWay = step.then(NOTHING, NOTHING)
    return step
  }

  /**
   * Outcome hooks, then the log; an episode that has not ended is aborted, and a step in progress waited for. Asked
   * again, it answers the same.
   */
  end(): MaybePromise<Trajectory> {
    this.episode.abort('not finished')
    this.#ended ??= chain(this.#underWay, () => this.#judgeEnd())
    return this.#ended
  }

  #judged(taken: Taken, evidence: Evidence | undefined): MaybePromise<Step> {
    const { hooks } = this.#settings
    const step = this.#stepOf(taken, evidence)
    const { turn } = hooks
    if (turn.length === 0) return this.#keep(step)
    const grades = { before: this.#grades, after: gradesOf(this.episode) }
    this.#grades = grades.after
    const judging = runTurnHooks(turn, step, this.#history, grades, this.#truth)
    return chain(judging, (judged) => this.#keep(withRewards(step, judged)))
  }

  /** A step that the environment took and that cannot be shown or recorded is the episode's last. */
  #broken(thrown: unknown): never {
    const { episode } = this
    this.#underWay = null
    const wasTaken = episode.index > (this.#steps.at(-1)?.index ?? this.#firstIndex - 1) + 1
    if (wasTaken) episode.breakDown(reasonOf(thrown))
    throw thrown
  }

  #judgeEnd(): MaybePromise<Trajectory> {
    const ending = this.episode.ending ?? 'aborted'
    const { turn, outcome } = this.#settings.hooks
    if (ending === 'aborted') return this.#logEnd(this.#trajectory(ending, outcome.map(notRun)))
    const grades = turn.length === 0 ? gradesOf(this.episode) : this.#grades
    const judging = runOutcomeHooks(outcome, this.#whole(ending), grades, this.#truth)
    return chain(judging, (rewards) => this.#logEnd(this.#trajectory(ending, rewards)))
  }

  #logStart(): void {
    const { trajectoryId, groupId = null, agentName: agent, log, serving, prefix } = this.#settings
    const { task, resetEffects, settings, world, past } = this.episode
    log?.episodeStarted({
      ...originOf(this.episode),
      trajectoryId,
      groupId,
      agent,
      split: task.split,
      maxSteps: settings.maxSteps ?? world.environment.maxSteps,
      observation: this.#observation,
      anchors: this.#anchors,
      resetEffects,
      ...(prefix && { parentId: prefix.trajectoryId }),
      ...(serving && { serving }),
      past: movesOf(past),
    })
  }

  #logEnd(trajectory: Trajectory): Trajectory {
    this.#settings.log?.episodeEnded(trajectory)
    return trajectory
  }

  #countTokens(evidence: Evidence | undefined, maxTokens: number): void {
    this.#tokens += tokensOf(evidence)
    if (this.#tokens > maxTokens) this.episode.endWithNextStep('tokens')
  }

  /** Written out, as `Episode` does: it is the hottest literal of a rollout. */
  #stepOf(taken: Taken, evidence: Evidence | undefined): Step {
    const step = {
      trajectoryId: this.trajectoryId,
      index: taken.index,
      observation: this.#observation,
      anchors: this.#anchors,
      action: taken.action,
      forkPath: taken.forkPath,
      effects: taken.effects,
      isActionValid: taken.isActionValid,
      nextObservation: this.episode.text(),
      nextAnchors: this.episode.anchors(),
      rewards: this.#environmentRewards(taken.reward),
      terminated: taken.terminated,
      truncated: this.episode.ending === 'truncated',
      info: taken.info,
    }
    if (taken.refused === undefined && evidence === undefined) return Object.freeze(step)
    return Object.freeze({ ...step, ...(taken.refused && { refused: taken.refused }), ...(evidence && { evidence }) })
  }

  /** Mostly as the last step's: one list for both, since steps are kept and never changed. */
  #environmentRewards(value: number | null): readonly Reward[] {
    if (this.#rewards?.[0]?.value === value) return this.#rewards
    this.#rewards = Object.freeze([Object.freeze(environmentReward(value))])
    return this.#rewards
  }

  /** The log first: what cannot be written is not answered, and the episode does not continue unrecorded. */
  #keep(step: Step): Step {
    this.#settings.log?.stepTaken(step)
    this.#steps.push(step)
    if (this.#history !== this.#steps) this.#history.push(step)
    this.#observation = step.nextObservation
    this.#anchors = step.nextAnchors
    this.#settings.onStep?.(step)
    return step
  }

  /** What outcome hooks judge: from the reset on, also where the episode was forked. */
  #whole(ending: Ending): Trajectory {
    const own = this.#trajectory(ending, [])
    return this.#settings.prefix === undefined ? own : { ...own, steps: Object.freeze([...this.#history]) }
  }

  #trajectory(ending: Ending, rewards: readonly Reward[]): Trajectory {
    const { trajectoryId: id, groupId = null, prefix } = this.#settings
    const { endingReason } = this.episode
    return {
      id,
      groupId,
      ...originOf(this.episode),
      ...(prefix && { forkedFrom: { trajectoryId: prefix.trajectoryId, index: prefix.steps.length } }),
      steps: Object.freeze([...this.#steps]),
      ending,
      endingReason,
      rewards,
    }
  }
}

const tokensOf = (evidence: Evidence | undefined): number =>
  evidence?.kind === 'token' ? evidence.actionTokenIds.length : 0

/** Taken at most once, and only if a hook asks; of the state as it is now. */
const gradesOf = ({ state, world }: Episode): (() => Grades) => once(() => measured(world, state))

function once<T>(ask: () => T): () => T {
  let answer: T | undefined
  return () => {
    answer ??= ask()
    return answer
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

/** Adding 0 makes -0 a 0, which is what JSON makes of it. */
function environmentReward(value: number | null): Reward {
  if (value === null) return { name: 'env', version: 1, latencyMs: 0, value, reason: 'not-judged' }
  return { name: 'env', version: 1, latencyMs: 0, value: value + 0 }
}

const withRewards = (step: Step, judged: readonly Reward[]): Step =>
  judged.length === 0 ? step : Object.freeze({ ...step, rewards: Object.freeze(step.rewards.concat(judged)) })

const NOTHING = (): void => {}

/** A step in progress that cannot be awaited: it is over before its call returns. */
const SYNCHRONOUS = true

/** The reward of an outcome hook for an episode that was aborted. */
export const notRun = ({ name, version }: { readonly name: string; readonly version: number }): Reward => ({
  name,
  version,
  latencyMs: 0,
  value: null,
  reason: 'aborted',
})
