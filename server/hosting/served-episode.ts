import { attempt, chain, type MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Evidence, Json, Step, Trajectory } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { EpisodeRunner, type EpisodeRunnerSettings } from '../../core/rollout/episode-runner.ts'
import type { Owner } from '../roles.ts'
import { ScoredSteps } from './scored-steps.ts'
import type { Scoring } from './scoring.ts'

/** A step that is in the log and has not been answered yet. */
export interface StepTaken {
  readonly kind: 'step-taken'
  readonly episode: ServedEpisode
  readonly step: Step
  /** Milliseconds of transition, turn hooks and log. */
  readonly latencyMs: number
}

/** What a served episode needs of its environment's host. */
export interface ServedEpisodeHost {
  readonly environment: string
  readonly scoring: Scoring
  readonly events: {
    /** @returns A promise where a listener holds the step's reply back. */
    stepTaken(event: StepTaken): Promise<unknown> | undefined
  }
  /** @returns A promise that holds replies back, where the record is not enough. */
  acknowledged(): Promise<void> | undefined
  /** Called once, when the episode is closed. @param trajectory null where its end could not be recorded */
  episodeEnded(served: ServedEpisode, trajectory: Trajectory | null): void
  failed(doing: string, error: unknown): void
}

/** A member of a group, as its group sees it. */
export interface GroupMember {
  /** Its place in the group, from 0. */
  readonly member: number
  /** Steps that are judged, with the rewards of process hooks, in order. */
  readonly scoredSteps: readonly Step[]
  /** Whether only the record has it, until its session returns. */
  readonly awaitsSession: boolean
  /** When every step so far has been judged by every process hook. */
  allScored(): Promise<void>
  interrupt(ending: 'truncated' | 'aborted', reason: string): void
}

/** The group of a served episode, as its member sees it. */
export interface MemberGroup {
  readonly id: string
  readonly size: number
  readonly startTag: string
  /** @param trajectory null where its end could not be recorded */
  memberEnded(served: ServedEpisode, trajectory: Trajectory | null): void
}

export interface ServedEpisodeSettings extends Omit<EpisodeRunnerSettings, 'onStep'> {
  readonly group: MemberGroup | null
  /** Milliseconds after which the episode is truncated. */
  readonly episodeMs: number
  /** Cancels a step that waits for something outside. */
  readonly cancel: AbortController
  /** Steps that the record has already; null for an episode that is new to it. */
  readonly recorded: readonly Step[] | null
  /** Owner that it counts towards; null for none. */
  readonly owner: Owner | null
}

/** A step that may be answered; with the whole trajectory where it was the last. */
export interface Answer {
  /** Id of the episode. */
  readonly episode: string
  readonly step: Step
  /** Admissible actions, null where the environment lists none or the episode has ended. */
  readonly actions: readonly Json[] | null
  readonly trajectory: Trajectory | null
}

/** An episode runner and its owners on the server: host, group, late rewards and time limit. */
export class ServedEpisode implements GroupMember {
  readonly runner: EpisodeRunner
  /** Also the id of its trajectory. */
  readonly id: string
  /** `name@version` */
  readonly environment: string
  readonly owner: Owner | null
  readonly group: MemberGroup | null
  readonly awaitsSession = false
  readonly #host: ServedEpisodeHost
  readonly #deadline: NodeJS.Timeout
  readonly #cancel: AbortController
  readonly #scored: ScoredSteps
  /** When the step in progress began, by `performance.now()`; null while there is none. */
  #startedAt: number | null = null
  /** Holds back the reply of the last step. */
  #held: Promise<unknown> | undefined
  #isReleased = false
  #trajectory: Trajectory | null = null

