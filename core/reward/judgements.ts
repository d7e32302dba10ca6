import { plainCopy } from '../data/plain.ts'
import { counted, cut, shown } from '../data/shown.ts'
import type { JsonObject, ModelScores, NullReason } from '../data/types.ts'
import type { GroupJudgements, ProcessJudgements } from './hook.ts'

/*
 * What a hook returns is read here, once and element by element, into values of the kernel's own: a list may have
 * holes, getters, an iterator or a `map` of its own, and be filled later.
 */

/** Why something that a hook returned has no value. */
export class Unusable {
  readonly reason: NullReason
  readonly detail: string

  constructor(reason: NullReason, detail: string) {
    this.reason = reason
    this.detail = detail
  }
}

/** A finite number, null where the hook declined, or why it is neither. */
export type Judged = number | null | Unusable

export interface BatchJudged {
  readonly perStep: readonly Judged[]
  readonly perToken: readonly (readonly number[] | null | Unusable)[] | null
  readonly models: readonly (ModelScores | null | Unusable)[]
  readonly notes: readonly (JsonObject | null)[]
}
export interface GroupJudged {
  readonly perTrajectory: readonly Judged[] | null
  readonly perStep: readonly (readonly Judged[])[] | null
  /** One a trajectory. */
  readonly notes: readonly (JsonObject | null)[]
}

/** JSON has no -0: adding 0 makes it one. */
export function judgedOf(value: unknown): Judged {
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  return value === null ? null : new Unusable('not-finite', `it returned ${shown(value)}`)
}

/**
 * Judgements of a batch of steps.
 * @param tokens Number of tokens of each step's action, null where its evidence has none.
 * @throws Error where they are not such lists, or do not fit the steps.
 */
export function readBatch(judged: ProcessJudgements, tokens: readonly (number | null)[]): BatchJudged {
  const { perStep, perToken, declined, models, notes } = membersOf<ProcessJudgements>(judged)
  const values = itemsOf(perStep, 'its result is no { perStep: [...] }')
  if (values.length !== tokens.length)
    throw new Error(`it judged ${values.length} of ${counted(tokens.length, 'step')}`)
  const whys = declined === undefined ? [] : itemsOf(declined, NOT_A_REASON_A_STEP)
  const scores = models === undefined ? [] : itemsOf(models, NOT_SCORES_A_STEP).map(scoresOf)
  const judgements = values.map((value, step) => declinedOf(judgedOf(value), whys[step]))
  const read = { perStep: judgements, perToken: null, models: scores, notes: notesOf(notes) }
  if (perToken === undefined) return read
  const lists = itemsOf(perToken, NOT_A_LIST_A_STEP)
  if (lists.length !== tokens.length) throw new Error(NOT_A_LIST_A_STEP)
  return { ...read, perToken: lists.map((list, step) => tokensOf(list, tokens[step] ?? null)) }
}

/**
 * Judgements of a group.
 * @param lengths Number of steps of each of its trajectories.
 * @throws Error where they are not judgements of trajectories or steps.
 */
export function readGroup(judged: GroupJudgements, lengths: readonly number[]): GroupJudged {
  const { perTrajectory, perStep, declined, notes: given } = membersOf<GroupResult>(judged)
  const whys = declined === undefined ? [] : itemsOf(declined, NOT_A_REASON_A_TRAJECTORY)
  const notes = notesOf(given)
  if (perTrajectory !== undefined) {
    const values = itemsOf(perTrajectory, NO_GROUP_RESULT)
    const isAligned = values.length === lengths.length
    const judgedAt = (i: number): Judged => (isAligned ? declinedOf(judgedOf(values[i]), whys[i]) : NOT_ALIGNED)
    return { perTrajectory: lengths.map((_, i) => judgedAt(i)), perStep: null, notes }
  }
  const lists = itemsOf(perStep, NO_GROUP_RESULT).map((list) => itemsOf(list, NO_GROUP_RESULT))
  const isAligned = lists.length === lengths.length && lists.every((list, i) => list.length === lengths[i])
  const judgedAt = (i: number, j: number): Judged =>
    isAligned ? declinedOf(judgedOf(lists[i]?.[j]), whys[i]) : NOT_ALIGNED
  const judgements = lengths.map((length, i) => Array.from({ length }, (_, j) => judgedAt(i, j)))
  return { perTrajectory: null, perStep: judgements, notes }
}

