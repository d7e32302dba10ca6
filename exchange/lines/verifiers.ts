import { isObject } from '../../agents/chat/form.ts'
import type { Json, JsonObject, Step, TokenEvidence } from '../../core/data/types.ts'
import type { Dialogue, Message } from '../dialogue.ts'
import { tokensOf } from '../parquet/steps.ts'
import { scoreOf } from '../score.ts'
import type { Whole } from '../trajectories.ts'
import { samplingOf } from './atif.ts'
import { type LineContext, linePerTrajectory } from './context.ts'
import { metadataOf, valuesOf } from './metadata.ts'
import { TraceNodes } from './trace-nodes.ts'

/** Version of the schema of traces, as written. */
export const TRACE_VERSION = 1

/**
 * Traces of verifiers: a graph of messages, each with the tokens that it adds. Sampled tokens have the log-probabilities
 * that were recorded, and the advantages of the first estimator that was asked for. What a trace has no field for is in
 * `info.stepgym`.
 */
export const verifiersRows = linePerTrajectory((whole, dialogue, context) => {
  const nodes = nodesOf(whole, dialogue, context)
  const { trajectory, start, steps } = whole
  const model = steps.map(tokensOf).find((evidence) => evidence)?.policyId
  return {
    version: TRACE_VERSION,
    id: trajectory.id,
    task: taskOf(whole),
    agent: { name: start.agent, config: model === undefined ? {} : { model } },
    tools: dialogue.tools.map(toolOf),
    nodes: nodes.list,
    calls: steps.flatMap((step, at) => callsOf(step, nodes.sampled[at])),
    rewards: { env: rewardOf(whole) },
    metrics: valuesOf(trajectory.rewards),
    is_completed: true,
    ok: true,
    stop_condition: trajectory.ending === 'truncated' ? TRUNCATED : 'agent_completed',
    ...(!context.isBare && { info: { stepgym: infoOf(whole, dialogue, context) } }),
  }
})

/** What a trace has no field for: of each step also how it was sampled. */
function infoOf(whole: Whole, dialogue: Dialogue, context: LineContext): JsonObject {
  const { steps: notes = [], ...metadata } = metadataOf(whole, dialogue, context)
  const steps = (Array.isArray(notes) ? notes : []).map((note: Json, at) => {
    const evidence = whole.steps[at] && tokensOf(whole.steps[at])
    return { ...(isObject(note) ? note : {}), ...(evidence && { sampling: samplingOf(evidence) }) }
  })
  return { ...metadata, steps }
}

/** By it readers know that a trace was truncated. */
const TRUNCATED = 'max_turns'

function nodesOf(whole: Whole, dialogue: Dialogue, { credit }: LineContext): TraceNodes {
  const { trajectory, steps } = whole
  const [name] = credit.names
  const advantages = name === undefined ? null : credit.of(name, trajectory.id, steps.length).tokens
  const nodes = new TraceNodes(dialogue.tools.map(toolOf))
  for (const message of dialogue.opening) nodes.show(messageOf(message))
  for (const [at, { said, shown }] of dialogue.exchanges.entries()) {
    const evidence = steps[at] && tokensOf(steps[at])
    nodes.sample(messageOf(said), evidence ?? null, advantages?.[at] ?? null, whole.learnt[at] ?? true)
    for (const message of shown) nodes.show(messageOf(message))
  }
  return nodes
}

function taskOf({ trajectory: { taskId, environment, seed }, start: { split } }: Whole): JsonObject {
  return { type: 'StepgymTask', data: { id: taskId, environment, split, seed }, key: taskId }
}

/** The environment's reward of the whole; null where a step was not judged. */
function rewardOf(whole: Whole): Json {
  const score = scoreOf(whole, 'env')
  return score === null ? null : { score, weight: 1 }
}

function callsOf(step: Step, node: number | undefined): readonly JsonObject[] {
  const evidence = tokensOf(step)
  if (!evidence || node === undefined) return []
  const { policyId, temperature, topP, promptTokenIds, actionTokenIds, finishReason } = evidence
  return [
    {
      node,
      model: policyId,
      sampling: { temperature, top_p: topP },
      finish_reason: FINISHED.has(finishReason) ? finishReason : null,
      usage: { prompt_tokens: promptTokenIds.length, completion_tokens: actionTokenIds.length },
    },
  ]
}

const FINISHED: ReadonlySet<TokenEvidence['finishReason']> = new Set(['stop', 'length'])

/** Calls have their name and arguments beside their id. */
function messageOf({ role = 'user', content = null, ...others }: Message): JsonObject {
  const { tool_calls: calls, reasoning_content: reasoning, tool_call_id: id } = others
  if (role === 'assistant')
    return {
      role,
      content: typeof content === 'string' || content === null ? content : JSON.stringify(content),
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(Array.isArray(calls) && { tool_calls: calls.map(callOf) }),
    }
  if (role === 'tool') return { role, tool_call_id: id ?? '', content: content ?? '' }
  return { role: role === 'developer' ? 'system' : role, content: content ?? '' }
}

function callOf(call: Json): JsonObject {
  const { id = '', function: called = {} } = isObject(call) ? call : {}
  const { name = '', arguments: args = '' } = isObject(called) ? called : {}
  return { id, type: 'function', name, arguments: args }
}

function toolOf(tool: Json): JsonObject {
  const described = isObject(tool) && isObject(tool.function) ? tool.function : tool
  return isObject(described) ? { type: 'function', ...described } : {}
}
