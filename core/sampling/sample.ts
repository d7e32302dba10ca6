import type { Group } from '../data/types.ts'
import type { Agent } from '../rollout/agent.ts'
import type { Branch, BranchSource } from './branch.ts'
import { Budget } from './budget.ts'
import type { Mode } from './mode.ts'
import { expectBudget } from './modes.ts'
import { Player } from './player.ts'

/** Settings of a sampled group. */
export interface SampleSettings {
  readonly agent: Agent
  /** Environment steps of the group over all its branches; null for any number. @default null */
  readonly budget?: number | null
  readonly signal?: AbortSignal
}

/**
 * Samples one group and closes it. Every step that was taken is in exactly one of its trajectories, and was judged
 * once; `Branches` has them whole.
 * @throws GymError CONFIG_INVALID for an invalid budget, or that is missing; FORK_UNSUPPORTED; as `startGroup`; RECORD_FAILED. Every
 *   branch has ended then.
 */
export async function sampleGroup(branchSource: BranchSource, mode: Mode, settings: SampleSettings): Promise<Group> {
  const { agent, budget: limit = null, signal } = settings
  const budget = new Budget(limit)
  expectBudget(mode, limit)
  const player = new Player({ agent, budget, ...(signal && { signal }) })
  try {
    const roots = await branchSource.start(Math.min(mode.roots, budget.left))
    const chosenId = idOf(await mode.sample(roots, player))
    const { name, options } = mode
    return await branchSource.close({ mode: name, options, budget: limit, steps: budget.taken, chosenId })
  } catch (thrown) {
    // What made sampling fail is what counts, not what its end cannot be written to.
    await branchSource.abort('sampling failed').catch(() => {})
    throw thrown
  }
}

/** An aborted trajectory is never the chosen one. */
const idOf = (branch: Branch | undefined): string | null =>
  branch === undefined || branch.ending === 'aborted' ? null : branch.id
