import { setImmediate } from 'node:timers/promises'
import { GymError } from '../core/data/errors.ts'
import type { Seed } from '../core/data/rng.ts'
import type { Group, Step } from '../core/data/types.ts'
import type { World } from '../core/episode/world.ts'
import type { HookSet } from '../core/reward/hook.ts'
import type { Agent } from '../core/rollout/agent.ts'
import { rolloutGroup } from '../core/rollout/group.ts'
import { groupSeed } from '../core/rollout/group-seed.ts'
import type { RunLog } from '../core/rollout/log.ts'

/** Groups to roll out with one agent. */
export interface GroupPlan {
  readonly world: World
  readonly agent: Agent
  readonly hooks: HookSet
  readonly split: string
  /** Position of each group's task in the split. */
  readonly tasks: readonly number[]
  readonly size: number
  /** Seed of the run, and number of its first group here: together they give each group its seed. */
  readonly seed: Seed
  readonly firstGroup: number
  readonly maxSteps?: number
  readonly signal: AbortSignal
  readonly log?: RunLog
  /** Keys the state tags of a log. */
  readonly runKey: string
  readonly onStep?: (step: Step) => void
}

/**
 * Groups in the order of their tasks. The event loop has its turn after each of them.
 * @returns Null where the signal was aborted meanwhile.
 * @throws GymError AGENT_FAILED where all episodes of a group were aborted, with the reason; as `rolloutGroup`.
 */
export async function rollOutGroups(plan: GroupPlan): Promise<readonly Group[] | null> {
  const groups: Group[] = []
  for (const [at, task] of plan.tasks.entries()) {
    if (plan.signal.aborted) return null
    const group = await rollOutOne(plan, task, plan.firstGroup + at)
    if (plan.signal.aborted) return null
    expectEnded(group)
    groups.push(group)
    await setImmediate()
  }
  return groups
}

function rollOutOne(plan: GroupPlan, task: number, number: number): Promise<Group> {
  const { world, agent, hooks, split, size, seed, maxSteps, signal, runKey, log, onStep } = plan
  const episode = {
    task: world.tasks.at(split, task),
    seed: groupSeed(seed, number),
    signal,
    ...(maxSteps !== undefined && { maxSteps }),
  }
  const groupId = `${number}`
  return rolloutGroup(world, episode, {
    groupId,
    size,
    agent,
    hooks,
    runKey,
    ...(log && { log }),
    ...(onStep && { onStep }),
  })
}

/** A group that broke down as a whole would do so in every iteration. */
function expectEnded({ trajectories, aborted, taskId }: Group): void {
  if (trajectories.length > 0) return
  const reason = aborted[0]?.endingReason ?? 'no reason'
  throw new GymError('AGENT_FAILED', `all episodes of task ${taskId} were aborted: ${reason}`)
}

/** Steps of groups in the order of a batch's rows: trajectory after trajectory. */
export const stepsOf = (groups: readonly Group[]): readonly Step[] =>
  groups.flatMap(({ trajectories }) => trajectories.flatMap(({ steps }) => steps))
