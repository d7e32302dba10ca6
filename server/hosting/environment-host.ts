import { createHmac, randomUUID } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import { canonicalJson, tagOf } from '../../core/data/hash.ts'
import { attempt, type MaybePromise } from '../../core/data/maybe-promise.ts'
import { shown } from '../../core/data/shown.ts'
import type { Group, Json, JsonObject, Task, Trajectory } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import type { Settings } from '../../core/episode/fork.ts'
import { groundTruthOf } from '../../core/episode/grades.ts'
import { startEpisode } from '../../core/episode/start.ts'
import type { World } from '../../core/episode/world.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import { notRun } from '../../core/rollout/episode-runner.ts'
import type { LateReward } from '../../core/rollout/log.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'
import type { Limits } from '../limits.ts'
import type { Owner } from '../roles.ts'
import { type Adoption, playRecorded } from './adoption.ts'
import { closingCredit, GroupCreditPlanner } from './credit.ts'
import { EarlierRecord } from './earlier-record.ts'
import type { EnvironmentHostSettings } from './environment-settings.ts'
import type { ServerEvents } from './events.ts'
import type { ServedGroup } from './group.ts'
import { groupRulesJson } from './group-rules.ts'
import { ServedGroups } from './groups.ts'
import { agentSplitsOf, type EpisodeRequest, endReplaced, keyed, playable, type Replaced, startOf } from './request.ts'
import type { RestoringHost } from './restored-groups.ts'
import { expectFastHooks, Scoring } from './scoring.ts'
import { ServedEpisode, type ServedEpisodeHost } from './served-episode.ts'
import type { WorkerPlace } from './worker-place.ts'

interface EpisodeServing extends Omit<Adoption, 'start'> {
  readonly serving?: JsonObject | undefined
  readonly cancel: AbortController
}

/** The host of one environment: its episodes, groups, late rewards and record. */
export class EnvironmentHost implements ServedEpisodeHost, RestoringHost {
  readonly name: string
  readonly world: World
  readonly events: ServerEvents
  readonly scoring: Scoring
  readonly limits: Limits
  /** Splits whose tasks agents may play and list. */
  readonly agentSplits: readonly string[]
  readonly #settings: EnvironmentHostSettings
  readonly #episodes = new Map<string, ServedEpisode>()
  readonly #groups: ServedGroups
  readonly earlier: EarlierRecord
  /** The reason; null until the host is stopped. */
  #stopped: string | null = null

