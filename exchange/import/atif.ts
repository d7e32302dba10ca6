import { readEvidence } from '../../core/data/evidence.ts'
import type { Evidence, Json, JsonObject } from '../../core/data/types.ts'
import { type Message, messageOfAction } from '../dialogue.ts'
import { described, noted } from './chat.ts'
import { isObject, listField, objectField, textField } from './fields.ts'
import { type ImportedTurn, type NotKept, RowProblem, type Transcript } from './transcript.ts'

const DOCUMENT = ['schema_version', 'trajectory_id', 'agent', 'steps', 'extra', 'final_metrics']
const AGENT = ['name', 'version', 'model_name', 'tool_definitions']
const STEP = [
  'step_id',
  'source',
  'message',
  'tool_calls',
  'observation',
  'metrics',
  'model_name',
  'reasoning_content',
  'extra',
]
const METRICS = ['prompt_token_ids', 'completion_token_ids', 'logprobs', 'prompt_tokens', 'completion_tokens']

/**
 * A document of the Agent Trajectory Interchange Format, of versions 1.0 to 1.8.
 * @throws RowProblem
 */
export function atifTranscript(row: JsonObject, notKept: NotKept): Transcript {
  const { schema_version: version, trajectory_id: id, extra } = row
  if (typeof version !== 'string' || !/^ATIF-v1\.[0-8]$/.test(version))
    throw new RowProblem(
      `schema_version should be ATIF-v1.0 to ATIF-v1.8: it is ${JSON.stringify(version ?? null).slice(0, 80)}`,
    )
  notKept.others(row, DOCUMENT)
  const agent = objectField(row.agent, 'agent')
  notKept.others(agent, AGENT, 'agent.')
  const steps = listField(row.steps, 'steps').map((step, at) => objectField(step, `steps[${at}]`))
  for (const step of steps) notKept.others(step, STEP, 'steps.')
  const first = steps.findIndex(({ source }) => source === 'agent')
  if (first < 0) throw new RowProblem('there is no step of the agent, so nothing was done: remove the line')
  const metadata = metadataIn(extra)
  const own = described({
    agent: agent.name ?? 'imported',
    ...(typeof id === 'string' && { trajectory: id }),
    ...metadata,
  })
  return {
    ...own,
    opening: steps.slice(0, first).map(messageOf),
    tools: agent.tool_definitions === undefined ? [] : listField(agent.tool_definitions, 'agent.tool_definitions'),
    turns: turnsOf(steps.slice(first), agent, notKept),
  }
}

function metadataIn(extra: Json | undefined): JsonObject {
  const { stepgym = {} } = extra === undefined || extra === null ? {} : objectField(extra, 'extra')
  return objectField(stepgym, 'extra.stepgym')
}

const messageOf = ({ source = null, message = '' }: JsonObject): Message => {
  if (source !== 'system' && source !== 'user')
    throw new RowProblem('the source of a step should be system, user or agent')
  return { role: source, content: message }
}

function turnsOf(steps: readonly JsonObject[], agent: JsonObject, notKept: NotKept): readonly ImportedTurn[] {
  const turns: { readonly step: JsonObject; readonly shown: Message[] }[] = []
  for (const step of steps) {
    if (step.source === 'agent') turns.push({ step, shown: [...resultsOf(step, notKept)] })
    else turns.at(-1)?.shown.push(messageOf(step))
  }
  return turns.map(({ step, shown }, at) => {
    const note = metadataIn(step.extra)
    const evidence = evidenceOf(step, note, agent, notKept)
    const spoken = actionOf(step, at)
    const own = { action: note.action ?? spoken, said: note.action === undefined ? null : messageOfAction(spoken) }
    return { ...own, shown, ...noted(note, at), ...(evidence && { evidence }) }
  })
}

/** Answers of tools, and what was seen without a call. */
function resultsOf({ observation }: JsonObject, notKept: NotKept): readonly Message[] {
  if (observation === undefined || observation === null) return []
  const { results } = objectField(observation, 'an observation')
  return listField(results, 'the results of an observation').map((each) => {
    const result = objectField(each, 'a result of an observation')
    notKept.others(result, ['source_call_id', 'content'], 'results.')
    const { source_call_id: id = null, content } = result
    return { role: id === null ? 'user' : 'tool', ...(id !== null && { tool_call_id: id }), content: content ?? '' }
  })
}

function actionOf(
  { message = '', reasoning_content: reasoning = null, tool_calls: calls }: JsonObject,
  at: number,
): Json {
  const named = calls === undefined || calls === null ? [] : listField(calls, `tool_calls of step ${at}`)
  if (named.length === 0 && reasoning === null) return message
  return {
    ...((message !== '' || named.length === 0) && { content: message }),
    ...(reasoning !== null && { reasoning_content: reasoning }),
    ...(named.length > 0 && { tool_calls: named.map((call) => callOf(objectField(call, `a call of step ${at}`))) }),
  }
}

function callOf({ tool_call_id: id, function_name: name, arguments: args }: JsonObject): JsonObject {
  return {
    id: textField(id, 'tool_call_id'),
    type: 'function',
    function: { name: textField(name, 'function_name'), arguments: JSON.stringify(objectField(args, 'arguments')) },
  }
}

/** Evidence of a step whose tokens and log-probabilities are complete; how they were sampled is in `extra`, if at all. */
function evidenceOf(step: JsonObject, { sampling }: JsonObject, agent: JsonObject, notKept: NotKept): Evidence | null {
  const metrics = step.metrics === undefined || step.metrics === null ? {} : objectField(step.metrics, 'metrics')
  notKept.others(metrics, METRICS, 'metrics.')
  const { prompt_token_ids: prompt, completion_token_ids: completion, logprobs } = metrics
  if (prompt === undefined && completion === undefined && logprobs === undefined) {
    if (step.model_name !== undefined) notKept.add('steps.model_name')
    return null
  }
  if (!isObject(sampling)) {
    notKept.add('metrics of tokens, since nothing says how they were sampled')
    return null
  }
  return evidenceIn({
    kind: 'token',
    policyId: step.model_name ?? agent.model_name ?? null,
    ...sampling,
    promptTokenIds: prompt ?? null,
    actionTokenIds: completion ?? null,
    logProbs: logprobs ?? null,
  })
}

/** @throws RowProblem */
export function evidenceIn(fields: JsonObject): Evidence {
  try {
    return readEvidence(fields)
  } catch (thrown) {
    throw new RowProblem(`metrics are not evidence: ${thrown instanceof Error ? thrown.message : ''}`, {
      cause: thrown,
    })
  }
}
