import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { Task } from '../../core/data/types.ts'
import type { TaskSet } from '../../core/episode/tasks.ts'
import type { GroupCreditRequest, JoinedGroup, SlotStart } from '../../core/protocol/index.ts'
import type { Limits } from '../limits.ts'
import { type CreditPlan, isSameCredit } from './credit.ts'
import { type GroupHost, type GroupRules, ServedGroup } from './group.ts'
import { chosenTask, namesTask, randomSeed } from './request.ts'

export interface ServedGroupsSettings {
  readonly tasks: TaskSet
  readonly limits: Pick<Limits, 'groupMembers' | 'groupMs'>
  /** Ids of groups that the record had when it was opened. */
  readonly recorded: Pick<ReadonlySet<string>, 'has'> | undefined
  /** @throws GymError as `GroupCreditPlanner.plans` */
  readonly planCredit: (requests: readonly GroupCreditRequest[]) => readonly CreditPlan[]
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
  join(wanted: JoinedGroup, start: SlotStart): ServedGroup {
    const { tasks, recorded } = this.#settings
    const known = this.#open.get(wanted.id)
    if (known) {
      const task = namesTask(start) ? chosenTask(tasks, start, known.seed) : null
      return expectSame(known, wanted, start.seed, task)
    }
    if (this.#closed.has(wanted.id)) throw invalidGroup(wanted.id, 'it has closed: another group needs another id')
    if (recorded?.has(wanted.id)) throw invalidGroup(wanted.id, BEFORE_RESTART)
    return this.#opened(wanted, start)
  }

  /** Gives a place back whose episode could not be started. */
  release(group: ServedGroup, member: number): void {
    group.release(member)
    if (group.isEmpty) this.#open.delete(group.id)
  }

  /** Removes a group that has closed. */
  remove({ id }: ServedGroup): void {
    this.#open.delete(id)
    this.#closed.add(id)
    const [oldest] = this.#closed
    if (this.#closed.size > CLOSED_GROUPS && oldest !== undefined) this.#closed.delete(oldest)
  }

  stop(ending: 'truncated' | 'aborted', reason: string): void {
    for (const group of [...this.#open.values()]) group.stop(ending, reason)
  }

  #opened(wanted: JoinedGroup, start: SlotStart): ServedGroup {
    const { tasks, limits, planCredit } = this.#settings
    const seed = start.seed ?? randomSeed()
    const task = chosenTask(tasks, start, seed)
    const group = new ServedGroup(this.#host, rulesOf(wanted, limits, planCredit), task, seed)
    this.#open.set(wanted.id, group)
    return group
  }
}

/**
 * The rules that a group's first member states, and the limits where it states none.
 * @throws GymError GROUP_INVALID, and as `planCredit`
 */
function rulesOf(
  { id, size, stragglers = 'truncate', deadlineMs, replacements = 0, credit = [] }: JoinedGroup,
  { groupMembers, groupMs }: ServedGroupsSettings['limits'],
  planCredit: ServedGroupsSettings['planCredit'],
): GroupRules {
  if (size === undefined) throw invalidGroup(id, 'its first member must say how many it has')
  if (size > groupMembers) throw invalidGroup(id, `it has at most ${groupMembers} members, not ${size}`)
  const withinMs = Math.min(deadlineMs ?? groupMs, groupMs)
  return { id, size, stragglers, deadlineMs: withinMs, replacements, credit: planCredit(credit) }
}

/** The group, where another member repeats its rules. @throws GymError GROUP_INVALID where it states others. */
function expectSame(
  group: ServedGroup,
  { size, stragglers, deadlineMs, replacements, credit }: JoinedGroup,
  seed: Seed | undefined,
  task: Task | null,
): ServedGroup {
  const { rules } = group
  const differs =
    (isOther(size, rules.size) && `size ${rules.size}`) ||
    (isOther(stragglers, rules.stragglers) && `the rule ${rules.stragglers} for stragglers`) ||
    (isOther(deadlineMs, rules.deadlineMs) && `a deadline of ${rules.deadlineMs} ms`) ||
    (isOther(replacements, rules.replacements) && `${rules.replacements} replacements`) ||
    (credit !== undefined && !isSameCredit(rules.credit, credit) && 'other credit') ||
    (isOther(seed, group.seed) && `seed ${group.seed}`) ||
    (isOther(task?.id, group.task.id) && `task ${group.task.id}`)
  if (differs === false) return group
  throw invalidGroup(group.id, `it has ${differs}: join it with that`)
}

const isOther = <T>(stated: T | undefined, known: T): boolean => stated !== undefined && stated !== known

const invalidGroup = (id: string, what: string): GymError =>
  new GymError('GROUP_INVALID', `group ${JSON.stringify(id.slice(0, 100))}: ${what}`)

const BEFORE_RESTART =
  'the server was restarted since it was opened, and its members continue alone: start another under another id'
