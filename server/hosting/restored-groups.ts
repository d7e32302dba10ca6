import { GymError } from '../../core/data/errors.ts'
import type { Group, Trajectory } from '../../core/data/types.ts'
import type { RecordedGroup, RecordedOpenGroup, RecordedTrajectory } from '../../records/reader.ts'
import type { Limits } from '../limits.ts'
import { closingCredit } from './credit.ts'
import type { GroupClosed } from './events.ts'
import { type GroupHost, type RestoredMember, ServedGroup } from './group.ts'
import { type GroupRules, type PlanCredit, type RecordedRules, recordedRulesOf, rulesOf } from './group-rules.ts'
import type { ServedGroups } from './groups.ts'
import { RecordedMember, type RecordedMemberHost } from './recorded-member.ts'

/** Host of groups that the record had open, and of their members. */
export interface RestoringHost extends GroupHost, RecordedMemberHost {
  readonly limits: Pick<Limits, 'groupMembers' | 'groupMs' | 'resumeMs'>
}

/** Closings of restored groups that are kept for sessions that return later; then the oldest are forgotten. */
const KEPT_CLOSINGS = 256

/** Groups that the record had open when a server was started again: they continue with their members, and close once. */
export class RestoredGroups {
  readonly #host: RestoringHost
  readonly #planCredit: PlanCredit
  /** Ids of the episodes of all members. */
  readonly #episodes = new Set<string>()
  /** Members of groups that have not closed, by the id of their episode. */
  readonly #members = new Map<string, RecordedMember>()
  readonly #closings: GroupClosed[] = []

  constructor(host: RestoringHost, planCredit: PlanCredit) {
    this.#host = host
    this.#planCredit = planCredit
  }

  /** Whether an episode is a member of one of these groups. */
  has(episode: string): boolean {
    return this.#episodes.has(episode)
  }

  /** A member of an open group, by the id of its episode. */
  member(episode: string): RecordedMember | undefined {
    return this.#members.get(episode)
  }

  /** Ids of open groups that have a member whose id begins so. */
  openGroupsOf(prefix: string): readonly string[] {
    const own = [...this.#members].filter(([id]) => id.startsWith(prefix)).map(([, { group }]) => group.id)
    return [...new Set(own)]
  }

  /** How groups were closed that have a member whose id begins so. */
  closingsOf(prefix: string): readonly GroupClosed[] {
    return this.#closings.filter(({ group }) => membersOf(group).some(({ id }) => id.startsWith(prefix)))
  }

  /** The end of a member whose group has closed; undefined for any other episode. */
  endOf(episode: string): Trajectory | undefined {
    return this.#closings.flatMap(({ group }) => membersOf(group)).find(({ id }) => id === episode)
  }

  /**
   * Groups that the record had closed, with the credit that they were asked for, as their clients may not have had it;
   * without those of earlier versions, whose records have no rules.
   */
  *earlierClosings(groups: Iterable<RecordedGroup>): Generator<GroupClosed> {
    for (const each of groups) {
      try {
        const closing = this.#earlierClosing(each)
        if (closing) yield closing
      } catch (thrown) {
        this.#host.failed(`announcing group ${each.group.id}`, thrown)
      }
    }
  }

  /** Keeps the closing of a group, if it is one of these. */
  closed(closing: GroupClosed): void {
    const members = membersOf(closing.group)
    if (!members.some(({ id }) => this.#members.has(id))) return
    for (const { id } of members) this.#members.delete(id)
    this.#closings.push(closing)
    if (this.#closings.length > KEPT_CLOSINGS) this.#closings.shift()
  }

  /** Opens groups of the record again. One that cannot be is reported, and its members continue alone. */
  open(recorded: readonly RecordedOpenGroup[], groups: ServedGroups): void {
    for (const each of recorded) {
      try {
        this.#open(each, groups)
      } catch (thrown) {
        this.#host.failed(`continuing group ${each.id}`, thrown)
      }
    }
  }

  /** Records of earlier versions have no rules. @throws GymError TASK_UNKNOWN, GROUP_INVALID, FRAME_INVALID */
  #open({ id, members }: RecordedOpenGroup, groups: ServedGroups): void {
    const rules = recordedRulesOf(members)
    const [first] = members
    if (!rules || !first) return
    const { taskId, seed, maxSteps } = first.start
    const task = this.#host.world.tasks.byRecordedId(taskId)
    const start = { task, seed, maxSteps, agentName: rules.agentName }
    const group = new ServedGroup(this.#host, this.#rulesOf(id, rules), start, rules.startTag)
    groups.add(group)
    group.restore(members.map((member) => this.#restored(member, group)))
  }

  #earlierClosing({ group, members }: RecordedGroup): GroupClosed | null {
    const recorded = recordedRulesOf(members)
    if (!recorded) return null
    const { credit } = this.#rulesOf(group.id, recorded)
    const report = (error: unknown): void => this.#host.failed(`giving group ${group.id} its credit`, error)
    return { environment: this.#host.environment, group, credit: closingCredit(group, credit, report) }
  }

  #restored(recorded: RecordedTrajectory, group: ServedGroup): RestoredMember {
    const episode = new RecordedMember(this.#host, group, recorded, this.#host.limits.resumeMs)
    this.#episodes.add(recorded.start.trajectoryId)
    this.#members.set(recorded.start.trajectoryId, episode)
    return { episode, trajectory: recorded.isFinished ? recorded.trajectory : null }
  }

  /** Credit that this server cannot give is reported, and left out. */
  #rulesOf(id: string, { joined }: RecordedRules): GroupRules {
    if (joined.id !== id) throw new GymError('GROUP_INVALID', `the rules of group ${id} are of another group`)
    const plan: PlanCredit = (requests) =>
      requests.flatMap((request) => this.#planned(id, () => this.#planCredit([request])))
    return rulesOf(joined, this.#host.limits, plan)
  }

  #planned(id: string, plan: () => ReturnType<PlanCredit>): ReturnType<PlanCredit> {
    try {
      return plan()
    } catch (thrown) {
      this.#host.failed(`giving group ${id} its credit`, thrown)
      return []
    }
  }
}

const membersOf = ({ trajectories, aborted }: Group): readonly Trajectory[] => [...trajectories, ...aborted]