  /** @throws GymError HOOK_INVALID where the hooks of a step may take longer than `hookMs`. */
  constructor(settings: EnvironmentHostSettings) {
    const { name, world, hooks, scorers, limits, events, credit, store } = settings
    expectFastHooks(hooks, limits.hookMs)
    this.name = name
    this.world = world
    this.events = events
    this.limits = limits
    this.agentSplits = agentSplitsOf(world.tasks, settings.agentSplits)
    this.#settings = settings
    const planner = new GroupCreditPlanner(credit, world, hooks)
    const planCredit: GroupCreditPlanner['plans'] = (requests) => planner.plans(requests)
    const { maxSteps } = world.environment
    const recorded = store.earlierGroups
    this.#groups = new ServedGroups(this, { tasks: world.tasks, maxSteps, limits, recorded, planCredit })
    const onRewards = (rewards: readonly LateReward[]): void => this.#logLate(rewards)
    const onFailure = (error: unknown): void => this.failed('judging steps', error)
    const judging = { hooks: hooks.process, scorers, maxWaiting: limits.unscoredSteps }
    this.scoring = new Scoring({ ...judging, onRewards, onFailure })
    this.earlier = new EarlierRecord(this, store, planCredit)
    this.earlier.continueIn(this.#groups)
    if (this.scoring.isNeeded)
      this.scoring.judgeEarlier(this.earlier.alone()).catch((error) => this.failed('judging what ended earlier', error))
  }

  /** `name@version`. */
  get environment(): string {
    return this.world.environment.id
  }

  groundTruthOf(task: Task): Json {
    return groundTruthOf(this.world, task)
  }

  get hooks(): HookSet['group'] {
    return this.#settings.hooks.group
  }

  get openGroups(): number {
    return this.#groups.size
  }

  get openEpisodes(): number {
    return this.#episodes.size
  }

  get isStopping(): boolean {
    return this.#stopped !== null
  }

  /** An open episode. */
  episode(id: string): ServedEpisode | undefined {
    return this.#episodes.get(id)
  }

  /** A group that has not closed. */
  group(id: string): ServedGroup | undefined {
    return this.#groups.find(id)
  }

  /**
   * To be asked before several episodes are started for one request, so that it is refused whole.
   * @throws GymError CAPACITY_REACHED, SERVER_STOPPING if this number of episodes cannot be started.
   */
  expectRoom(owner: Owner | null, more: number): void {
    this.#settings.expectRoom(owner, more)
  }

  /**
   * Starts an episode, in its group where it has one.
   * @param replaced ends once the episode has started; where it cannot be started, nothing has changed
   * @throws GymError TASK_UNKNOWN, FORBIDDEN, GROUP_INVALID, CAPACITY_REACHED, RECORD_FAILED, REQUEST_CONFLICT for an
   *   id that an episode has had, and as `startEpisode`
   */
  reset(request: EpisodeRequest, replaced: Replaced | null = null): MaybePromise<ServedEpisode> {
    const { admit, dismiss } = this.#settings
    this.#expectNewId(request.episodeId)
    const { owner = null } = request
    admit(owner, replaced && !replaced.served.hasEnded ? 1 : 0)
    return attempt(
      () => this.#start(request, replaced),
      (served) => {
        endReplaced(replaced)
        return this.#acknowledged(served)
      },
      (thrown) => {
        dismiss(owner)
        throw thrown
      },
    )
  }

  /**
   * Serves an episode from elsewhere. One that has ended is closed at once.
   * @throws GymError CAPACITY_REACHED, RECORD_FAILED, and as its `start`
   */
  adopt(adoption: Adoption): MaybePromise<ServedEpisode> {
    const { admit, dismiss } = this.#settings
    const { owner } = adoption
    admit(owner, 0)
    const cancel = new AbortController()
    return attempt(
      () => adoption.start(this.#settingsOf(cancel)),
      (episode) => this.#acknowledged(this.#adopted(episode, adoption, cancel)),
      (thrown) => {
        dismiss(owner)
        throw thrown
      },
    )
  }

  acknowledged(): Promise<void> | undefined {
    return this.#settings.store.acknowledged?.()
  }

  /**
   * An episode of the record as it was left, without a client. The caller closes it.
   * @param forks fresh forks that it had
   * @throws GymError REPLAY_DIVERGED, FORK_UNSUPPORTED
   */
  replay(recorded: RecordedTrajectory, forks: number): MaybePromise<Episode> {
    return playRecorded(this.world, recorded, this.#settingsOf(new AbortController()), forks)
  }

  get place(): WorkerPlace | undefined {
    return this.#settings.place
  }

  /** Secret of this run for one purpose: the same whenever the run is continued. */
  keyFor(purpose: string): Buffer {
    return createHmac('sha256', this.#settings.store.runKey).update(`stepgym ${purpose}`).digest()
  }

  abortUnserved({ trajectory }: RecordedTrajectory, endingReason: string): Trajectory {
    const { hooks, store } = this.#settings
    const ended = { ...trajectory, ending: 'aborted' as const, endingReason, rewards: hooks.outcome.map(notRun) }
    store.log?.episodeEnded(ended)
    return ended
  }

  rewardsArrived(rewards: readonly LateReward[]): void {
    this.#settings.store.log?.rewardsArrived(rewards)
    this.events.emit('rewardsArrived', { environment: this.environment, rewards })
  }

  episodeEnded(episode: ServedEpisode, trajectory: Trajectory | null): void {
    if (this.#episodes.delete(episode.id)) this.#settings.dismiss(episode.owner)
    if (trajectory) this.events.emit('episodeEnded', { episode, trajectory })
  }

  groupClosed(group: ServedGroup, closed: Group | null): void {
    this.#groups.remove(group)
    if (closed === null) return
    this.#settings.store.log?.groupClosed(closed)
    const report = (error: unknown): void => this.failed(`giving group ${group.id} its credit`, error)
    const credit = closingCredit(closed, group.rules.credit, report)
    const closing = { environment: this.environment, group: closed, credit }
    this.earlier.groups.closed(closing)
    this.events.emit('groupClosed', closing)
  }

  failed(doing: string, error: unknown): void {
    this.events.emit('failed', { doing, error })
  }

  /** Aborts open episodes; groups close with the members they have. */
  stop(reason: string): void {
    this.#stopped = reason
    for (const served of [...this.#episodes.values()]) served.interrupt('aborted', reason)
    this.#groups.stop('aborted', reason)
  }

  close(): void {
    this.scoring.stop()
    this.#settings.store.close()
  }

  #acknowledged(served: ServedEpisode): MaybePromise<ServedEpisode> {
    return this.acknowledged()?.then(() => served) ?? served
  }

  /** @throws GymError REQUEST_CONFLICT */
  #expectNewId(id: string | undefined): void {
    const isUsed = id !== undefined && (this.#episodes.has(id) || this.#settings.store.hasEpisode?.(id) === true)
    if (!isUsed) return
    const state = this.#episodes.has(id) ? 'is open' : 'was played before'
    throw new GymError('REQUEST_CONFLICT', `the episode ${shown(id)} ${state}: give another its own id`)
  }

  #start(request: EpisodeRequest, replaced: Replaced | null): MaybePromise<ServedEpisode> {
    const { world } = this
    const { serving, episodeId = randomUUID(), clientName, owner = null } = request
    const { seedKey } = this.#settings
    const allowed = keyed(playable(request, world.tasks, this.agentSplits), this.environment, seedKey)
    const group = allowed.group ? this.#groups.join(allowed.group, allowed) : null
    const start = group?.start ?? startOf(allowed, world.tasks, world.environment.maxSteps)
    const { task, seed, maxSteps } = start
    const member = group ? this.#reserve(group, allowed.member, replaced) : (allowed.member ?? 0)
    const agentName = allowed.agentName ?? start.agentName ?? clientName
    const cancel = new AbortController()
    const settings = { ...this.#settingsOf(cancel), task, seed, member, maxSteps }
    const serve = { episodeId, agentName, serving, recorded: null, prefix: null, group, cancel, owner }
    return attempt(
      () => startEpisode(world, settings),
      (episode) => this.#serve(episode, serve),
      (thrown) => {
        if (group) this.#groups.release(group, member)
        throw thrown
      },
    )
  }

  /** Everything else about the request is in order: a place that only an aborted member leaves is taken from it. */
  #reserve(group: ServedGroup, wanted: number | undefined, replaced: Replaced | null): number {
    if (replaced?.ending === 'aborted' && group.needsPlaceOf(replaced.served, wanted)) endReplaced(replaced)
    try {
      return group.reserve(wanted)
    } catch (thrown) {
      this.#groups.forsake(group)
      throw thrown
    }
  }

  #settingsOf({ signal }: AbortController): Settings {
    const { stepMs: stepTimeoutMs, actionCharacters: maxActionLength } = this.limits
    const isAsync = this.world.environment.kind === 'async'
    return { stepTimeoutMs, maxActionLength, ...(isAsync && { signal }) }
  }

  /** One that the record has may have ended just before its end could be written. */
  #adopted(episode: Episode, adoption: Adoption, cancel: AbortController): ServedEpisode {
    const served = this.#serve(episode, { ...adoption, cancel })
    if (served.hasEnded) served.endQuietly()
    return served
  }

  #serve(episode: Episode, serving: EpisodeServing): ServedEpisode {
    const { group } = serving
    try {
      if (serving.recorded === null) group?.expectStart(this.#tagOf(episode))
      const served = this.#served(episode, serving)
      this.#episodes.set(served.id, served)
      this.events.emit('episodeStarted', served)
      group?.memberStarted(served)
      // A reset that was in progress when everything else was stopped.
      if (this.#stopped !== null) served.interrupt('aborted', this.#stopped)
      return served
    } catch (thrown) {
      void attempt(
        () => episode.close(),
        () => {},
        (error) => this.failed('closing an episode that was not started', error),
      )
      throw thrown
    }
  }

  #served(
    episode: Episode,
    { episodeId, agentName, serving, recorded, prefix, group, cancel, owner }: EpisodeServing,
  ): ServedEpisode {
    const { hooks, store } = this.#settings
    const line = group && !group.isRecorded ? { ...serving, group: groupRulesJson(group) } : serving
    return new ServedEpisode(this, episode, {
      ...{ trajectoryId: episodeId, agentName, hooks, group, cancel, recorded, owner },
      ...(group && { groupId: group.id }),
      ...(line && { serving: line }),
      ...(prefix && { prefix }),
      ...(store.log && { log: store.log }),
      episodeMs: this.limits.episodeMs,
    })
  }

  /** @throws GymError STATE_TOO_LARGE */
  #tagOf({ state }: Episode): string {
    const bytes = Buffer.byteLength(canonicalJson(state))
    const { stateBytes } = this.limits
    if (bytes > stateBytes)
      throw new GymError('STATE_TOO_LARGE', `the start has ${bytes} bytes, and a state has at most ${stateBytes}`)
    return tagOf(this.#settings.store.runKey, state)
  }

  /** Late rewards that cannot be logged are reported as a failure: nothing waits for them. */
  #logLate(rewards: readonly LateReward[]): void {
    try {
      this.rewardsArrived(rewards)
    } catch (error) {
      this.failed('logging late rewards', error)
    }
  }
}
