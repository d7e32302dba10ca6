import type { Ending, Group, Json, JsonObject, Reward, SamplingNote, Trajectory } from '../core/data/types.ts'
import type { LateReward } from '../core/rollout/log.ts'
import { countOf, type Field, fieldsOf, listOf, nameOf, objectOf, oneOf, textOf, textOrNullOf } from './check.ts'
import { decodeReward, encodeReward } from './reward-line.ts'

/** How a trajectory ended: what it is beside its start and its steps. */
export interface End {
  readonly trajectoryId: string
  readonly ending: Ending
  readonly endingReason: string | null
  readonly rewards: readonly Reward[]
}

export function encodeEnd({ id: trajectoryId, ending, endingReason, rewards }: Trajectory): JsonObject {
  return {
    type: 'end',
    trajectoryId,
    ending,
    ...(endingReason !== null && { endingReason }),
    ...(rewards.length > 0 && { rewards: rewards.map(encodeReward) }),
  }
}

/** @throws Malformed */
export function decodeEnd(line: JsonObject): End {
  const fields = fieldsOf(line, 'an end line', ['type', 'trajectoryId', 'ending', 'endingReason', 'rewards'])
  return {
    trajectoryId: textOf(fields.trajectoryId, 'trajectoryId'),
    ending: oneOf(fields.ending, 'ending', ['terminated', 'truncated', 'aborted']),
    endingReason: textOrNullOf(fields.endingReason ?? null, 'endingReason'),
    rewards: listOf(fields.rewards ?? [], 'rewards', decodeReward),
  }
}

/** Late rewards of one batch are one line: all of them are safe, or none. */
export function encodeLate(rewards: readonly LateReward[]): JsonObject {
  return { type: 'rewards', rewards: rewards.map(encodeLateReward) }
}

function encodeLateReward({ trajectoryId, index, reward }: LateReward): JsonObject {
  return { trajectoryId, ...(index !== null && { index }), reward: encodeReward(reward) }
}

/** @throws Malformed */
export function decodeLate(line: JsonObject): readonly LateReward[] {
  return listOf(fieldsOf(line, 'a rewards line', ['type', 'rewards']).rewards, 'rewards', lateRewardOf)
}

function lateRewardOf(value: Json, what: string): LateReward {
  const fields = fieldsOf(value, what, ['trajectoryId', 'index', 'reward'])
  return {
    trajectoryId: textOf(fields.trajectoryId, `trajectoryId of ${what}`),
    index: fields.index === undefined ? null : countOf(fields.index, `the index of ${what}`),
    reward: decodeReward(fields.reward, 'reward'),
  }
}

/** A closed group: its trajectories are named here and recorded by their own lines. */
export interface GroupClosing {
  readonly id: string
  readonly taskId: string
  readonly startTag: string
  readonly trajectoryIds: readonly string[]
  readonly abortedIds: readonly string[]
  readonly sampling?: SamplingNote
}

export const closingOf = ({ id, taskId, startTag, trajectories, aborted, sampling }: Group): GroupClosing => ({
  id,
  taskId,
  startTag,
  trajectoryIds: trajectories.map((trajectory) => trajectory.id),
  abortedIds: aborted.map((trajectory) => trajectory.id),
  ...(sampling && { sampling }),
})

export const encodeGroup = (closing: GroupClosing): JsonObject => ({
  type: 'group',
  id: closing.id,
  taskId: closing.taskId,
  startTag: closing.startTag,
  trajectoryIds: closing.trajectoryIds,
  ...(closing.abortedIds.length > 0 && { abortedIds: closing.abortedIds }),
  ...(closing.sampling && { sampling: { ...closing.sampling } }),
})

/** @throws Malformed */
export function decodeGroup(line: JsonObject): GroupClosing {
  const known = ['type', 'id', 'taskId', 'startTag', 'trajectoryIds', 'abortedIds', 'sampling']
  const fields = fieldsOf(line, 'a group line', known)
  return {
    id: nameOf(fields.id, 'id'),
    taskId: textOf(fields.taskId, 'taskId'),
    startTag: textOf(fields.startTag, 'startTag'),
    trajectoryIds: idsOf(fields.trajectoryIds, 'trajectoryIds'),
    abortedIds: idsOf(fields.abortedIds ?? [], 'abortedIds'),
    ...(fields.sampling !== undefined && { sampling: samplingOf(fields.sampling) }),
  }
}

function samplingOf(value: Field): SamplingNote {
  const fields = fieldsOf(value, 'sampling', ['mode', 'options', 'budget', 'steps', 'chosenId'])
  return {
    mode: textOf(fields.mode, 'sampling.mode'),
    options: objectOf(fields.options, 'sampling.options'),
    budget: fields.budget === null ? null : countOf(fields.budget, 'sampling.budget'),
    steps: countOf(fields.steps, 'sampling.steps'),
    chosenId: textOrNullOf(fields.chosenId, 'sampling.chosenId'),
  }
}

const idsOf = (value: Field, what: string): readonly string[] => listOf(value, what, textOf)
