import { GymError } from '../../core/data/errors.ts'
import type { Task } from '../../core/data/types.ts'
import type { TaskSet } from '../../core/episode/tasks.ts'
import type { JoinedGroup } from '../../core/protocol/index.ts'
import type { Limits } from '../limits.ts'
import { isSameCredit } from './credit.ts'
import { type GroupHost, ServedGroup } from './group.ts'
import { invalidGroup, type PlanCredit, rulesOf } from './group-rules.ts'
import { type EpisodeRequest, startOf } from './request.ts'

export interface ServedGroupsSettings {
  readonly tasks: TaskSet
  /** Steps of an episode that asks for no fewer. */
  readonly maxSteps: number
  readonly limits: Pick<Limits, 'groupMembers' | 'groupMs' | 'openGroups'>
  /** Ids of groups that the record had when it was opened. */
  readonly recorded: Pick<ReadonlySet<string>, 'has'> | undefined
  readonly planCredit: PlanCredit
}

/** Ids of closed groups that are remembered, so that none is opened twice; then the oldest are forgotten. */
const CLOSED_GROUPS = 65_536

/** The groups of one environment: those that are open, and the ids of those that were. */
export class ServedGroups {
  readonly #host: GroupHost
  readonly #settings: ServedGroupsSettings
  readonly #open = new Map<string, ServedGroup>()
  readonly #closed = new Set<string>()

  constructor(host: GroupHost, settings: ServedGroupsSettings) {
    this.#host = host
    this.#settings = settings
  }

  get size(): number {
    return this.#open.size
  }

  /** A group that has not closed. */
  find(id: string): ServedGroup | undefined {
    return this.#open.get(id)
  }

  /** The open group of this id, or a new one. @throws GymError GROUP_INVALID where the request contradicts it. */
  join(wanted: JoinedGroup, request: EpisodeRequest): ServedGroup {
    const { recorded } = this.#settings
    const known = this.#open.get(wanted.id)
    if (known) {
      expectSameRules(known, wanted, this.#settings.limits)
      expectSameStart(known, request, this.#settings)
      return known
    }
    if (this.#closed.has(wanted.id)) throw invalidGroup(wanted.id, 'it has closed: another group needs another id')
    if (recorded?.has(wanted.id)) throw invalidGroup(wanted.id, BEFORE_RESTART)
    return this.#opened(wanted, request)
  }

  /** Adds a group that the record had open. */
  add(group: ServedGroup): void {
    this.#open.set(group.id, group)
  }

  /** Gives a place back whose episode could not be started. */
  release(group: ServedGroup, member: number): void {
    group.release(member)
    this.forsake(group)
  }

  /** Forgets a group that has no member: it is as if it had never been opened. */
  forsake(group: ServedGroup): void {
    if (group.isEmpty) this.#open.delete(group.id)
  }

  /** Removes a group that has closed. */
  remove({ id }: ServedGroup): void {
    this.#open.delete(id)
    this.#closed.add(id)
    const [oldest] = this.#closed
    if (this.#closed.size > CLOSED_GROUPS && oldest !== undefined) this.#closed.delete(oldest)
  }

  /** Ends open members, and groups with them; one with members that only the record has is left as it is there. */
  stop(ending: 'truncated' | 'aborted', reason: string): void {
    for (const group of [...this.#open.values()]) {
      group.stop(ending, reason)
      if (group.awaitsSessions) this.#open.delete(group.id)
    }
  }

  #opened(wanted: JoinedGroup, request: EpisodeRequest): ServedGroup {
    const { tasks, maxSteps, limits, planCredit } = this.#settings
    this.#expectRoom(limits.openGroups)
    const start = startOf(request, tasks, maxSteps)
    const group = new ServedGroup(this.#host, rulesOf(wanted, limits, planCredit), start)
    this.#open.set(wanted.id, group)
    return group
  }

  /** @throws GymError CAPACITY_REACHED */
  #expectRoom(most: number): void {
    if (this.#open.size < most) return
    throw new GymError(
      'CAPACITY_REACHED',
      `the limit openGroups is ${most}, and as many groups are open: end one first`,
    )
  }
}

/** @throws GymError GROUP_INVALID where another member states other rules than the first. */
function expectSameRules(
  { id, rules }: ServedGroup,
  { size, stragglers, deadlineMs, replacements, credit }: JoinedGroup,
  { groupMs }: ServedGroupsSettings['limits'],
): void {
  expectNone(
    id,
    (isOther(size, rules.size) && `size ${rules.size}`) ||
      (isOther(stragglers, rules.stragglers) && `the rule ${rules.stragglers} for stragglers`) ||
      (isOther(atMost(deadlineMs, groupMs), rules.deadlineMs) && `a deadline of ${rules.deadlineMs} ms`) ||
      (isOther(replacements, rules.replacements) && `${rules.replacements} replacements`) ||
      (credit !== undefined && !isSameCredit(rules.credit, credit) && 'other credit'),
  )
}

/** @throws GymError GROUP_INVALID where another member is to start with something else than the first, TASK_UNKNOWN */
function expectSameStart({ id, start }: ServedGroup, request: EpisodeRequest, settings: ServedGroupsSettings): void {
  const { seed, maxSteps, agentName } = request
  expectNone(
    id,
    (isOther(seed, start.seed) && `seed ${start.seed}`) ||
      (isOtherTask(request, start.task, settings.tasks) && `task ${start.task.id} of split ${start.task.split}`) ||
      (isOther(atMost(maxSteps, settings.maxSteps), start.maxSteps) && `a limit of ${start.maxSteps} steps`) ||
      (start.agentName !== null && isOther(agentName, start.agentName) && `the agent ${start.agentName}`),
  )
}

/** A split alone leaves the place in it to the group. */
function isOtherTask({ task, split, index }: EpisodeRequest, known: Task, tasks: TaskSet): boolean {
  if (task !== undefined) return tasks.byId(task).id !== known.id
  if (split === undefined) return false
  return index === undefined ? isOther(split, known.split) : tasks.at(split, index).id !== known.id
}

function expectNone(id: string, differs: string | false): void {
  if (differs !== false) throw invalidGroup(id, `it has ${differs}: join it with that`)
}

const atMost = (stated: number | undefined, most: number): number | undefined =>
  stated === undefined ? undefined : Math.min(stated, most)

const isOther = <T>(stated: T | undefined, known: T): boolean => stated !== undefined && stated !== known

/** Refusal of a group that has closed, or whose rules the record does not have. */
const BEFORE_RESTART =
  'the server was restarted since it was opened, and it has closed or cannot be continued: start another under another id'
