import { GymError } from './errors.ts'
import { markFrozen } from './freeze.ts'
import { plainCopy } from './plain.ts'
import { shown } from './shown.ts'
import type { Evidence } from './types.ts'

/** Copied and checked here: what others hold of it cannot change it. */
const sealedEvidence = new WeakSet<Evidence>()

/**
 * A frozen copy of the evidence of an action, made element by element: its own fields and no others, null as absent.
 * What is wrong in one field would make the record of the whole run unreadable.
 * @throws GymError EVIDENCE_INVALID, naming the field.
 */
export function readEvidence(value: unknown): Evidence {
  if (typeof value !== 'object' || value === null) throw invalid('evidence', 'an object', value)
  if (isSealed(value)) return value
  const given: Fields = { ...value }
  const names = OF_KIND[given.kind === 'token' ? 'token' : 'categorical']
  const copy: Record<string, unknown> = {}
  for (const name of names)
    if (given[name] !== undefined && given[name] !== null) copy[name] = copyOf(name, given[name])
  expectEvidence(copy)
  return sealed(copy)
}

/** Frozen last: lists are read faster before. */
function sealed(evidence: Evidence): Evidence {
  for (const item of Object.values(evidence)) if (Array.isArray(item)) Object.freeze(item)
  sealedEvidence.add(Object.freeze(evidence))
  markFrozen(evidence)
  return evidence
}

const isSealed = (value: object): value is Evidence => sealedEvidence.has(value as Evidence)

const copyOf = (name: string, value: unknown): unknown =>
  name === 'actions' ? plainCopy(value, ACTIONS) : Array.isArray(value) ? numbersOf(value) : value

/** By position: a list may have an iterator of its own. */
function numbersOf(list: readonly unknown[]): readonly unknown[] {
  const { length } = list
  const copy: unknown[] = []
  for (let index = 0; index < length && copy.length < MOST_NUMBERS; index++) copy.push(list[index])
  return copy
}

/** Tokens of one list of evidence: more are cut, and then refused for not fitting the others. */
const MOST_NUMBERS = 10_000_000

/** @param fields a copy of our own, with fields of evidence alone */
function expectEvidence(fields: object): asserts fields is Evidence {
  expectFields(fields as Fields)
}

function expectFields(fields: Fields): void {
  for (const name of ['policyId', 'policyVersion']) expectText(fields, name)
  if (fields.tokenizerId !== undefined) expectText(fields, 'tokenizerId')
  for (const name of ['temperature', 'topP']) if (!Number.isFinite(fields[name])) throw bad(fields, name, 'a number')
  if (fields.kind === 'categorical') expectCategory(fields)
  else if (fields.kind === 'token') expectTokens(fields)
  else throw bad(fields, 'kind', 'categorical or token')
}

type Fields = Readonly<Record<string, unknown>>

const SAMPLED = ['kind', 'policyId', 'policyVersion', 'tokenizerId', 'temperature', 'topP']
const OF_KIND: Readonly<Record<Evidence['kind'], readonly string[]>> = {
  categorical: [...SAMPLED, 'actions', 'index', 'logProb', 'logProbs'],
  token: [...SAMPLED, 'promptTokenIds', 'actionTokenIds', 'logProbs', 'finishReason'],
}

const ACTIONS = { name: 'evidence: actions', code: 'EVIDENCE_INVALID', hasMinusZero: true } as const

function expectCategory(fields: Fields): void {
  const actions = listOf(fields, 'actions', () => true, 'an action')
  if (!isCount(fields.index) || fields.index >= actions.length) throw bad(fields, 'index', 'a position in actions')
  if (!isLogProb(fields.logProb)) throw bad(fields, 'logProb', LOG_PROB)
  if (fields.logProbs !== undefined) expectAligned(fields, actions.length, 'actions')
}

function expectTokens(fields: Fields): void {
  listOf(fields, 'promptTokenIds', isCount, TOKEN_ID)
  expectAligned(fields, listOf(fields, 'actionTokenIds', isCount, TOKEN_ID).length, 'actionTokenIds')
  expectText(fields, 'finishReason')
}

function expectAligned(fields: Fields, length: number, other: string): void {
  const logProbs = listOf(fields, 'logProbs', isLogProb, LOG_PROB)
  if (logProbs.length !== length) throw bad({ logProbs: logProbs.length }, 'logProbs', `as long as ${other}: ${length}`)
}

function expectText(fields: Fields, name: string): void {
  if (typeof fields[name] !== 'string') throw bad(fields, name, 'a text')
}

function listOf(
  fields: Fields,
  name: string,
  isItem: (item: unknown) => boolean,
  expected: string,
): readonly unknown[] {
  const list = fields[name]
  if (!Array.isArray(list)) throw bad(fields, name, 'a list')
  for (let index = 0; index < list.length; index++)
    if (!isItem(list[index])) throw invalid(`${name}.${index}`, expected, list[index])
  return list
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const TOKEN_ID = 'a whole number from 0'

/** What could not be chosen has -Infinity; rounding may lift a certain choice a little above 0. */
const isLogProb = (value: unknown): boolean => typeof value === 'number' && value <= 1e-3
const LOG_PROB = 'a number up to 0, or -Infinity'

const bad = (fields: Fields, name: string, expected: string): GymError => invalid(name, expected, fields[name])

const invalid = (name: string, expected: string, given: unknown): GymError =>
  new GymError('EVIDENCE_INVALID', `evidence: ${name} is ${expected}, not ${shown(given)}`)
