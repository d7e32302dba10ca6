import type { Group, Json, Reward, Trajectory } from '../../core/data/types.ts'
import { type HookSet, hookSet, type RewardHook } from '../../core/reward/hook.ts'
import { runGroupHook, runOutcomeHooks, runProcessHook, runTurnHooks } from '../../core/reward/run-hooks.ts'
import { type EvidenceKind, type Plan, type Played, played, truthOf } from './scene.ts'

/** A group that was played, with the signals that hooks of groups read. */
export interface Scene {
  readonly members: readonly Played[]
  readonly truth: Json
}

/** Plays a group and judges it by the hooks whose signals others read, in the order of a rollout. */
export async function sceneOf(plans: readonly Plan[], kind: EvidenceKind, before: HookSet): Promise<Scene> {
  const truth = truthOf(plans)
  const members = plans.map((plan, member) => played(plan, member, kind))
  return { truth, members: await Promise.all(members.map((member) => judgedBy(before, member, truth))) }
}

/** What a hook says of each trajectory: its value, or the sum of its values of steps; null where it declines all. */
export async function scoresOf(hook: RewardHook, { members, truth }: Scene): Promise<readonly (number | null)[]> {
  const own = hookSet([hook])
  const [late] = own.group
  if (late !== undefined) {
    const { perTrajectory, perStep } = await runGroupHook(late, groupOf(members), () => truth)
    return perTrajectory?.map(({ value }) => value) ?? perStep?.map(sumOfKnown) ?? []
  }
  const judged = await Promise.all(members.map((member) => judgedBy(own, without(member, hook.name), truth)))
  return judged.map(({ trajectory }) => scoreIn(trajectory, hook.name))
}

const groupOf = (members: readonly Played[]): Group => ({
  ...{ id: 'group', environment: 'rooms@1', taskId: 'task', startTag: '', aborted: [] },
  trajectories: members.map(({ trajectory }) => trajectory),
})

/** The member without a signal that is judged again. */
function without({ trajectory, grades }: Played, name: string): Played {
  const others = (rewards: readonly Reward[]) => rewards.filter((reward) => reward.name !== name)
  const steps = trajectory.steps.map((step) => ({ ...step, rewards: others(step.rewards) }))
  return { grades, trajectory: { ...trajectory, steps, rewards: others(trajectory.rewards) } }
}

async function judgedBy({ turn, outcome, process }: HookSet, member: Played, truth: Json): Promise<Played> {
  const scene = await withTurns(member, turn, () => truth)
  const grades = () => scene.grades.at(-1) ?? {}
  const own = await runOutcomeHooks(outcome, scene.trajectory, grades, () => truth)
  const rewards = [...scene.trajectory.rewards, ...own]
  return { ...scene, trajectory: await withProcess({ ...scene.trajectory, rewards }, process) }
}

async function withTurns(scene: Played, hooks: Parameters<typeof runTurnHooks>[0], truth: () => Json): Promise<Played> {
  if (hooks.length === 0) return scene
  const steps = [...scene.trajectory.steps]
  for (const [index, step] of steps.entries()) {
    const source = { before: () => scene.grades[index] ?? {}, after: () => scene.grades[index + 1] ?? {} }
    const rewards = await runTurnHooks(hooks, step, steps.slice(0, index), source, truth)
    steps[index] = { ...step, rewards: [...step.rewards, ...rewards] }
  }
  return { ...scene, trajectory: { ...scene.trajectory, steps } }
}

async function withProcess(
  trajectory: Trajectory,
  hooks: readonly Parameters<typeof runProcessHook>[0][],
): Promise<Trajectory> {
  let { steps } = trajectory
  for (const hook of hooks) {
    const late = await runProcessHook(hook, steps)
    steps = steps.map((step, at) => ({ ...step, rewards: [...step.rewards, ...late.slice(at, at + 1)] }))
  }
  return { ...trajectory, steps }
}

function scoreIn({ steps, rewards }: Trajectory, name: string): number | null {
  const whole = rewards.find((reward) => reward.name === name)
  if (whole) return whole.value
  return sumOfKnown(steps.flatMap((step) => step.rewards.filter((reward) => reward.name === name)))
}

/** Null where none is known. */
function sumOfKnown(rewards: readonly Reward[]): number | null {
  const known = rewards.flatMap(({ value }) => (value === null ? [] : [value]))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
