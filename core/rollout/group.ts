import { tagOf } from '../data/hash.ts'
import { together } from '../data/maybe-promise.ts'
import type { Group, Step, Trajectory } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import { startGroup } from '../episode/fork.ts'
import { groundTruthOf } from '../episode/grades.ts'
import { closeQuietly } from '../episode/live.ts'
import type { EpisodeSettings } from '../episode/settings.ts'
import type { World } from '../episode/world.ts'
import type { HookSet } from '../reward/hook.ts'
import type { TruthSource } from '../reward/run-hooks.ts'
import type { Agent } from './agent.ts'
import { judgeGroup, type Linked } from './late-rewards.ts'
import type { LateReward, RunLog } from './log.ts'
import { type RolloutLimits, runEpisode } from './rollout.ts'

/** Settings of a group rollout. */
export interface GroupSettings {
  readonly groupId: string
  /** Members that start from one state. */
  readonly size: number
  readonly agent: Agent
  readonly hooks: HookSet
  /** Keys the state tags of a run. */
  readonly runKey: string
  readonly log?: RunLog
  readonly limits?: RolloutLimits
  readonly onStep?: (step: Step) => void
  /** Groups of linked tasks, which are awaited before group hooks judge. @default none */
  readonly linked?: Linked
}

/**
 * Rolls out a group and closes it: members start from one state and end, process hooks judge the finished steps,
 * group hooks judge the whole. Aborted members are set apart.
 * @throws GymError as `startGroup`, and RECORD_FAILED; every member has stopped then.
 */
export async function rolloutGroup<State extends object>(
  world: World<State>,
  episode: EpisodeSettings,
  settings: GroupSettings,
): Promise<Group> {
  const { members } = await startGroup(world, episode, settings.size)
  const [first] = members
  const startTag = tagOf(settings.runKey, first?.state ?? {})
  const trajectories = await together(members.map((member) => rolloutMember(member, settings)))
  const identity = { id: settings.groupId, environment: world.environment.id, taskId: episode.task.id, startTag }
  return closeGroup(trajectories, identity, settings, () => groundTruthOf(world, episode.task))
}

/**
 * Has a group judged as a whole, and writes down that it is closed.
 * @param all Its trajectories; those that were aborted are set apart.
 * @param truth answers of its task, for group hooks
 * @throws GymError RECORD_FAILED
 */
export async function closeGroup(
  all: readonly Trajectory[],
  identity: Omit<Group, 'trajectories' | 'aborted'>,
  settings: Pick<GroupSettings, 'hooks' | 'log' | 'linked'>,
  truth: TruthSource,
): Promise<Group> {
  const onRewards = (rewards: readonly LateReward[]): void => settings.log?.rewardsArrived(rewards)
  const closed = await judgeGroup(settings.hooks, groupOf(all, identity), onRewards, truth, settings.linked)
  settings.log?.groupClosed(closed)
  return closed
}

async function rolloutMember(
  member: Episode,
  { groupId, agent, hooks, log, limits, onStep }: GroupSettings,
): Promise<Trajectory> {
  const trajectoryId = `${groupId}.${member.lineage.member}`
  try {
    return await runEpisode(
      member,
      { trajectoryId, groupId, agent, hooks, ...(log && { log }), ...(limits && { limits }) },
      onStep,
    )
  } finally {
    // What cannot be closed is not a reason to lose a trajectory.
    await closeQuietly(() => member.close())
  }
}

function groupOf(all: readonly Trajectory[], identity: Omit<Group, 'trajectories' | 'aborted'>): Group {
  const trajectories = all.filter(({ ending }) => ending !== 'aborted')
  return { ...identity, trajectories, aborted: all.filter(({ ending }) => ending === 'aborted') }
}
