import { type ErrorCode, GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Group, Json, Task, Trajectory } from '../../core/data/types.ts'
import type { GroupHook } from '../../core/reward/hook.ts'
import { judgeGroup } from '../../core/rollout/late-rewards.ts'
import type { LateReward } from '../../core/rollout/log.ts'
import type { GroupRules } from './group-rules.ts'
import type { EpisodeStart } from './request.ts'
import type { GroupMember, MemberGroup, ServedEpisode } from './served-episode.ts'

/** open: places are free; running: all are taken; scoring: all members have ended; closed: logged, and final. */
export type GroupPhase = 'open' | 'running' | 'scoring' | 'closed'

/** What a group needs of its environment's host. */
export interface GroupHost {
  readonly environment: string
  readonly hooks: readonly GroupHook[]
  /** Answers of a task, for group hooks alone. */
  groundTruthOf(task: Task): Json
  rewardsArrived(rewards: readonly LateReward[]): void
  /** Called once. @param closed to be logged and announced; null where late rewards could not be logged */
  groupClosed(group: ServedGroup, closed: Group | null): void
  failed(doing: string, error: unknown): void
}

/** A member that a group of the record has. */
export interface RestoredMember {
  readonly episode: GroupMember
  /** Null where it has not ended. */
  readonly trajectory: Trajectory | null
}

interface Member {
  /** Null while its episode is being started. */
  episode: GroupMember | null
  /** Null while its episode is open, or where its end could not be recorded. */
  trajectory: Trajectory | null
  hasEnded: boolean
}

/** Episodes of one task from one state that will be judged together. It closes once. */
export class ServedGroup implements MemberGroup {
  readonly rules: GroupRules
  /** What every member starts with; where it names no agent, each member may. */
  readonly start: EpisodeStart
  readonly #host: GroupHost
  readonly #members = new Map<number, Member>()
  /** Aborted, and their places given to others. */
  readonly #replaced: Member[] = []
  readonly #deadline: NodeJS.Timeout
  #startTag: string | null = null
  #isOverdue = false
  #isRecorded: boolean
  #phase: GroupPhase = 'open'

  /** @param startTag of a group that the record has; null for a new one */
  constructor(host: GroupHost, rules: GroupRules, start: EpisodeStart, startTag: string | null = null) {
    this.#host = host
    this.rules = rules
    this.start = start
    this.#deadline = setTimeout(() => this.#expire(), rules.deadlineMs).unref()
    this.#startTag = startTag
    this.#isRecorded = startTag !== null
  }

