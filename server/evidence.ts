import { GymError } from '../core/errors.ts'
import type { CategoricalEvidence, Evidence, Json, TokenEvidence } from '../core/types.ts'
import { isWireObject, type WireObject, type WireValue } from './json.ts'

type Sampling = Omit<CategoricalEvidence, 'kind' | 'actions' | 'index' | 'logProb' | 'logProbs'>

/**
 * Reads evidence as the types of the kernel have it, under the same names.
 * @throws GymError EVIDENCE_INVALID, naming the field.
 */
export function readEvidence(value: WireValue): Evidence {
  if (!isWireObject(value)) throw invalid('evidence', 'an object')
  if (value.kind === 'categorical') return categorical(value)
  if (value.kind === 'token') return token(value)
  throw invalid('kind', 'categorical or token')
}

function categorical(fields: WireObject): CategoricalEvidence {
  const actions = listOf(fields, 'actions', isJson)
  const index = wholeOf(fields.index, 'index')
  if (index >= actions.length) throw invalid('index', 'a position in actions')
  const logProb = logProbOf(fields.logProb)
  const chosen = { kind: 'categorical', ...samplingOf(fields), actions, index, logProb } as const
  if ((fields.logProbs ?? null) === null) return chosen
  return { ...chosen, logProbs: aligned(fields, 'logProbs', actions.length, 'actions') }
}

function token(fields: WireObject): TokenEvidence {
  const actionTokenIds = listOf(fields, 'actionTokenIds', isTokenId)
  return {
    kind: 'token',
    ...samplingOf(fields),
    promptTokenIds: listOf(fields, 'promptTokenIds', isTokenId),
    actionTokenIds,
    logProbs: aligned(fields, 'logProbs', actionTokenIds.length, 'actionTokenIds'),
    finishReason: textOf(fields, 'finishReason'),
  }
}

function samplingOf(fields: WireObject): Sampling {
  const sampling = {
    policyId: textOf(fields, 'policyId'),
    policyVersion: textOf(fields, 'policyVersion'),
    temperature: finiteOf(fields, 'temperature'),
    topP: finiteOf(fields, 'topP'),
  }
  return (fields.tokenizerId ?? null) === null ? sampling : { ...sampling, tokenizerId: textOf(fields, 'tokenizerId') }
}

function textOf(fields: WireObject, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw invalid(name, 'a text')
}

function finiteOf(fields: WireObject, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw invalid(name, 'a finite number')
}

function wholeOf(value: WireValue | undefined, name: string): number {
  if (isTokenId(value)) return value
  throw invalid(name, 'a whole number from 0')
}

/** What could not be chosen has the log-probability -Infinity. */
function logProbOf(value: WireValue | undefined): number {
  if (isLogProb(value)) return value
  throw invalid('logProb', 'a number up to 0, or -Infinity')
}

function aligned(fields: WireObject, name: string, length: number, other: string): readonly number[] {
  const values = listOf(fields, name, isLogProb)
  if (values.length === length) return values
  throw invalid(name, `as long as ${other}: ${length}, not ${values.length}`)
}

function listOf<T extends WireValue>(
  fields: WireObject,
  name: string,
  isItem: (value: WireValue | undefined) => value is T,
): readonly T[] {
  const values: WireValue | undefined = fields[name]
  if (isList(values) && values.every(isItem)) return values
  throw invalid(name, 'a list, each item of its kind')
}

const isList = (value: WireValue | undefined): value is readonly WireValue[] => Array.isArray(value)

const isTokenId = (value: WireValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** Rounding may lift a certain choice a little above 0. */
const isLogProb = (value: WireValue | undefined): value is number => typeof value === 'number' && value <= 1e-3

function isJson(value: WireValue | undefined): value is Json {
  if (value === undefined || typeof value === 'bigint') return false
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isJson)
}

const invalid = (name: string, expected: string): GymError =>
  new GymError('EVIDENCE_INVALID', `evidence: ${name} is to be ${expected}`)
