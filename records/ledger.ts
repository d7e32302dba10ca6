import { shown } from '../core/data/shown.ts'
import type { Step } from '../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../core/rollout/log.ts'
import { Malformed } from './check.ts'
import type { End, GroupClosing } from './closing-lines.ts'
import { type EndedEntry, type EndedNames, endedInMemory } from './ended.ts'
import { type Standing, standingAfter } from './step-line.ts'

/** A trajectory that has started and not ended. */
interface Account {
  readonly groupId: string | null
  readonly firstIndex: number
  standing: Standing
}

/** From its own first step to the one after its last. */
type Steps = Pick<EndedEntry, 'firstIndex' | 'nextIndex'>

const GROUP: EndedEntry = { groupId: null, firstIndex: 0, nextIndex: 0 }

/** Names of trajectories and of groups, which may have equal ids. */
const trajectoryName = (id: string): string => `t/${id}`
const groupName = (id: string): string => `g/${id}`

/**
 * The order that lines of a run keep: writer and reader hold the same ledger, so that nothing is written that could
 * not be read. Every method throws `Malformed` and changes nothing where the entry is out of order.
 */
export class Ledger {
  readonly #open = new Map<string, Account>()
  /** Trajectories that have ended, and groups that have closed. */
  readonly #ended: EndedNames

  constructor(ended: EndedNames = endedInMemory()) {
    this.#ended = ended
  }

  /** Whether a trajectory of this id has started. */
  hasBegun(trajectoryId: string): boolean {
    return this.#open.has(trajectoryId) || this.#ended.find(trajectoryName(trajectoryId)) !== null
  }

  begin({ trajectoryId, parentId, groupId, forkPath, observation, anchors, past }: EpisodeStart): void {
    if (this.hasBegun(trajectoryId)) throw new Malformed(`trajectory ${trajectoryId} has started before`)
    // A fork comes after the steps that it shares with its parent.
    if (parentId !== undefined && this.#stepsOf(parentId).nextIndex < past.length)
      throw new Malformed(`trajectory ${trajectoryId} was forked from ${parentId} after steps that it has not taken`)
    const standing = { forkPath, nextIndex: past.length, observation, anchors, context: [] }
    this.#open.set(trajectoryId, { groupId, firstIndex: past.length, standing })
  }

  /** The current point of a running trajectory. */
  standing(trajectoryId: string): Standing {
    return this.#account(trajectoryId).standing
  }

  expectNext({ trajectoryId, index }: Step): Standing {
    const standing = this.standing(trajectoryId)
    if (index === standing.nextIndex) return standing
    throw new Malformed(`step ${index} of trajectory ${trajectoryId} comes where step ${standing.nextIndex} should`)
  }

  advance(step: Step): void {
    const standing = standingAfter(step, this.expectNext(step))
    this.#account(step.trajectoryId).standing = standing
  }

  end({ trajectoryId }: Pick<End, 'trajectoryId'>): void {
    const { groupId, firstIndex, standing } = this.#account(trajectoryId)
    this.#ended.add(trajectoryName(trajectoryId), { groupId, firstIndex, nextIndex: standing.nextIndex })
    this.#open.delete(trajectoryId)
  }

  expectKnown(rewards: readonly LateReward[]): void {
    let [knownId, known]: readonly [string | null, Steps] = [null, { firstIndex: 0, nextIndex: 0 }]
    for (const { trajectoryId, index } of rewards) {
      if (knownId !== trajectoryId) [knownId, known] = [trajectoryId, this.#stepsOf(trajectoryId)]
      if (index === null || (index >= known.firstIndex && index < known.nextIndex)) continue
      throw new Malformed(`a reward is for step ${index} of trajectory ${trajectoryId}, which has no such step`)
    }
  }

  close({ id, trajectoryIds, abortedIds }: GroupClosing): void {
    if (this.#ended.find(groupName(id))) throw new Malformed(`group ${id} has closed before`)
    for (const trajectoryId of [...trajectoryIds, ...abortedIds]) this.#expectEndedIn(id, trajectoryId)
    this.#ended.add(groupName(id), GROUP)
  }

  #expectEndedIn(group: string, trajectoryId: string): void {
    const open = this.#open.get(trajectoryId)
    const ended = open ? null : this.#ended.find(trajectoryName(trajectoryId))
    if (!open && !ended) throw neverBegan(trajectoryId)
    if (open ? open.groupId !== group : !ended?.isOfGroup(group))
      throw new Malformed(`trajectory ${trajectoryId} is not of group ${group}`)
    if (open) throw new Malformed(`group ${group} closes while trajectory ${trajectoryId} is running`)
  }

  #stepsOf(trajectoryId: string): Steps {
    const open = this.#open.get(trajectoryId)
    if (open) return { firstIndex: open.firstIndex, nextIndex: open.standing.nextIndex }
    const ended = this.#ended.find(trajectoryName(trajectoryId))
    if (!ended) throw neverBegan(trajectoryId)
    return { firstIndex: ended.firstIndex, nextIndex: ended.nextIndex }
  }

  #account(trajectoryId: string): Account {
    const account = this.#open.get(trajectoryId)
    if (account) return account
    if (this.#ended.find(trajectoryName(trajectoryId)))
      throw new Malformed(`trajectory ${trajectoryId} has ended before`)
    throw neverBegan(trajectoryId)
  }
}

const neverBegan = (id: string): Malformed => new Malformed(`trajectory ${shown(id, 200)} never began`)
