import { randomBytes, randomUUID } from 'node:crypto'
import type { Episode } from '../../core/episode.ts'
import { GymError } from '../../core/errors.ts'
import { canonicalJson, tagOf } from '../../core/hash.ts'
import { isPromise, type MaybePromise } from '../../core/later.ts'
import type { LateReward, RunLog } from '../../core/log.ts'
import type { HookSet, RewardHook } from '../../core/reward.ts'
import { EpisodeRun } from '../../core/run.ts'
import { startEpisode } from '../../core/start.ts'
import type { Group, Task } from '../../core/types.ts'
import type { World } from '../../core/world.ts'
import type { Limits } from '../limits.ts'
import type { Broadcast } from './events.ts'
import { type GroupHost, type GroupTerms, ServedGroup } from './group.ts'
import { attempt } from './later.ts'
import { chosenTask, type GroupChoice, type ResetRequest, randomSeed } from './request.ts'
import { Scoring } from './scoring.ts'
import { Seat, type SeatHost } from './seat.ts'

/** Where the episodes of one opened environment are written down. */
export interface RunBook {
  readonly log: RunLog | null
  /** Keys the state tags. */
  readonly runKey: string
  close(): void
}

/** Nothing is written down. */
export const noBook = (): RunBook => ({ log: null, runKey: randomBytes(16).toString('hex'), close: () => {} })

export interface RealmSettings {
  /** The name in addresses. */
  readonly name: string
  readonly world: World
  readonly hooks: HookSet
  readonly book: RunBook
  readonly limits: Limits
  readonly broadcast: Broadcast
  /** Takes the room of one more episode. @throws GymError CAPACITY_REACHED, SERVER_STOPPING */
  readonly admit: () => void
  /** Gives it back. */
  readonly dismiss: () => void
}

/** Everything that goes on in one environment: its episodes, groups, late rewards and record. */
export class Realm implements SeatHost, GroupHost {
  readonly name: string
  readonly world: World
  readonly broadcast: Broadcast
  readonly scoring: Scoring
  readonly limits: Limits
  readonly #settings: RealmSettings
  readonly #seats = new Map<string, Seat>()
  readonly #groups = new Map<string, ServedGroup>()

  /** @throws GymError HOOK_INVALID where the hooks of a step may take longer than `hookMs`. */
  constructor(settings: RealmSettings) {
    const { name, world, hooks, limits, broadcast } = settings
    expectQuick(hooks, limits.hookMs)
    this.name = name
    this.world = world
    this.broadcast = broadcast
    this.limits = limits
    this.#settings = settings
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
    return this.#seats.size
  }

