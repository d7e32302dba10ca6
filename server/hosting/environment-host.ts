import { createHmac, randomUUID } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import { canonicalJson, tagOf } from '../../core/data/hash.ts'
import { isPromise, type MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Group, JsonObject, Step } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import type { Settings } from '../../core/episode/fork.ts'
import { startEpisode } from '../../core/episode/start.ts'
import type { World } from '../../core/episode/world.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import type { SharedPrefix } from '../../core/rollout/branches.ts'
import { EpisodeRunner } from '../../core/rollout/episode-runner.ts'
import type { LateReward } from '../../core/rollout/log.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'
import type { Limits } from '../limits.ts'
import { type CreditTools, closingCredit, GroupCreditPlanner } from './credit.ts'
import type { ServerEvents } from './events.ts'
import { type GroupHost, ServedGroup } from './group.ts'
import { attempt } from './later.ts'
import { expectSyncResult } from './quick.ts'
import { Recent } from './recent.ts'
import { chosenTask, type GroupChoice, type ResetRequest, randomSeed } from './request.ts'
import type { RunStore } from './run-store.ts'
import { Scoring } from './scoring.ts'
import { ServedEpisode, type ServedEpisodeHost } from './served-episode.ts'
import { expectSame, invalidGroup, rulesOf } from './terms.ts'

export type { RunStore } from './run-store.ts'

/** An episode that does not start here: a fork, a snapshot, or one that the record has. */
export interface Adoption {
  /** Of the episode; none that goes on has it. */
  readonly episodeId: string
  readonly agentName: string
  /** Steps that the record has already; null for an episode that is new to it. */
  readonly recorded: readonly Step[] | null
  /** Where it was forked; null where nobody knows, as from a snapshot that another server had sealed. */
  readonly prefix: SharedPrefix | null
  /** @throws GymError as `restore` */
  begin(settings: Settings): MaybePromise<Episode>
}

interface EpisodeServing extends Omit<Adoption, 'begin'> {
  readonly serving?: JsonObject | undefined
  readonly group: ServedGroup | null
  readonly cancel: AbortController
}

export interface EnvironmentHostSettings {
  /** The name in addresses. */
  readonly name: string
  readonly world: World
  readonly hooks: HookSet
  readonly store: RunStore
  readonly credit: CreditTools
  readonly limits: Limits
  readonly events: ServerEvents
  /** Takes the room of one more episode. @throws GymError CAPACITY_REACHED, SERVER_STOPPING */
  readonly admit: () => void
  /** Gives it back. */
  readonly dismiss: () => void
}

/** Everything that goes on in one environment: its episodes, groups, late rewards and record. */
export class EnvironmentHost implements ServedEpisodeHost, GroupHost {
  readonly name: string
  readonly world: World
  readonly events: ServerEvents
  readonly scoring: Scoring
  readonly limits: Limits
  readonly #settings: EnvironmentHostSettings
  readonly #credit: GroupCreditPlanner
  readonly #episodes = new Map<string, ServedEpisode>()
  readonly #groups = new Map<string, ServedGroup>()
  readonly #closedGroups = new Recent(65_536)
  /** Null until the environmentHost is stopped. */
  #stopped: string | null = null

  /** @throws GymError HOOK_INVALID where the hooks of a step may take longer than `hookMs`. */
  constructor(settings: EnvironmentHostSettings) {
    const { name, world, hooks, limits, events: broadcast, credit } = settings
    expectSyncResult(hooks, limits.hookMs)
    this.name = name
    this.world = world
    this.events = broadcast
    this.limits = limits
    this.#settings = settings
    this.#credit = new GroupCreditPlanner(credit, world, hooks)
    const onRewards = (rewards: readonly LateReward[]): void => this.#attemptLate(rewards)
    this.scoring = new Scoring({ hooks: hooks.process, maxWaiting: limits.unscoredSteps, onRewards })
  }