  get id(): string {
    return this.rules.id
  }
  get size(): number {
    return this.rules.size
  }
  get phase(): GroupPhase {
    return this.#phase
  }
  get isEmpty(): boolean {
    return this.#members.size + this.#replaced.length === 0
  }
  /** '' until the first member has started. */
  get startTag(): string {
    return this.#startTag ?? ''
  }
  /** Whether it has members that only the record has. */
  get awaitsSessions(): boolean {
    return [...this.#members.values()].some(({ episode }) => episode?.awaitsSession)
  }
  /** Whether the record has its rules, on the line of its first member. */
  get isRecorded(): boolean {
    return this.#isRecorded
  }

  /**
   * Takes in what the record has: members that have ended in the order they ended, then the others.
   * @throws GymError GROUP_INVALID where two have one place
   */
  restore(members: readonly RestoredMember[]): void {
    for (const { episode, trajectory } of members) {
      this.reserve(episode.member)
      this.#members.set(episode.member, { episode, trajectory, hasEnded: trajectory !== null })
      if (trajectory !== null) this.#ended(episode.member, trajectory)
    }
    this.#closeIfDone()
  }

  /**
   * Takes a place: a named one, or the first that is free.
   * @throws GymError GROUP_INVALID
   */
  reserve(wanted: number | undefined): number {
    if (this.#phase !== 'open')
      throw this.#invalid(this.#phase === 'running' ? 'all its places are taken' : 'it has ended')
    const member = wanted ?? this.#firstFree()
    if (member >= this.size) throw this.#invalid(`its members are 0 to ${this.size - 1}, there is no ${member}`)
    if (this.#members.has(member)) throw this.#invalid(`the place of member ${member} is taken`)
    this.#members.set(member, { episode: null, trajectory: null, hasEnded: false })
    if (this.#members.size === this.size) this.#phase = 'running'
    return member
  }

  /** Whether a request for this place can be met only in the place of an episode of the group that is aborted. */
  needsPlaceOf(served: ServedEpisode, wanted: number | undefined): boolean {
    if (served.group !== this || served.hasEnded || !this.#hasReplacement) return false
    return wanted === served.member || (wanted === undefined && this.#phase === 'running')
  }

  /** Gives a place back whose episode could not be started. A group without any member left is as if it had never been opened. */
  release(member: number): void {
    this.#members.delete(member)
    if (this.isEmpty) clearTimeout(this.#deadline)
    if (this.#phase === 'running' && !this.#isOverdue) this.#phase = 'open'
    this.#closeIfDone()
  }

  /** @throws GymError REPLAY_DIVERGED where the member did not start where the others did. */
  expectStart(tag: string): void {
    this.#startTag ??= tag
    if (this.#startTag === tag) return
    throw this.#error('REPLAY_DIVERGED', 'resets of one task with one seed led to different states')
  }

  /** Also of a member that the record has, once it is served again. */
  memberStarted(served: ServedEpisode): void {
    const member = this.#members.get(served.member)
    if (member) member.episode = served
    this.#isRecorded = true
    if (this.#isOverdue && this.rules.stragglers !== 'wait') served.interrupt(this.#stragglersEnd, 'group deadline')
  }

  memberEnded({ member: place }: GroupMember, trajectory: Trajectory | null): void {
    this.#ended(place, trajectory)
    this.#closeIfDone()
  }

  /** No more members; open episodes end this way, and then the group closes. */
  stop(ending: 'truncated' | 'aborted', reason: string): void {
    if (this.#phase === 'scoring' || this.#phase === 'closed') return
    this.#isOverdue = true
    this.#phase = 'running'
    for (const { episode: served } of this.#members.values()) served?.interrupt(ending, reason)
    this.#closeIfDone()
  }

  /** The time is up: open episodes are ended or waited for; members that have not started are not. */
  #expire(): void {
    if (this.rules.stragglers !== 'wait') this.stop(this.#stragglersEnd, 'group deadline')
    else if (this.#phase === 'open' || this.#phase === 'running') {
      this.#isOverdue = true
      this.#phase = 'running'
      this.#closeIfDone()
    }
  }

  #ended(place: number, trajectory: Trajectory | null): void {
    const member = this.#members.get(place)
    if (!member) return
    Object.assign(member, { trajectory, hasEnded: true })
    if (this.#mayReplace(trajectory)) this.#vacate(place, member)
  }

  #mayReplace(trajectory: Trajectory | null): boolean {
    const isAborted = trajectory === null || trajectory.ending === 'aborted'
    return isAborted && this.#hasReplacement
  }

  get #hasReplacement(): boolean {
    return !this.#isOverdue && this.#replaced.length < this.rules.replacements
  }

  #vacate(place: number, member: Member): void {
    this.#replaced.push(member)
    this.#members.delete(place)
    this.#phase = 'open'
  }

  get #stragglersEnd(): 'truncated' | 'aborted' {
    return this.rules.stragglers === 'abort' ? 'aborted' : 'truncated'
  }

  #firstFree(): number {
    let member = 0
    while (this.#members.has(member)) member++
    return member
  }

  #closeIfDone(): void {
    if (this.#phase !== 'running' || this.isEmpty) return
    if ([...this.#members.values()].some(({ hasEnded }) => !hasEnded)) return
    this.#phase = 'scoring'
    clearTimeout(this.#deadline)
    void this.#close()
  }

  async #close(): Promise<void> {
    let closed: Group | null = null
    try {
      await Promise.all(this.#all().map(({ episode: served }) => served?.allScored()))
      const onRewards = (rewards: readonly LateReward[]): void => this.#host.rewardsArrived(rewards)
      const judged = this.#judged()
      const hooks = this.#host.hooks.filter((hook) => !hasJudged(hook, judged))
      closed = await judgeGroup({ process: [], group: hooks }, judged, onRewards, () =>
        this.#host.groundTruthOf(this.start.task),
      )
    } catch (error) {
      this.#host.failed(`judging group ${this.id}`, error)
    }
    this.#phase = 'closed'
    this.#announce(closed)
  }

  #announce(closed: Group | null): void {
    try {
      this.#host.groupClosed(this, closed)
    } catch (error) {
      this.#host.failed(`logging group ${this.id}`, error)
    }
  }

  #judged(): Group {
    const { environment } = this.#host
    const identity = { id: this.id, environment, taskId: this.start.task.id, startTag: this.startTag }
    const all = this.#all().flatMap(({ episode: served, trajectory }) =>
      served && trajectory ? [{ ...trajectory, steps: served.scoredSteps }] : [],
    )
    return {
      ...identity,
      trajectories: all.filter(({ ending }) => ending !== 'aborted'),
      aborted: all.filter(({ ending }) => ending === 'aborted'),
    }
  }

  /** In order of member; one that was replaced before its replacement. */
  #all(): readonly Member[] {
    const members = [...this.#replaced, ...this.#members.values()].filter(({ episode: served }) => served !== null)
    return members.toSorted((a, b) => (a.episode?.member ?? 0) - (b.episode?.member ?? 0))
  }

  #invalid(what: string): GymError {
    return this.#error('GROUP_INVALID', what)
  }

  #error(code: ErrorCode, what: string): GymError {
    return new GymError(code, `group ${shown(this.id, 100)}: ${what}`)
  }
}

/** Whether the record has what a group hook said: the server was killed before the group was closed. */
const hasJudged = ({ name }: GroupHook, { trajectories }: Group): boolean =>
  trajectories.some(
    ({ rewards, steps }) => rewards.some(isBy(name)) || steps.some((step) => step.rewards.some(isBy(name))),
  )

const isBy =
  (name: string) =>
  (reward: { readonly name: string }): boolean =>
    reward.name === name