  /** An episode that goes on. */
  seat(id: string): Seat | undefined {
    return this.#seats.get(id)
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
  reset(request: ResetRequest): MaybePromise<Seat> {
    const { world, admit, dismiss } = this.#settings
    if (request.episodeId !== null && this.#seats.has(request.episodeId))
      throw new GymError('FRAME_INVALID', `the episode ${request.episodeId} goes on: give another its own episode_id`)
    admit()
    return attempt(
      () => this.#start(world, request),
      (seat) => seat,
      (thrown) => {
        dismiss()
        throw thrown
      },
    )
  }

  rewardsArrived(rewards: readonly LateReward[]): void {
    this.#settings.book.log?.rewardsArrived(rewards)
    this.broadcast.tell('rewardsArrived', { environment: this.environment, rewards })
  }

  left(seat: Seat): void {
    if (this.#seats.delete(seat.id)) this.#settings.dismiss()
  }

  groupClosed(group: ServedGroup, closed: Group): void {
    this.#groups.delete(group.id)
    this.#settings.book.log?.groupClosed(closed)
    this.broadcast.tell('groupClosed', { environment: this.environment, group: closed })
  }

  failed(doing: string, error: unknown): void {
    this.broadcast.tell('failed', { doing, error })
  }

  /** Aborts what goes on; groups close with the members they have. */
  stop(reason: string): void {
    for (const seat of [...this.#seats.values()]) seat.interrupt('aborted', reason)
    for (const group of [...this.#groups.values()]) group.stop('aborted', reason)
  }

  close(): void {
    this.#settings.book.close()
  }

  #start(world: World, request: ResetRequest): MaybePromise<Seat> {
    const group = request.group ? this.#groupOf(request.group, request) : null
    const seed = group?.seed ?? request.seed ?? randomSeed()
    const task = group?.task ?? chosenTask(world.tasks, request.choice, seed)
    const member = group ? group.reserve(request.member) : (request.member ?? 0)
    const cancel = new AbortController()
    const { stepMs: stepTimeoutMs, actionCharacters: maxActionLength } = this.limits
    const settings = { task, seed, member, stepTimeoutMs, maxActionLength, maxSteps: this.#maxSteps(request) }
    const signal = world.environment.kind === 'async' ? { signal: cancel.signal } : {}
    return attempt(
      () => startEpisode(world, { ...settings, ...signal }),
      (episode) => this.#seated(episode, request, group, cancel),
      (thrown) => {
        if (group) this.#release(group, member)
        throw thrown
      },
    )
  }

  #maxSteps({ maxSteps }: ResetRequest): number {
    const { maxSteps: most } = this.world.environment
    return Math.min(maxSteps ?? most, most)
  }

  #seated(episode: Episode, request: ResetRequest, group: ServedGroup | null, cancel: AbortController): Seat {
    const { member } = episode.lineage
    try {
      group?.expectStart(this.#tagOf(episode))
      const run = this.#runOf(episode, request, group)
      const { trajectoryId, episodeRun } = run
      const { episodeMs } = this.limits
      const seat = new Seat(this, { run: episodeRun, trajectoryId, member, group, episodeMs, cancel })
      this.#seats.set(trajectoryId, seat)
      this.broadcast.tell('episodeStarted', seat)
      group?.seated(seat)
      return seat
    } catch (thrown) {
      const closed = episode.close()
      if (isPromise(closed)) closed.catch((error: unknown) => this.failed('closing an episode that never began', error))
      if (group) this.#release(group, member)
      throw thrown
    }
  }

  #runOf(episode: Episode, { episodeId, agentName }: ResetRequest, group: ServedGroup | null) {
    const { hooks, book } = this.#settings
    const trajectoryId = episodeId ?? randomUUID()
    const identity = { trajectoryId, agentName, ...(group && { groupId: group.id }) }
    const episodeRun = new EpisodeRun(episode, { ...identity, hooks, ...(book.log && { log: book.log }) })
    return { trajectoryId, episodeRun }
  }

  /** The group that goes on under this id, or a new one. @throws GymError GROUP_INVALID where the request contradicts it. */
  #groupOf(wanted: GroupChoice, { choice, seed }: ResetRequest): ServedGroup {
    const known = this.#groups.get(wanted.id)
    if (known) return expectSame(known, wanted, seed, choice && chosenTask(this.world.tasks, choice, known.seed))
    const drawn = seed ?? randomSeed()
    const task = chosenTask(this.world.tasks, choice, drawn)
    const group = new ServedGroup(this, this.#termsOf(wanted), task, drawn)
    this.#groups.set(wanted.id, group)
    return group
  }

  #termsOf({ id, size, stragglers, deadlineMs }: GroupChoice): GroupTerms {
    const { groupMembers, groupMs } = this.limits
    if (size === null) throw invalidGroup(id, 'its first member must say how many it has')
    if (size > groupMembers) throw invalidGroup(id, `it has at most ${groupMembers} members, not ${size}`)
    return { id, size, stragglers: stragglers ?? 'truncate', deadlineMs: Math.min(deadlineMs ?? groupMs, groupMs) }
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
    return tagOf(this.#settings.book.runKey, state)
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

function expectSame(
  group: ServedGroup,
  { size, stragglers, deadlineMs }: GroupChoice,
  seed: ResetRequest['seed'],
  task: Task | null,
): ServedGroup {
  const { terms } = group
  const differs =
    (size !== null && size !== terms.size && `size ${terms.size}`) ||
    (stragglers !== null && stragglers !== terms.stragglers && `the rule ${terms.stragglers} for stragglers`) ||
    (deadlineMs !== null && deadlineMs !== terms.deadlineMs && `a deadline of ${terms.deadlineMs} ms`) ||
    (seed !== null && seed !== group.seed && `seed ${group.seed}`) ||
    (task !== null && task.id !== group.task.id && `task ${group.task.id}`)
  if (differs === false) return group
  throw invalidGroup(group.id, `it has ${differs}: join it with that`)
}

const invalidGroup = (id: string, what: string): GymError =>
  new GymError('GROUP_INVALID', `group ${JSON.stringify(id.slice(0, 100))}: ${what}`)

/** @throws GymError HOOK_INVALID */
function expectQuick({ turn, outcome }: HookSet, hookMs: number): void {
  const hooks: readonly RewardHook[] = [...turn, ...outcome]
  const ms = hooks.reduce((sum, { timeoutMs = 1000 }) => sum + timeoutMs, 0)
  if (ms <= hookMs) return
  const names = hooks.map(({ name }) => name).join(', ')
  throw new GymError(
    'HOOK_INVALID',
    `${names} may hold a reply back for ${ms} ms together, and hookMs is ${hookMs}: lower their timeoutMs`,
  )
}