  /** `name@version`. */
  get environment(): string {
    return this.world.environment.id
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

  /** An episode that goes on. */
  episode(id: string): ServedEpisode | undefined {
    return this.#episodes.get(id)
  }

  /** A group that has not closed. */
  group(id: string): ServedGroup | undefined {
    return this.#groups.get(id)
  }

  /**
   * Starts an episode, in its group where it has one.
   * @throws GymError TASK_UNKNOWN, GROUP_INVALID, CAPACITY_REACHED, RECORD_FAILED, FRAME_INVALID for an id that goes on
   *   already, and as `startEpisode`
   */
  reset(request: ResetRequest): MaybePromise<ServedEpisode> {
    const { world, admit, dismiss } = this.#settings
    if (request.episodeId !== null && this.#episodes.has(request.episodeId))
      throw new GymError('FRAME_INVALID', `the episode ${request.episodeId} goes on: give another its own episode_id`)
    admit()
    return attempt(
      () => this.#start(world, request),
      (served) => served,
      (thrown) => {
        dismiss()
        throw thrown
      },
    )
  }

  /**
   * Goes on with an episode from elsewhere. One that has ended is over at once.
   * @throws GymError CAPACITY_REACHED, RECORD_FAILED, and as its `begin`
   */
  adopt(adoption: Adoption): MaybePromise<ServedEpisode> {
    const { admit, dismiss } = this.#settings
    admit()
    const cancel = new AbortController()
    return attempt(
      () => adoption.begin(this.#settingsOf(cancel)),
      (episode) => this.#adopted(episode, adoption, cancel),
      (thrown) => {
        dismiss()
        throw thrown
      },
    )
  }

  /** A secret of this run for one purpose: the same whenever the run goes on. */
  keyFor(purpose: string): Buffer {
    return createHmac('sha256', this.#settings.store.runKey).update(`stepgym ${purpose}`).digest()
  }

  /** Trajectories that the record had when it was opened. */
  earlier(): Iterable<RecordedTrajectory> {
    return this.#settings.store.earlier?.() ?? []
  }

  rewardsArrived(rewards: readonly LateReward[]): void {
    this.#settings.store.log?.rewardsArrived(rewards)
    this.events.emit('rewardsArrived', { environment: this.environment, rewards })
  }

  left(served: ServedEpisode): void {
    if (this.#episodes.delete(served.id)) this.#settings.dismiss()
  }

  groupClosed(group: ServedGroup, closed: Group | null): void {
    this.#groups.delete(group.id)
    this.#closedGroups.add(group.id)
    if (closed === null) return
    this.#settings.store.log?.groupClosed(closed)
    const report = (error: unknown): void => this.failed(`giving group ${group.id} its credit`, error)
    const credit = closingCredit(closed, group.rules.credit, report)
    this.events.emit('groupClosed', { environment: this.environment, group: closed, credit })
  }

  failed(doing: string, error: unknown): void {
    this.events.emit('failed', { doing, error })
  }

  /** Aborts what goes on; groups close with the members they have. */
  stop(reason: string): void {
    this.#stopped = reason
    for (const served of [...this.#episodes.values()]) served.interrupt('aborted', reason)
    for (const group of [...this.#groups.values()]) group.stop('aborted', reason)
  }

  close(): void {
    this.#settings.store.close()
  }

  #start(world: World, request: ResetRequest): MaybePromise<ServedEpisode> {
    const group = request.group ? this.#groupOf(request.group, request) : null
    const seed = group?.seed ?? request.seed ?? randomSeed()
    const task = group?.task ?? chosenTask(world.tasks, request.choice, seed)
    const member = group ? group.reserve(request.member) : (request.member ?? 0)
    const { agentName, serving } = request
    const cancel = new AbortController()
    const settings = { ...this.#settingsOf(cancel), task, seed, member, maxSteps: this.#maxSteps(request) }
    return attempt(
      () => startEpisode(world, settings),
      (episode) =>
        this.#serve(episode, {
          episodeId: request.episodeId ?? randomUUID(),
          agentName,
          serving,
          recorded: null,
          prefix: null,
          group,
          cancel,
        }),
      (thrown) => {
        if (group) this.#release(group, member)
        throw thrown
      },
    )
  }

  #settingsOf({ signal }: AbortController): Settings {
    const { stepMs: stepTimeoutMs, actionCharacters: maxActionLength } = this.limits
    const isAsync = this.world.environment.kind === 'async'
    return { stepTimeoutMs, maxActionLength, ...(isAsync && { signal }) }
  }

  #maxSteps({ maxSteps }: ResetRequest): number {
    const { maxSteps: most } = this.world.environment
    return Math.min(maxSteps ?? most, most)
  }

  /** One that the record has may have ended just before its end could be written. */
  #adopted(episode: Episode, adoption: Adoption, cancel: AbortController): ServedEpisode {
    const served = this.#serve(episode, { ...adoption, group: null, cancel })
    served.judgeLate(unjudged(adoption.recorded ?? [], this.#settings.hooks))
    if (served.hasEnded) served.endQuietly()
    return served
  }

  #serve(
    episode: Episode,
    { episodeId, agentName, serving, recorded, prefix, group, cancel }: EpisodeServing,
  ): ServedEpisode {
    const { member } = episode.lineage
    try {
      group?.expectStart(this.#tagOf(episode))
      const { hooks, store } = this.#settings
      const identity = {
        trajectoryId: episodeId,
        agentName,
        ...(group && { groupId: group.id }),
        ...(serving && { serving }),
        ...(prefix && { prefix }),
      }
      const run = new EpisodeRunner(episode, { ...identity, hooks, ...(store.log && { log: store.log }) }, recorded)
      const { episodeMs } = this.limits
      const served = new ServedEpisode(this, { runner: run, trajectoryId: episodeId, member, group, episodeMs, cancel })
      this.#episodes.set(episodeId, served)
      this.events.emit('episodeStarted', served)
      group?.memberStarted(served)
      // A reset that was under way when everything else was stopped.
      if (this.#stopped !== null) served.interrupt('aborted', this.#stopped)
      return served
    } catch (thrown) {
      const closed = episode.close()
      if (isPromise(closed)) closed.catch((error: unknown) => this.failed('closing an episode that never began', error))
      if (group) this.#release(group, member)
      throw thrown
    }
  }

  /** The group that goes on under this id, or a new one. @throws GymError GROUP_INVALID where the request contradicts it. */
  #groupOf(wanted: GroupChoice, { choice, seed }: ResetRequest): ServedGroup {
    const known = this.#groups.get(wanted.id)
    if (known) return expectSame(known, wanted, seed, choice && chosenTask(this.world.tasks, choice, known.seed))
    if (this.#closedGroups.has(wanted.id))
      throw invalidGroup(wanted.id, 'it has closed: another group needs another id')
    if (this.#settings.store.earlierGroups?.has(wanted.id)) throw invalidGroup(wanted.id, BEFORE_RESTART)
    const drawn = seed ?? randomSeed()
    const task = chosenTask(this.world.tasks, choice, drawn)
    const terms = rulesOf(wanted, this.limits, (requests) => this.#credit.plans(requests))
    const group = new ServedGroup(this, terms, task, drawn)
    this.#groups.set(wanted.id, group)
    return group
  }

  #release(group: ServedGroup, member: number): void {
    group.release(member)
    if (group.isEmpty) this.#groups.delete(group.id)
  }

  /** @throws GymError STATE_TOO_LARGE */
  #tagOf({ state }: Episode): string {
    const bytes = Buffer.byteLength(canonicalJson(state))
    const { stateBytes } = this.limits
    if (bytes > stateBytes)
      throw new GymError('STATE_TOO_LARGE', `the start has ${bytes} bytes, and a state has at most ${stateBytes}`)
    return tagOf(this.#settings.store.runKey, state)
  }

  /** Late rewards that cannot be logged are told as a failure: nobody waits for them. */
  #attemptLate(rewards: readonly LateReward[]): void {
    try {
      this.rewardsArrived(rewards)
    } catch (error) {
      this.failed('logging late rewards', error)
    }
  }
}

const BEFORE_RESTART =
  'the server was started anew since it began, and its members that go on do so alone: begin another under another id'

/** Steps that no process hook has judged. */
function unjudged(steps: readonly Step[], { process }: HookSet): readonly Step[] {
  const judges = new Set(process.map(({ name }) => name))
  return steps.filter(({ rewards }) => !rewards.some(({ name }) => judges.has(name)))
}
