import type { Info, Json, Reward, Task, Trajectory } from '../../../core/data/types.ts'
import { NO_INFO } from '../../../core/episode/episode.ts'
import type { EpisodeView, GroupPlace, LateRewardView, MemberView, PublicTask } from '../../../core/protocol/index.ts'
import type { LateReward } from '../../../core/rollout/log.ts'
import type { StepTaken } from '../../hosting/events.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import { actionsJson, type Literals } from '../../transport/literals.ts'

/*
 * What clients get to see. Only what is named here leaves the server: never a task's private part, a state or a
 * grade; and rewards beside the environment's own only where `seesRewards` says so.
 */

/** The fields of a reply as JSON, without the braces. */
export const fieldsOf = (fields: object): string => JSON.stringify(fields).slice(1, -1)

export const publicTask = ({ id, split, public: open }: Task): PublicTask => ({ id, split, public: open })

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

/**
 * The fields of a step's reply as JSON. Written out, and observations encoded once for all: the hottest frame there is.
 */
export function stepFields(
  { episode, step, actions, trajectory: end }: Answer,
  literals: Literals,
  seesRewards: boolean,
): string {
  const [own] = step.rewards
  const ending = `"ending":${JSON.stringify(end?.ending ?? null)},"endingReason":${JSON.stringify(end?.endingReason ?? null)}`
  const judged = seesRewards ? `,"rewards":${rewardsJson(step.rewards)}` : ''
  const outcome = seesRewards && end ? `,"outcome":${JSON.stringify(end.rewards)}` : ''
  return (
    `"episode":"${episode}","index":${step.index},"observation":${literals.of(step.nextObservation)}` +
    `,"reward":${own?.value ?? null},"terminated":${step.terminated},"truncated":${step.truncated}` +
    `,"isActionValid":${step.isActionValid},"info":${infoJson(step.info)},"actions":${actionsJson(actions)}` +
    `,${ending}${judged}${outcome}`
  )
}

/** The fields of a `step.taken` event as JSON. @param missed Steps before it that its reader was not sent. */
export function takenFields({ episode: served, step }: StepTaken, missed: number, literals: Literals): string {
  const { index, action, rewards, terminated, truncated, isActionValid, info } = step
  const judged = { reward: rewards[0]?.value ?? null, rewards, terminated, truncated, isActionValid, info, missed }
  const observation = `"observation":${literals.of(step.nextObservation)}`
  return `${fieldsOf({ episode: served.id, task: served.runner.episode.task.id, index, action })},${observation},${fieldsOf(judged)}`
}

/** Most steps have nothing to tell beside their observation, and share one object that says so. */
export const infoJson = (info: Info): string => (info === NO_INFO ? '{}' : JSON.stringify(info))

/** As `JSON.stringify` would write them, and sooner. */
export const rewardsJson = (rewards: readonly Reward[]): string => `[${rewards.map(rewardJson).join()}]`

function rewardJson(reward: Reward): string {
  if (reward.value === null || reward.perToken) return JSON.stringify(reward)
  const { name, version, latencyMs, value } = reward
  return `{"name":${nameJson(name)},"version":${version},"latencyMs":${latencyMs},"value":${value}}`
}

const nameJson = (name: string): string => (name === 'env' ? '"env"' : JSON.stringify(name))

export const memberView = ({ id, member, forkPath, ending, endingReason, rewards, steps }: Trajectory): MemberView => ({
  episode: id,
  member,
  forkPath,
  ending,
  endingReason,
  rewards,
  steps: steps.map((step) => step.rewards),
})

export const lateView = ({ trajectoryId, index, reward }: LateReward): LateRewardView => ({
  episode: trajectoryId,
  step: index,
  reward,
})

/** The fields of an `ended` event. @param index steps taken */
export function endFields(
  { id, ending, endingReason, rewards }: Trajectory,
  index: number,
  seesRewards: boolean,
): string {
  return fieldsOf({ episode: id, index, ending, endingReason, ...(seesRewards && { outcome: rewards }) })
}
