import type { Json, Reward, Trajectory } from '../../../core/data/types.ts'
import type { EpisodeView, GroupPlace, LateRewardView, MemberView } from '../../../core/protocol/index.ts'
import type { LateReward } from '../../../core/rollout/log.ts'
import { publicTask } from '../../hosting/request.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'

/*
 * What clients get to see. Only what is named here leaves the server: never a task's private part, a state or a
 * grade; and rewards beside the environment's own only where `seesRewards` says so.
 */

/** @param seesSeeds whether the client may know seeds: what an episode hides may follow from one */
export function episodeView(served: ServedEpisode, seesSeeds: boolean): EpisodeView {
  const { task, lineage, settings, world, index, ending, endingReason } = served.runner.episode
  const { seed, member, forkPath } = lineage
  return {
    episode: served.id,
    task: publicTask(task),
    seed: seesSeeds ? seed : null,
    member,
    forkPath,
    maxSteps: settings.maxSteps ?? world.environment.maxSteps,
    index,
    observation: served.runner.observation,
    actions: actionsOf(served),
    ending,
    endingReason,
    group: placeOf(served),
  }
}

export const actionsOf = (served: ServedEpisode): readonly Json[] | null =>
  served.hasEnded ? null : served.runner.episode.actions()

const placeOf = ({ group, member }: ServedEpisode): GroupPlace | null =>
  group && { id: group.id, size: group.size, member, startTag: group.startTag }

export const memberView = ({ id, member, forkPath, ending, endingReason, rewards, steps }: Trajectory): MemberView => ({
  episode: id,
  member,
  forkPath,
  ending,
  endingReason,
  rewards: rewards.map(sentReward),
  steps: steps.map((step) => step.rewards.map(sentReward)),
})

export const lateView = ({ trajectoryId, index, reward }: LateReward): LateRewardView => ({
  episode: trajectoryId,
  step: index,
  reward: sentReward(reward),
})

/** A reward without its note, which is for records and hooks, and may be long. */
function sentReward(reward: Reward): Reward {
  const { note, ...sent } = reward
  return note === undefined ? reward : sent
}