  /** @throws GymError RECORD_FAILED */
  constructor(host: ServedEpisodeHost, episode: Episode, settings: ServedEpisodeSettings) {
    const { group, episodeMs, cancel, recorded, owner, ...running } = settings
    this.group = group
    this.owner = owner
    this.#host = host
    this.environment = host.environment
    this.#cancel = cancel
    this.#scored = new ScoredSteps(host.scoring, group)
    this.runner = new EpisodeRunner(episode, { ...running, onStep: this.#taken }, recorded)
    this.id = this.runner.trajectoryId
    this.#scored.addRecorded(recorded ?? [])
    this.#deadline = setTimeout(() => this.interrupt('truncated', 'episodeMs'), episodeMs).unref()
  }

  get member(): number {
    return this.runner.episode.lineage.member
  }

  get hasEnded(): boolean {
    return this.runner.episode.ending !== null
  }

  /** Null until its end is in the log. */
  get trajectory(): Trajectory | null {
    return this.#trajectory
  }

  get scoredSteps(): readonly Step[] {
    return this.#scored.steps
  }

  /**
   * Takes a step; the answer comes when the step is in the log and every queue has room for it.
   * @throws GymError as `EpisodeRunner.step`, and RECORD_FAILED where the end cannot be recorded
   */
  step(action: unknown, evidence?: Evidence): MaybePromise<Answer> {
    this.#startedAt ??= performance.now()
    // Written out, as `EpisodeRunner.step`: what closures cost counts on the way of every step.
    let stepped: MaybePromise<Step>
    try {
      stepped = this.runner.step(action, evidence)
    } catch (thrown) {
      this.#stepFailed(thrown)
    }
    if (!(stepped instanceof Promise)) return this.#answerTo(stepped)
    return stepped.then(
      (step) => this.#answerTo(step),
      (thrown: unknown) => this.#stepFailed(thrown),
    )
  }

  /** Ends the episode at a limit, or for lack of a client; a step in progress is still taken where it can be. */
  interrupt(ending: 'truncated' | 'aborted', reason: string): void {
    if (this.hasEnded) return
    const { episode, isStepping } = this.runner
    if (ending === 'truncated') episode.truncate(reason)
    else episode.abort(reason)
    if (!isStepping) this.endQuietly()
    else if (ending === 'aborted') this.#cancel.abort()
  }

  /** Outcome hooks and log, once. @throws GymError RECORD_FAILED */
  end(): MaybePromise<Trajectory> {
    return attempt(
      () => this.runner.end(),
      (trajectory) => this.#release(trajectory),
      (thrown) => {
        this.#release(null)
        throw thrown
      },
    )
  }

  /** Ends it where no client waits for that. */
  endQuietly(): void {
    const report = (error: unknown): void => this.#host.failed(`ending ${this.id}`, error)
    void attempt(
      () => this.end(),
      () => {},
      report,
    )
  }

  allScored(): Promise<void> {
    return this.#scored.all()
  }

  /** Called by the runner, while no other step can be taken. */
  readonly #taken = (step: Step): void => {
    const { events, scoring } = this.#host
    const judging = scoring.isNeeded || this.group ? this.#scored.add(step) : undefined
    const now = performance.now()
    const latencyMs = now - (this.#startedAt ?? now)
    this.#startedAt = null
    const listening = events.stepTaken({ kind: 'step-taken', episode: this, step, latencyMs })
    const safe = this.#host.acknowledged()
    this.#held = judging || listening || safe ? Promise.all([judging, listening, safe]) : undefined
  }

  #answerTo(step: Step): MaybePromise<Answer> {
    const held = this.#held
    const { episode } = this.runner
    const answer: MaybePromise<Answer> =
      episode.ending === null
        ? { episode: this.id, step, actions: episode.actions(), trajectory: null }
        : this.#lastAnswer(step)
    return held ? Promise.all([answer, held]).then(([given]) => given) : answer
  }

  #lastAnswer(step: Step): MaybePromise<Answer> {
    return chain(this.end(), (trajectory) => ({ episode: this.id, step, actions: null, trajectory }))
  }

  #stepFailed(thrown: unknown): never {
    if (this.runner.isStepping) throw thrown
    this.#startedAt = null
    if (this.hasEnded) this.endQuietly()
    throw thrown
  }

  /** Releases what the episode holds, for the first of several that wait for the end. */
  #release<Ended extends Trajectory | null>(trajectory: Ended): Ended {
    if (this.#isReleased) return trajectory
    this.#isReleased = true
    this.#trajectory = trajectory
    clearTimeout(this.#deadline)
    const report = (error: unknown): void => this.#host.failed(`closing what ${this.id} drove`, error)
    void attempt(
      () => this.runner.episode.close(),
      () => {},
      report,
    )
    this.#host.episodeEnded(this, trajectory)
    this.group?.memberEnded(this, trajectory)
    return trajectory
  }
}
