import type { Group, Reward, Step, Trajectory } from '../data/types.ts'
import type { GroupHook, HookSet, ProcessHook } from '../reward/hook.ts'
import { runGroupHook, runProcessHook, type TruthSource } from '../reward/run-hooks.ts'
import type { LateReward } from './log.ts'

/** The groups of linked tasks, once their episodes have ended and process hooks have judged them. */
export type Linked = (group: Group) => Promise<readonly Group[]>

const ALONE: Linked = async () => []

/**
 * Runs process and then group hooks over a closed group. Every hook sees the signals of those before it.
 * @param onRewards called with each hook's rewards as they arrive
 * @param truth answers of the group's task
 * @param linked awaited between the two
 */
export async function judgeGroup(
  hooks: Pick<HookSet, 'process' | 'group'>,
  group: Group,
  onRewards: (rewards: readonly LateReward[]) => void,
  truth: TruthSource,
  linked: Linked = ALONE,
): Promise<Group> {
  let current = { ...group, trajectories: await judgeSteps(hooks.process, group.trajectories, onRewards) }
  const others = await linked(current)
  for (const hook of hooks.group) {
    const rewards = await rewardsOfGroup(hook, current, truth, others)
    onRewards(rewards)
    current = { ...current, trajectories: joinLate(current.trajectories, rewards) }
  }
  return current
}

/** Runs process hooks over the steps of trajectories. */
export async function judgeSteps(
  hooks: readonly ProcessHook[],
  trajectories: readonly Trajectory[],
  onRewards: (rewards: readonly LateReward[]) => void,
): Promise<readonly Trajectory[]> {
  const groups = new Map(trajectories.map(({ id, groupId }) => [id, groupId]))
  let current = trajectories
  for (const hook of hooks) {
    const steps = current.flatMap((trajectory) => trajectory.steps)
    const rewards = lateRewardsOf(
      steps,
      await runProcessHook(hook, steps, (step) => groups.get(step.trajectoryId) ?? null),
    )
    onRewards(rewards)
    current = joinLate(current, rewards)
  }
  return current
}

async function rewardsOfGroup(
  hook: GroupHook,
  group: Group,
  truth: TruthSource,
  linked: readonly Group[],
): Promise<readonly LateReward[]> {
  const { perTrajectory, perStep } = await runGroupHook(hook, group, truth, linked)
  if (perStep) return group.trajectories.flatMap(({ steps }, i) => lateRewardsOf(steps, perStep[i] ?? []))
  return group.trajectories.flatMap(({ id: trajectoryId }, i) => {
    const reward = perTrajectory?.[i]
    return reward ? [{ trajectoryId, index: null, reward }] : []
  })
}

/** Rewards aligned with steps, each with the step it is for. */
export function lateRewardsOf(steps: readonly Step[], rewards: readonly Reward[]): readonly LateReward[] {
  return rewards.flatMap((reward, i) => {
    const step = steps[i]
    return step ? [{ trajectoryId: step.trajectoryId, index: step.index, reward }] : []
  })
}

/** Trajectories with late rewards joined to the steps and trajectories that they are for, after those they have. */
export function joinLate(trajectories: readonly Trajectory[], rewards: readonly LateReward[]): readonly Trajectory[] {
  const byPlace = new Map<string, Reward[]>()
  const placeOf = (trajectoryId: string, index: number | null): string => `${index} ${trajectoryId}`
  for (const { trajectoryId, index, reward } of rewards) {
    const place = placeOf(trajectoryId, index)
    byPlace.set(place, [...(byPlace.get(place) ?? []), reward])
  }
  const joined = (given: readonly Reward[], trajectoryId: string, index: number | null): readonly Reward[] =>
    given.concat(byPlace.get(placeOf(trajectoryId, index)) ?? [])
  return trajectories.map((trajectory) => ({
    ...trajectory,
    rewards: joined(trajectory.rewards, trajectory.id, null),
    steps: trajectory.steps.map((step) => ({ ...step, rewards: joined(step.rewards, trajectory.id, step.index) })),
  }))
}