interface GroupResult {
  readonly perTrajectory: unknown
  readonly perStep: unknown
  readonly declined: unknown
  readonly notes: unknown
}

/** Copies of what a hook goes by. @throws Error for what no record can hold */
function notesOf(notes: unknown): readonly (JsonObject | null)[] {
  if (notes === undefined) return []
  return itemsOf(notes, NOT_NOTES).map((note) => {
    if (note === null) return null
    if (typeof note !== 'object' || Array.isArray(note)) throw new Error(NOT_NOTES)
    const copy: object = plainCopy(note, NOTE)
    const { length } = JSON.stringify(copy)
    if (length > LONGEST_NOTE)
      throw new Error(`its note has ${length} characters: at most ${LONGEST_NOTE} are recorded`)
    return { ...copy }
  })
}

const NOTE = { name: 'note of a reward', code: 'HOOK_INVALID', hasMinusZero: true } as const
/** Characters of a note as JSON. */
const LONGEST_NOTE = 1_000_000
const NOT_NOTES = 'its notes is not a list of objects and null'
const NOT_A_REASON_A_TRAJECTORY = 'its declined is not one text or null a trajectory'

/** A null with the reason that the hook gives for it. */
const declinedOf = (value: Judged, why: unknown): Judged =>
  value === null && typeof why === 'string' ? new Unusable('declined', why) : value

/** A copy of what a model said of one step. */
function scoresOf(value: unknown): ModelScores | null | Unusable {
  if (value === null) return null
  const { version, logProb, referenceLogProb } = membersOf<ModelScores>(value)
  if (typeof version !== 'string' || !isNumber(logProb) || !isNumber(referenceLogProb))
    return new Unusable('not-finite', NOT_SCORES_A_STEP)
  return Object.freeze({ version: cut(version, LONGEST_VERSION), logProb, referenceLogProb })
}

const isNumber = (value: unknown): value is number => Number.isFinite(value)
/** Characters of the version of a model that are recorded. */
const LONGEST_VERSION = 200

const NOT_SCORES_A_STEP = 'its models is not one { version, logProb, referenceLogProb } or null a step'
const NOT_A_REASON_A_STEP = 'its declined is not one text or null a step'
const NOT_ALIGNED = new Unusable('threw', 'its result is not aligned with the group')
const NOT_A_LIST_A_STEP = 'its perToken is not one list or null a step'
const NO_GROUP_RESULT = 'its result is no { perTrajectory: [...] } and no { perStep: [[...], ...] }'

/** Items of one list at most: a batch has fewer steps, and an action fewer tokens. */
const MOST_ITEMS = 1_000_000

function tokensOf(list: unknown, expected: number | null): readonly number[] | null | Unusable {
  if (list === null) return null
  if (!Array.isArray(list)) return new Unusable('threw', NOT_A_LIST_A_STEP)
  const items = itemsOf(list, NOT_A_LIST_A_STEP)
  if (expected !== null && items.length !== expected)
    return new Unusable('threw', `its perToken has ${counted(items.length, 'value')} for ${counted(expected, 'token')}`)
  const values = items.map(judgedOf).filter((value) => typeof value === 'number')
  return values.length === items.length ? Object.freeze(values) : NO_NUMBER
}

const NO_NUMBER = new Unusable('not-finite', 'the value of a token is not a number')

/** The items of a list by position, each read once. */
function itemsOf(list: unknown, refusal: string): readonly unknown[] {
  if (!Array.isArray(list)) throw new Error(ArrayBuffer.isView(list) ? `${refusal}, but a typed array` : refusal)
  const { length } = list
  if (!(length <= MOST_ITEMS))
    throw new Error(`its result has a list of ${length} items: at most ${MOST_ITEMS} are read`)
  return Array.from({ length }, (_, index): unknown => list[index])
}

const membersOf = <T>(value: unknown): { readonly [K in keyof T]?: unknown } =>
  typeof value === 'object' && value !== null ? value : {}
