import type { Step } from '../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../core/rollout/log.ts'
import { Malformed } from './check.ts'
import type { End, GroupClosing } from './closing-lines.ts'
import { type Standing, standingAfter } from './step-line.ts'

interface Account {
  readonly groupId: string | null
  readonly firstIndex: number
  nextIndex: number
  /** Null once it has ended. */
  standing: Standing | null
}

/**
 * The order that lines of a run keep: writer and reader hold the same ledger, so that nothing is written that could
 * not be read. Every method throws `Malformed` and changes nothing where the entry is out of order.
 */
export class Ledger {
  readonly #accounts = new Map<string, Account>()
  readonly #closedGroups = new Set<string>()

  /** A fork comes after the steps that it shares with its parent. */
  expectBeginning({ trajectoryId, parentId, past }: Pick<EpisodeStart, 'trajectoryId' | 'parentId' | 'past'>): void {
    if (this.#accounts.has(trajectoryId)) throw new Malformed(`trajectory ${trajectoryId} has begun before`)
    if (parentId === undefined || this.#account(parentId).nextIndex >= past.length) return
    throw new Malformed(`trajectory ${trajectoryId} was forked from ${parentId} after steps that it has not taken`)
  }

  begin(start: EpisodeStart): void {
    this.expectBeginning(start)
    const { trajectoryId, groupId, forkPath, observation, anchors, past } = start
    const standing = { forkPath, nextIndex: past.length, observation, anchors, context: [] }
    this.#accounts.set(trajectoryId, { groupId, firstIndex: past.length, nextIndex: past.length, standing })
  }

  /** Where a trajectory stands that goes on. */
  standing(trajectoryId: string): Standing {
    const { standing } = this.#account(trajectoryId)
    if (standing === null) throw new Malformed(`trajectory ${trajectoryId} has ended before`)
    return standing
  }

  expectNext({ trajectoryId, index }: Step): Standing {
    const standing = this.standing(trajectoryId)
    if (index === standing.nextIndex) return standing
    throw new Malformed(`step ${index} of trajectory ${trajectoryId} comes where step ${standing.nextIndex} should`)
  }

  advance(step: Step): void {
    const standing = standingAfter(step, this.expectNext(step))
    const account = this.#account(step.trajectoryId)
    account.standing = standing
    account.nextIndex = standing.nextIndex
  }

  end({ trajectoryId }: Pick<End, 'trajectoryId'>): void {
    this.standing(trajectoryId)
    this.#account(trajectoryId).standing = null
  }

  expectKnown(rewards: readonly LateReward[]): void {
    for (const { trajectoryId, index } of rewards) {
      const { firstIndex, nextIndex } = this.#account(trajectoryId)
      if (index === null || (index >= firstIndex && index < nextIndex)) continue
      throw new Malformed(`a reward is for step ${index} of trajectory ${trajectoryId}, which has no such step`)
    }
  }

  expectClosable({ id, trajectoryIds, abortedIds }: GroupClosing): void {
    if (this.#closedGroups.has(id)) throw new Malformed(`group ${id} has closed before`)
    for (const trajectoryId of [...trajectoryIds, ...abortedIds]) {
      const { groupId, standing } = this.#account(trajectoryId)
      if (groupId !== id) throw new Malformed(`trajectory ${trajectoryId} is not of group ${id}`)
      if (standing !== null) throw new Malformed(`group ${id} closes while trajectory ${trajectoryId} goes on`)
    }
  }

  close(group: GroupClosing): void {
    this.expectClosable(group)
    this.#closedGroups.add(group.id)
  }

  /** Of trajectories that have begun so far. */
  groupIds(): ReadonlySet<string> {
    const ids = new Set<string>()
    for (const { groupId } of this.#accounts.values()) if (groupId !== null) ids.add(groupId)
    return ids
  }

  #account(trajectoryId: string): Account {
    const account = this.#accounts.get(trajectoryId)
    if (!account) throw new Malformed(`trajectory ${JSON.stringify(trajectoryId.slice(0, 200))} never began`)
    return account
  }
}
