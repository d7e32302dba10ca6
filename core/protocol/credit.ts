import type { Diagnostics } from '../data/diagnostics.ts'
import type { ErrorCode } from '../data/errors.ts'
import { asList, asName, FieldReader, isFields, NAME, trimmed } from './fields.ts'

/** Advantages by one estimator that a group is to close with. */
export interface GroupCreditRequest {
  /** Its name, among those that the server has. */
  readonly estimator: string
  /** Over the estimator's defaults: at most 32. */
  readonly options?: CreditOptions
  /** Combines signals first: the name of a recipe that the server has. */
  readonly recipe?: string
  /** How far training is, from 0 to 1, for a recipe with a schedule. */
  readonly progress?: number
  /** What `group.closed` calls it, so that one estimator can be asked twice. @default the estimator's name */
  readonly as?: string
}

export type CreditOptions = Readonly<Record<string, number | boolean | string>>

/** Why there is no credit. */
export interface NoCredit {
  readonly code: ErrorCode
  readonly message: string
}

/** What one estimator says of a closed group. */
export interface CreditView {
  readonly as: string
  readonly estimator: string
  readonly recipe: string | null
  /** One for each of the event's `members`, in their order; null where no member has an advantage, for `reason`. */
  readonly members: readonly MemberCredit[] | null
  readonly reason: NoCredit | null
  /** Null where nothing could be computed. */
  readonly diagnostics: Diagnostics | null
}

export interface MemberCredit {
  readonly episode: string
  readonly member: number
  /** The entry at t is of the step with index t: null where that is left out of credit, and never 0 instead. */
  readonly advantages: readonly (number | null)[]
  /** Why some are null; null where none is. */
  readonly reason: string | null
}

/** Estimators that one group can be asked by. */
const MOST_CREDITS = 16
const MOST_OPTIONS = 32

const CREDIT_REQUESTS = `a list of 1 to ${MOST_CREDITS}, each with a different name: {estimator, options, recipe, progress, as}`
const OPTIONS = `an object of at most ${MOST_OPTIONS} numbers, flags and texts of up to 255 characters`
const SHARE = 'a number from 0 to 1'

/** @throws GymError FRAME_INVALID */
export const creditOf = (reader: FieldReader): readonly GroupCreditRequest[] | undefined =>
  reader.optional('credit', CREDIT_REQUESTS, asCreditRequests)

function asCreditRequests(value: unknown): readonly GroupCreditRequest[] | undefined {
  const entries = asList(value)
  if (!entries?.every(isFields) || entries.length === 0 || entries.length > MOST_CREDITS) return undefined
  const requests = entries.map((entry, at) => creditRequestOf(new FieldReader(entry, `credit ${at}`)))
  const names = new Set(requests.map(({ as, estimator }) => as ?? estimator))
  return names.size === requests.length ? requests : undefined
}

function creditRequestOf(reader: FieldReader): GroupCreditRequest {
  const request: GroupCreditRequest = trimmed({
    estimator: reader.required('estimator', NAME, asName),
    options: reader.optional('options', OPTIONS, asOptions),
    recipe: reader.optional('recipe', NAME, asName),
    progress: reader.optional('progress', SHARE, asShare),
    as: reader.optional('as', NAME, asName),
  })
  reader.expectNoOther()
  return request
}

const asShare = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined

const asOptions = (value: unknown): CreditOptions | undefined =>
  isFields(value) && Object.keys(value).length <= MOST_OPTIONS && areOptions(value) ? value : undefined

const areOptions = (fields: Readonly<Record<string, unknown>>): fields is CreditOptions =>
  Object.entries(fields).every(([key, value]) => asName(key) !== undefined && isOption(value))

const isOption = (value: unknown): value is CreditOptions[string] =>
  typeof value === 'boolean' || Number.isFinite(value) || value === '' || asName(value) !== undefined
