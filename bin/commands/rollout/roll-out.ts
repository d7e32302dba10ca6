import type { Seed } from '../../../core/data/rng.ts'
import type { Group, Step } from '../../../core/data/types.ts'
import type { World } from '../../../core/episode/world.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import type { RunLog } from '../../../core/rollout/log.ts'
import { ReplayedBranches } from '../../../core/sampling/intervene.ts'
import { LocalBranches } from '../../../core/sampling/local-branches.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { groupSeed } from './group-seed.ts'
import { inTurns } from './in-turns.ts'
import type { SamplingPlan } from './sampling.ts'
import { yieldingAgent } from './yielding-agent.ts'

export interface RolloutPlan {
  readonly world: World
  readonly agent: Agent
  readonly hooks: HookSet
  readonly groups: number
  readonly groupSize: number
  /** Group g gets task g of it, starting over where there are more groups than tasks. */
  readonly split: string
  /** Seed of the run; each group has a seed derived from it. */
  readonly seed: Seed
  readonly maxSteps: number
  /** Groups that run concurrently. */
  readonly concurrency: number
  /** Null for groups of `groupSize` independent members. */
  readonly sampling: SamplingPlan | null
}

export interface RolloutTo {
  readonly log: RunLog
  /** Keys the state tags. */
  readonly runKey: string
  readonly signal: AbortSignal
  readonly onStep: (step: Step) => void
  readonly onGroup: (group: Group) => void
}

/**
 * Rolls out the groups of a plan. An abort ends the episodes in progress as aborted and starts no others.
 * @throws GymError the first that a group throws (a reset that fails, a log that cannot be written); no group is then
 *   in progress.
 */
export function rollOut(plan: RolloutPlan, to: RolloutTo): Promise<void> {
  const agent = yieldingAgent(plan.agent)
  return inTurns(plan, to.signal, async (number, signal) => {
    to.onGroup(await rollOutGroup({ ...plan, agent }, number, { ...to, signal }))
  })
}

function rollOutGroup(plan: RolloutPlan, number: number, { log, runKey, signal, onStep }: RolloutTo): Promise<Group> {
  const { world, agent, hooks, groupSize: size, split, seed, maxSteps, sampling } = plan
  const task = world.tasks.at(split, number % world.tasks.size(split))
  const episode = { task, seed: groupSeed(seed, number), maxSteps, signal }
  const shared = { groupId: `${number}`, hooks, runKey, log, onStep }
  if (sampling === null) return rolloutGroup(world, episode, { ...shared, size, agent })
  const { source } = sampling
  const settings = { ...shared, agentName: agent.name }
  const branchSource = source
    ? new ReplayedBranches(world, source.recorded, source.at, settings)
    : new LocalBranches(world, episode, settings)
  return sampleGroup(branchSource, sampling.mode, { agent, budget: sampling.budget, signal })
}
