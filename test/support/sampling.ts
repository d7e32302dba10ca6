import type { Group, JsonObject, Step, Trajectory } from '../../core/data/types.ts'
import { problem, textAction } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'
import { openWorld } from '../../core/episode/world.ts'
import { type HookSet, hookSet } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import type { EpisodeStart, LateReward, RunLog } from '../../core/rollout/log.ts'
import { type BranchSettings, LocalBranches } from '../../core/sampling/local-branches.ts'
import { samplingMode } from '../../core/sampling/modes.ts'
import { sampleGroup } from '../../core/sampling/sample.ts'

/** A sum of what is said and a die: it ends at 12, after ever other numbers of steps, and pays for odd totals. */
export const race = defineEnvironment({
  id: 'race@1',
  maxSteps: 9,
  action: textAction((text) => (/^[0-3]$/.test(text) ? Number(text) : problem('say 0 to 3'))),
  tasks: () => ({ train: [{ id: 'a' }, { id: 'b' }] }),
  reset: ({ rng }) => ({ total: rng.int(0, 2) }),
  step({ total }, amount, { rng }) {
    const next = total + amount + rng.int(0, 2)
    return { state: { total: next }, reward: next % 2, terminated: next >= 12 }
  },
  observe: { text: ({ total }) => `total ${total}` },
  actions: () => ['0', '1', '2', '3'],
  grades: ({ total }) => ({ total, missing: null }),
})

/** Chooses at random among the listed actions, and keeps nothing. */
export const gambler: Agent = {
  name: 'gambler',
  act: ({ actions, rng }) => ({ action: rng.choice(actions ?? []) }),
}

/** A log in memory. */
export class MemoryLog implements RunLog {
  readonly starts: EpisodeStart[] = []
  readonly steps: Step[] = []
  readonly ends: Trajectory[] = []
  readonly late: LateReward[] = []
  readonly groups: Group[] = []
  episodeStarted(start: EpisodeStart): void {
    this.starts.push(start)
  }
  stepTaken(step: Step): void {
    this.steps.push(step)
  }
  episodeEnded(trajectory: Trajectory): void {
    this.ends.push(trajectory)
  }
  rewardsArrived(rewards: readonly LateReward[]): void {
    this.late.push(...rewards)
  }
  groupClosed(group: Group): void {
    this.groups.push(group)
  }
}

export interface Sampled {
  readonly seed?: number
  readonly budget?: number | null
  readonly environment?: Environment
  readonly agent?: Agent
  readonly hooks?: HookSet
  readonly log?: RunLog
  readonly groupId?: string
  readonly signal?: AbortSignal
  readonly more?: Partial<BranchSettings>
}

export async function branchSourceOf(given: Sampled = {}): Promise<LocalBranches> {
  const { seed = 7, environment = race, agent = gambler, hooks = hookSet([]), log, groupId = 'g' } = given
  const world = await openWorld(environment)
  const episode = {
    task: world.tasks.at(world.tasks.splits[0] ?? '', 0),
    seed,
    ...(given.signal && { signal: given.signal }),
  }
  return new LocalBranches(world, episode, {
    groupId,
    agentName: agent.name,
    hooks,
    runKey: 'key',
    ...(log && { log }),
    ...given.more,
  })
}

export async function sampled(mode: string, options: JsonObject = {}, given: Sampled = {}): Promise<Group> {
  const { agent = gambler, budget = null, signal } = given
  return sampleGroup(await branchSourceOf(given), samplingMode(mode, options), {
    agent,
    budget,
    ...(signal && { signal }),
  })
}

/** A group as what happened in it: no times. */
export const contentsOf = ({ trajectories, aborted, ...rest }: Group): object => ({
  ...rest,
  members: [...trajectories, ...aborted].map(({ steps, ...trajectory }) => ({
    ...trajectory,
    rewards: trajectory.rewards.map(({ latencyMs: _, ...reward }) => reward),
    steps: steps.map((step) => ({ ...step, rewards: step.rewards.map(({ latencyMs: _, ...reward }) => reward) })),
  })),
})

export const membersOf = ({ trajectories, aborted }: Group): readonly Trajectory[] => [...trajectories, ...aborted]
