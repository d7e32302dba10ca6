import { isObject } from '../../agents/chat/form.ts'
import { parseExactJson } from '../../core/data/json.ts'
import type { Json, JsonObject, Step, TokenEvidence } from '../../core/data/types.ts'
import type { Dialogue, Exchange, Message } from '../dialogue.ts'
import { tokensOf } from '../parquet/steps.ts'
import type { Whole } from '../trajectories.ts'
import { type LineContext, linePerTrajectory } from './context.ts'
import { metadataOf } from './metadata.ts'

/** Version of the format, as written. */
export const ATIF_VERSION = 'ATIF-v1.8'

/**
 * The Agent Trajectory Interchange Format, a document per line. What it has no field for is in `extra.stepgym`, of the
 * document and of each step.
 */
export const atifRows = linePerTrajectory((whole, dialogue, context) => {
  const { steps: metadata, ...extra } = metadataOf(whole, dialogue, context)
  const notes: readonly Json[] = Array.isArray(metadata) ? metadata : []
  const turns = dialogue.exchanges.flatMap((exchange, at) =>
    stepsOf(exchange, whole.steps[at], notes[at] ?? {}, { hasUser: dialogue.tools.length > 0, isBare: context.isBare }),
  )
  const steps = [...dialogue.opening.map(openingStep), ...turns]
  return {
    schema_version: ATIF_VERSION,
    session_id: context.run,
    trajectory_id: whole.trajectory.id,
    agent: agentOf(whole, dialogue, context),
    steps: steps.map((step, at) => ({ step_id: at + 1, ...step })),
    final_metrics: { total_steps: steps.length },
    ...(!context.isBare && { extra: { stepgym: extra } }),
  }
})

function agentOf({ start, steps }: Whole, { tools }: Dialogue, { stepgym }: LineContext): JsonObject {
  const model = steps.map(tokensOf).find((evidence) => evidence)?.policyId
  return {
    name: start.agent,
    version: stepgym,
    ...(model !== undefined && { model_name: model }),
    ...(tools.length > 0 && { tool_definitions: tools }),
  }
}

const openingStep = ({ role, content }: Message): JsonObject => ({
  source: role === 'system' ? 'system' : 'user',
  message: content ?? '',
})

/** The step of the agent and, in an environment of tools where a user answered, that of the user. */
function stepsOf(
  { said, shown }: Exchange,
  step: Step | undefined,
  note: Json,
  { hasUser, isBare }: Pick<LineContext, 'isBare'> & { readonly hasUser: boolean },
): readonly JsonObject[] {
  const evidence = step && tokensOf(step)
  const calls = callsOf(said)
  const own = { ...(isObject(note) ? note : {}), ...(evidence && { sampling: samplingOf(evidence) }) }
  const isAnswered = hasUser && calls.length === 0
  const results = isAnswered ? [] : shown.map(resultOf)
  const agent = {
    source: 'agent',
    message: typeof said.content === 'string' ? said.content : '',
    ...(evidence && { model_name: evidence.policyId }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(results.length > 0 && { observation: { results } }),
    ...(evidence && { metrics: metricsOf(evidence) }),
    ...(!isBare && { extra: { stepgym: own } }),
  }
  return [agent, ...(isAnswered ? shown.map(openingStep) : [])]
}

function callsOf({ tool_calls: calls }: Message): readonly JsonObject[] {
  if (!Array.isArray(calls)) return []
  return calls.map((call: Json) => {
    const { id = '', function: called = {} } = isObject(call) ? call : {}
    const { name = '', arguments: args = '' } = isObject(called) ? called : {}
    return { tool_call_id: id, function_name: name, arguments: argumentsOf(args) }
  })
}

/** An object, as the format asks for; anything else stays as text. */
function argumentsOf(text: Json): JsonObject {
  const args = typeof text === 'string' ? parsed(text) : text
  return isObject(args) ? args : { text }
}

function parsed(text: string): Json {
  try {
    return parseExactJson(text)
  } catch {
    return null
  }
}

const resultOf = ({ tool_call_id: id, content }: Message): JsonObject => ({
  ...(id !== undefined && { source_call_id: id }),
  content: content ?? '',
})

/** Log-probabilities that JSON has no numbers for are left out. */
function metricsOf({ promptTokenIds, actionTokenIds, logProbs }: TokenEvidence): JsonObject {
  return {
    prompt_tokens: promptTokenIds.length,
    completion_tokens: actionTokenIds.length,
    prompt_token_ids: promptTokenIds,
    completion_token_ids: actionTokenIds,
    ...(logProbs.every(Number.isFinite) && { logprobs: logProbs }),
  }
}

/** What metrics have no place for. */
export const samplingOf = ({
  policyId,
  policyVersion,
  temperature,
  topP,
  finishReason,
  tokenizerId,
}: TokenEvidence): JsonObject => ({
  policyId,
  policyVersion,
  temperature,
  topP,
  finishReason,
  ...(tokenizerId !== undefined && { tokenizerId }),
})
