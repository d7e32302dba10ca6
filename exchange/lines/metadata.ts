import { isObject } from '../../agents/chat/form.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Json, JsonObject, Reward, Step } from '../../core/data/types.ts'
import type { Dialogue, Message } from '../dialogue.ts'
import { reasonsOf } from '../parquet/steps.ts'
import type { Whole } from '../trajectories.ts'
import type { LineContext } from './context.ts'

/** What a conversation has no place for, as `stepgym import` reads it back. */
export const metadataOf = (whole: Whole, { exchanges }: Dialogue, context: LineContext): JsonObject => {
  const { trajectory, groupId, start, steps } = whole
  const { id, environment, taskId: task, seed, member, ending, endingReason, rewards } = trajectory
  return {
    version: 1,
    trajectory: id,
    group: groupId,
    environment,
    task,
    split: start.split,
    seed,
    member,
    agent: start.agent,
    ending,
    ...(endingReason !== null && { endingReason }),
    outcomes: valuesOf(rewards),
    ...reasonsField(rewards),
    steps: steps.map((step, at) => stepOf(step, exchanges[at]?.said ?? {}, advantagesAt(whole, at, context))),
  }
}

/** Advantages of a step by estimator; nothing where none was asked for. */
export function advantagesAt({ trajectory, steps }: Whole, at: number, { credit }: LineContext): JsonObject {
  const values = credit.names.map(
    (name) => [name, credit.of(name, trajectory.id, steps.length).steps[at] ?? null] as const,
  )
  return values.length === 0 ? {} : { advantages: Object.fromEntries(values) }
}

function stepOf(step: Step, said: Message, advantages: JsonObject): JsonObject {
  const { action, rewards, isActionValid, info } = step
  return {
    ...(!isSaid(action, said) && { action }),
    ...(!isActionValid && { isActionValid }),
    signals: valuesOf(rewards),
    ...reasonsField(rewards),
    ...(Object.keys(info).length > 0 && { info }),
    ...advantages,
  }
}

/** Whether the message alone leads back to the action. */
function isSaid(action: Json, { role: _role, ...said }: Message): boolean {
  if (typeof action === 'string') return said.content === action && said.tool_calls === undefined
  return isObject(action) && said.tool_calls !== undefined && canonicalJson(spoken(said)) === canonicalJson(action)
}

/** Without a content that says nothing. */
function spoken({ content = null, ...others }: Message): Message {
  return content === null ? others : { content, ...others }
}

export const valuesOf = (rewards: readonly Reward[]): JsonObject =>
  Object.fromEntries(rewards.map(({ name, value }) => [name, value]))

function reasonsField(rewards: readonly Reward[]): JsonObject {
  const reasons = reasonsOf(rewards)
  return Object.keys(reasons).length === 0 ? {} : { reasons }
}
