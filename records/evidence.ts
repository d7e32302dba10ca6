import { counted } from '../core/data/shown.ts'
import type { CategoricalEvidence, Evidence, JsonObject, TokenEvidence } from '../core/data/types.ts'
import { countOf, type Field, fieldsOf, finiteOf, jsonOf, listOf, Malformed, objectOf, oneOf, textOf } from './check.ts'
import { encodeNumber, encodeNumbers, numberOf, numbersOf } from './numbers.ts'

/**
 * A prompt is written as what it adds to `context`, the tokens of the previous step (its prompt and its action):
 * multi-turn prompts grow by appending, so that a trajectory takes room for its last prompt rather than for all.
 */
export function encodeEvidence(evidence: Evidence, context: readonly number[]): JsonObject {
  const { kind, policyId, policyVersion, tokenizerId, temperature, topP } = evidence
  const sampling = {
    kind,
    policyId,
    policyVersion,
    ...(tokenizerId !== undefined && { tokenizerId }),
    temperature,
    topP,
  }
  return evidence.kind === 'token'
    ? { ...sampling, ...encodeTokens(evidence, context) }
    : { ...sampling, ...encodeCategory(evidence) }
}

function encodeCategory({ actions, index, logProb, logProbs }: CategoricalEvidence): JsonObject {
  const choice = { actions, index, logProb: encodeNumber(logProb) }
  return logProbs ? { ...choice, logProbs: encodeNumbers(logProbs) } : choice
}

function encodeTokens(evidence: TokenEvidence, context: readonly number[]): JsonObject {
  const { promptTokenIds, actionTokenIds, logProbs, finishReason } = evidence
  const kept = sharedLength(promptTokenIds, context)
  const prompt = kept === 0 ? { promptTokenIds } : { promptKept: kept, promptTokenIds: promptTokenIds.slice(kept) }
  return { ...prompt, actionTokenIds, logProbs: encodeNumbers(logProbs), finishReason }
}

function sharedLength(tokens: readonly number[], context: readonly number[]): number {
  let length = 0
  while (length < tokens.length && length < context.length && tokens[length] === context[length]) length++
  return length
}

/** Tokens that the next prompt may start with. */
export const contextAfter = (evidence: Evidence | undefined): readonly number[] =>
  evidence?.kind === 'token' ? [...evidence.promptTokenIds, ...evidence.actionTokenIds] : []

const SAMPLING = ['kind', 'policyId', 'policyVersion', 'tokenizerId', 'temperature', 'topP'] as const
const CATEGORY = [...SAMPLING, 'actions', 'index', 'logProb', 'logProbs']
const TOKENS = [...SAMPLING, 'promptKept', 'promptTokenIds', 'actionTokenIds', 'logProbs', 'finishReason']

/** @throws Malformed */
export function decodeEvidence(value: Field, context: readonly number[]): Evidence {
  const kind = oneOf(objectOf(value, 'evidence').kind, 'evidence.kind', ['categorical', 'token'])
  return kind === 'token' ? decodeTokens(value, context) : decodeCategory(value)
}

function decodeSampling(fields: JsonObject): Omit<CategoricalEvidence, 'kind' | 'actions' | 'index' | 'logProb'> {
  const { tokenizerId } = fields
  return {
    policyId: textOf(fields.policyId, 'policyId'),
    policyVersion: textOf(fields.policyVersion, 'policyVersion'),
    ...(tokenizerId !== undefined && { tokenizerId: textOf(tokenizerId, 'tokenizerId') }),
    temperature: finiteOf(fields.temperature, 'temperature'),
    topP: finiteOf(fields.topP, 'topP'),
  }
}

function decodeCategory(value: Field): CategoricalEvidence {
  const fields = fieldsOf(value, 'categorical evidence', CATEGORY)
  return {
    kind: 'categorical',
    ...decodeSampling(fields),
    actions: listOf(fields.actions, 'actions', jsonOf),
    index: countOf(fields.index, 'index'),
    logProb: numberOf(fields.logProb, 'logProb'),
    ...(fields.logProbs !== undefined && { logProbs: numbersOf(fields.logProbs, 'logProbs') }),
  }
}

function decodeTokens(value: Field, context: readonly number[]): TokenEvidence {
  const fields = fieldsOf(value, 'token evidence', TOKENS)
  const kept = fields.promptKept === undefined ? 0 : countOf(fields.promptKept, 'promptKept')
  if (kept > context.length)
    throw new Malformed(`promptKept is ${kept}, and the step before has ${counted(context.length, 'token')}`)
  return {
    kind: 'token',
    ...decodeSampling(fields),
    promptTokenIds: [...context.slice(0, kept), ...listOf(fields.promptTokenIds, 'promptTokenIds', countOf)],
    actionTokenIds: listOf(fields.actionTokenIds, 'actionTokenIds', countOf),
    logProbs: numbersOf(fields.logProbs, 'logProbs'),
    finishReason: textOf(fields.finishReason, 'finishReason'),
  }
}
