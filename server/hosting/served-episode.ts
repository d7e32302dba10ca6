import { GymError } from '../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Evidence, Step, Trajectory } from '../../core/data/types.ts'
import type { EpisodeRunner } from '../../core/rollout/episode-runner.ts'
import type { ServerEvents } from './events.ts'
import { attempt } from './later.ts'
import type { Scoring, StepOwner } from './scoring.ts'

/** What a served needs of the environmentHost it is in. */
export interface ServedEpisodeHost {
  readonly environment: string
  readonly events: ServerEvents
  readonly scoring: Scoring
  /** Called once, when the episode has ended and nothing of it is open any more. */
  left(served: ServedEpisode): void
}

/** The group that a served belongs to, as the served sees it. */
export interface MemberGroup {
  readonly id: string
  readonly size: number
  readonly startTag: string
  /** @param trajectory null where its end could not be recorded */
  memberEnded(served: ServedEpisode, trajectory: Trajectory | null): void
}

export interface ServedEpisodeSettings {
  readonly runner: EpisodeRunner
  readonly trajectoryId: string
  readonly member: number
  readonly group: MemberGroup | null
  /** Milliseconds after which the episode is truncated. */
  readonly episodeMs: number
  /** Cancels a step that waits for something outside. */
  readonly cancel: AbortController
}

/** A step that may be answered; with the whole trajectory where it was the last. */
export interface Answer {
  readonly step: Step
  readonly trajectory: Trajectory | null
}

/** One episode that is served: its run, its late rewards, its place in a group and its end. */
export class ServedEpisode implements StepOwner {
  /** Of the episode and its trajectory. */
  readonly id: string
  readonly runner: EpisodeRunner
  readonly member: number
  readonly group: MemberGroup | null
  readonly #host: ServedEpisodeHost
  readonly #deadline: NodeJS.Timeout
  readonly #cancel: AbortController
  readonly #scored: Step[] = []
  #unscored = 0
  #onScored: (() => void) | null = null
  #isStepping = false
  #ended: MaybePromise<Trajectory> | null = null

  constructor(
    host: ServedEpisodeHost,
    { runner: run, trajectoryId, member, group, episodeMs, cancel }: ServedEpisodeSettings,
  ) {
    this.id = trajectoryId
    this.runner = run
    this.member = member
    this.group = group
    this.#host = host
    this.#cancel = cancel
    this.#deadline = setTimeout(() => this.interrupt('truncated', 'episodeMs'), episodeMs).unref()
  }

  get environment(): string {
    return this.#host.environment
  }

  get hasEnded(): boolean {
    return this.runner.episode.ending !== null
  }

  /** Steps with the rewards of process hooks, in order; kept for groups only. */
  get scoredSteps(): readonly Step[] {
    return this.#scored
  }

  /**
   * Takes a step; the answer comes when the step is in the log and every queue has room for it.
   * @throws GymError EPISODE_BUSY while another is under way, and as `EpisodeRun.step`
   */
  step(action: unknown, evidence?: Evidence): MaybePromise<Answer> {
    if (this.#isStepping) throw new GymError('EPISODE_BUSY', 'a step is still under way: await its answer first')
    const began = performance.now()
    this.#isStepping = true
    // Written out, as `EpisodeRun.step`: what closures cost counts on the way of every step.
    let stepped: MaybePromise<Step>
    try {
      stepped = this.runner.step(action, evidence)
    } catch (thrown) {
      this.#stepFailed(thrown)
    }
    if (!isPromise(stepped)) return this.#taken(stepped, performance.now() - began)
    return stepped.then(
      (step) => this.#taken(step, performance.now() - began),
      (thrown: unknown) => this.#stepFailed(thrown),
    )
  }

  #stepFailed(thrown: unknown): never {
    this.#isStepping = false
    if (this.hasEnded) this.endQuietly()
    throw thrown
  }

  /** Ends the episode at a limit, or for want of a client; a step under way is still taken where it can be. */
  interrupt(ending: 'truncated' | 'aborted', reason: string): void {
    if (this.hasEnded) return
    const { episode } = this.runner
    if (ending === 'truncated') episode.truncate(reason)
    else episode.abort(reason)
    if (!this.#isStepping) this.endQuietly()
    else if (ending === 'aborted') this.#cancel.abort()
  }

  /** Outcome hooks and log, once. @throws GymError RECORD_FAILED */
  end(): MaybePromise<Trajectory> {
    this.#ended ??= attempt(
      () => this.runner.end(),
      (trajectory) => this.#release(trajectory),
      (thrown) => {
        this.#release(null)
        throw thrown
      },
    )
    return this.#ended
  }

  /** When every step so far has been judged by every process hook. */
  allScored(): Promise<void> {
    if (this.#unscored === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const before = this.#onScored
      this.#onScored = () => {
        before?.()
        resolve()
      }
    })
  }

  /** Has steps judged late that the record has without it. */
  judgeLate(steps: readonly Step[]): void {
    this.#unscored += steps.length
    for (const step of steps) void this.#host.scoring.add(step, this)
  }

  scored(step: Step): void {
    this.#unscored--
    if (this.group) this.#scored.push(step)
    if (this.#unscored > 0) return
    this.#onScored?.()
    this.#onScored = null
  }

  #taken(step: Step, latencyMs: number): MaybePromise<Answer> {
    this.#isStepping = false
    this.#unscored++
    const scoring = this.#host.scoring.add(step, this)
    const listening = this.#host.events.stepTaken({ episode: this, step, latencyMs })
    const answer = this.#answerTo(step)
    if (!scoring && !listening) return answer
    return Promise.all([answer, scoring, listening]).then(([given]) => given)
  }

  #answerTo(step: Step): MaybePromise<Answer> {
    if (!this.hasEnded) return { step, trajectory: null }
    const ended = this.end()
    return isPromise(ended) ? ended.then((trajectory) => ({ step, trajectory })) : { step, trajectory: ended }
  }

  /** Where no client waits for it. */
  endQuietly(): void {
    const report = (error: unknown): void => this.#host.events.emit('failed', { doing: `ending ${this.id}`, error })
    try {
      const ended = this.end()
      if (isPromise(ended)) ended.catch(report)
    } catch (thrown) {
      report(thrown)
    }
  }

  #release<Ended extends Trajectory | null>(trajectory: Ended): Ended {
    clearTimeout(this.#deadline)
    this.#closeEpisode()
    this.#host.left(this)
    if (trajectory) this.#host.events.emit('episodeEnded', { episode: this, trajectory })
    this.group?.memberEnded(this, trajectory)
    return trajectory
  }

  #closeEpisode(): void {
    const report = (error: unknown): void =>
      this.#host.events.emit('failed', { doing: `closing what ${this.id} drove`, error })
    try {
      const closed = this.runner.episode.close()
      if (isPromise(closed)) closed.catch(report)
    } catch (thrown) {
      report(thrown)
    }
  }
}
