import type { Step } from '../../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../../core/rollout/log.ts'
import type { Entry, GroupClosing, Manifest } from '../../records/index.ts'

/** Trajectories that belong together, once nothing more is to come for them. */
export interface CompleteFamily {
  /** Lines of all its trajectories, in their order. */
  readonly entries: readonly Entry[]
  /** Trajectories that were complete before, with lines that forks share. */
  readonly earlier: ReadonlySet<string>
}

/** Reads the lines of trajectories that were complete before. */
export type EarlierEntries = (trajectoryIds: ReadonlySet<string>) => readonly Entry[]

/**
 * Groups and trajectories of a run while it grows, each handed out when it is complete: all its trajectories have ended,
 * its group has closed, and each process hook of the run has judged each of its steps. What is handed out, and in which
 * order, is decided by the lines alone. Lines are kept until then, and only names after it.
 */
export class CompleteFamilies {
  /** Process hooks, which judge each step late. */
  readonly #hooks: readonly string[]
  readonly #earlier: EarlierEntries
  readonly #byTrajectory = new Map<string, Family>()
  readonly #byGroup = new Map<string, Family>()

  /** @param earlier needed where a trajectory is forked that was complete before */
  constructor({ hooks }: Pick<Manifest, 'hooks'>, earlier: EarlierEntries) {
    this.#hooks = hooks.flatMap(({ name, scope }) => (scope === 'process' ? [name] : []))
    this.#earlier = earlier
  }

  /** Takes the next line. @returns Families that it completed. */
  add(entry: Entry): readonly CompleteFamily[] {
    const touched = new Set(this.#parts(entry).map(([family, part]) => this.#take(family, part)))
    return [...touched].flatMap((family) => family.completed() ?? [])
  }

  /** What a line says of each family. */
  #parts(entry: Entry): readonly (readonly [Family, Entry])[] {
    switch (entry.type) {
      case 'episode':
        return [[this.#familyOf(entry.start), entry]]
      case 'step':
        return this.#ofTrajectory(entry.step.trajectoryId, entry)
      case 'end':
        return this.#ofTrajectory(entry.end.trajectoryId, entry)
      case 'group':
        return pairs(this.#byGroup.get(entry.group.id), entry)
      case 'rewards': {
        const families = new Set(
          entry.rewards.flatMap(({ trajectoryId }) => this.#byTrajectory.get(trajectoryId) ?? []),
        )
        const own = (family: Family) =>
          entry.rewards.filter(({ trajectoryId }) => this.#byTrajectory.get(trajectoryId) === family)
        return [...families].map((family) => [family, { type: 'rewards', rewards: own(family) }])
      }
    }
  }

  #ofTrajectory(id: string, entry: Entry): readonly (readonly [Family, Entry])[] {
    return pairs(this.#byTrajectory.get(id), entry)
  }

  #take(family: Family, entry: Entry): Family {
    family.take(entry, this.#hooks)
    return family
  }

  /** Family of a new trajectory: that of its group and of what it was forked from, which are one from now on. */
  #familyOf({ trajectoryId, groupId, parentId }: EpisodeStart): Family {
    const known = [
      groupId === null ? undefined : this.#byGroup.get(groupId),
      parentId === undefined ? undefined : this.#byTrajectory.get(parentId),
    ]
    const [first, ...others] = new Set(known.filter((family) => family !== undefined))
    const family = first ?? new Family()
    for (const other of others) this.#join(family, other)
    family.reopen(this.#earlier)
    this.#byTrajectory.set(trajectoryId, family)
    if (groupId !== null) this.#byGroup.set(groupId, family)
    return family
  }

  #join(family: Family, other: Family): void {
    for (const each of [family, other]) each.reopen(this.#earlier)
    family.absorb(other)
    for (const id of other.trajectories) this.#byTrajectory.set(id, family)
    for (const id of other.groups) this.#byGroup.set(id, family)
  }
}

const pairs = (family: Family | undefined, entry: Entry): readonly (readonly [Family, Entry])[] =>
  family ? [[family, entry]] : []

class Family {
  readonly trajectories = new Set<string>()
  readonly groups = new Set<string>()
  /** Null while it is complete. */
  #entries: Entry[] | null = []
  /** Trajectories that have not ended, and groups that have not closed. */
  readonly #open = new Set<string>()
  /** Signals that are to come, by trajectory: the group of a trajectory does not close before. */
  readonly #unjudged = new Map<string, Set<string>>()
  readonly #handedOut = new Set<string>()

  take(entry: Entry, hooks: readonly string[]): void {
    if (this.#entries === null) return
    this.#entries.push(entry)
    if (entry.type === 'episode') this.#begin(entry.start)
    if (entry.type === 'step') this.#expect(entry.step, hooks)
    if (entry.type === 'rewards') for (const reward of entry.rewards) this.#judged(reward)
    if (entry.type === 'end') this.#open.delete(trajectoryName(entry.end.trajectoryId))
    if (entry.type === 'group') this.#closed(entry.group)
  }

  #begin({ trajectoryId, groupId }: EpisodeStart): void {
    this.trajectories.add(trajectoryId)
    this.#open.add(trajectoryName(trajectoryId))
    if (groupId === null || this.groups.has(groupId)) return
    this.groups.add(groupId)
    this.#open.add(groupName(groupId))
  }

  #expect({ trajectoryId, index }: Step, hooks: readonly string[]): void {
    if (hooks.length === 0) return
    const signals = this.#unjudged.get(trajectoryId) ?? new Set()
    this.#unjudged.set(trajectoryId, signals)
    for (const hook of hooks) signals.add(signalName(index, hook))
  }

  #judged({ trajectoryId, index, reward }: LateReward): void {
    const signals = this.#unjudged.get(trajectoryId)
    signals?.delete(signalName(index, reward.name))
    if (signals?.size === 0) this.#unjudged.delete(trajectoryId)
  }

  #closed({ id, trajectoryIds, abortedIds }: GroupClosing): void {
    this.#open.delete(groupName(id))
    for (const member of [...trajectoryIds, ...abortedIds]) this.#unjudged.delete(member)
  }

  /** Null while something is still to come, or where it was handed out. */
  completed(): CompleteFamily | null {
    if (this.#entries === null || this.#open.size + this.#unjudged.size > 0) return null
    const complete = { entries: this.#entries, earlier: new Set(this.#handedOut) }
    for (const id of this.trajectories) this.#handedOut.add(id)
    this.#entries = null
    return complete
  }

  /** A trajectory of it was forked: its lines are needed once more. */
  reopen(earlier: EarlierEntries): void {
    this.#entries ??= [...earlier(this.trajectories)]
  }

  absorb(other: Family): void {
    this.#entries?.push(...(other.#entries ?? []))
    for (const id of other.trajectories) this.trajectories.add(id)
    for (const id of other.groups) this.groups.add(id)
    for (const each of other.#open) this.#open.add(each)
    for (const [id, signals] of other.#unjudged) this.#unjudged.set(id, signals)
    for (const id of other.#handedOut) this.#handedOut.add(id)
  }
}

/** Trajectories and groups may have equal ids. */
const trajectoryName = (id: string): string => `t/${id}`
const groupName = (id: string): string => `g/${id}`
const signalName = (index: number | null, hook: string): string => `${index} ${hook}`
