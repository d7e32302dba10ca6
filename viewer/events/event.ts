import { parseJson } from '../../core/data/json.ts'
import type { JsonObject, Reward } from '../../core/data/types.ts'
import { countOf, defaulted, jsonOf, listOf, objectOf, textOf, textOrNullOf } from '../../records/check.ts'
import { decodeEnd, decodeGroup, decodeLate } from '../../records/closing-lines.ts'
import { decodeReward } from '../../records/reward-line.ts'
import { actionText } from '../data/group.ts'
import type { EventReward, LineEvent } from './lines.ts'

/** Characters of an action. */
const MOST_ACTION = 200
const UNREADABLE = { kind: 'unreadable' } as const

/** A line of a record as an event. */
export function eventOf(line: string): LineEvent {
  try {
    const { type, sum: _, ...rest } = objectOf(parseJson(line), 'a line')
    return READERS[textOf(type, 'type')]?.({ type: type ?? null, ...rest }) ?? UNREADABLE
  } catch {
    return UNREADABLE
  }
}

const READERS: Readonly<Record<string, (line: JsonObject) => LineEvent>> = {
  episode: ({ trajectoryId, groupId, member, taskId }) => ({
    kind: 'episode',
    episode: textOf(trajectoryId, 'trajectoryId'),
    group: defaulted(groupId, 'groupId', null, textOrNullOf),
    member: defaulted(member, 'member', 0, countOf),
    task: textOf(taskId, 'taskId'),
  }),
  step: ({ trajectoryId, index, action, isActionValid, rewards }) => ({
    kind: 'step',
    episode: textOf(trajectoryId, 'trajectoryId'),
    index: countOf(index, 'index'),
    action: actionText(jsonOf(action, 'action')).slice(0, MOST_ACTION),
    isActionValid: isActionValid !== false,
    rewards: listOf(rewards, 'rewards', decodeReward).map(shown),
  }),
  end(line) {
    const { trajectoryId: episode, ending, rewards } = decodeEnd(line)
    return { kind: 'end', episode, ending, rewards: rewards.map(shown) }
  },
  rewards: (line) => ({
    kind: 'rewards',
    rewards: decodeLate(line).map(({ trajectoryId: episode, index, reward }) => ({ episode, index, ...shown(reward) })),
  }),
  group(line) {
    const { id, trajectoryIds, abortedIds } = decodeGroup(line)
    return { kind: 'group', group: id, episodes: [...trajectoryIds, ...abortedIds] }
  },
}

const shown = (reward: Reward): EventReward => ({
  name: reward.name,
  value: reward.value,
  reason: reward.value === null ? reward.reason : null,
})
