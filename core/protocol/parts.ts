import { parseSeed } from '../data/rng.ts'
import { creditOf } from './credit.ts'
import {
  asCount,
  askedOf,
  asName,
  asOneOf,
  asText,
  asWholeFrom,
  COUNT,
  type FieldReader,
  invalidFrame,
  NAME,
  trimmed,
} from './fields.ts'
import type { JoinedGroup, TaskFields } from './requests.ts'

/*
 * What several requests have in common, read in one way.
 */

export const TEXT = 'a text'
export const FLAG = 'true or false'
export const POSITIVE = 'a whole number from 1'
export const asPositive = asWholeFrom(1)
export const LIMIT = `${NAME}, and not maxSteps or environment, which are limits of the episode's own`
/** Reason of a truncation. Replay reaches the episode's own limits again; those of others it takes as recorded. */
export const asLimit = (value: unknown): string | undefined =>
  value === 'maxSteps' || value === 'environment' ? undefined : asName(value)
const STRAGGLERS = ['truncate', 'abort', 'wait'] as const

export const beginningOf = (reader: FieldReader) => ({
  ...askedOf(reader),
  ...startOf(reader),
  agent: reader.optional('agent', NAME, asName),
})

/** Limits of one episode. */
export const startOf = (reader: FieldReader) => ({
  ...taskOf(reader),
  seed: reader.optional('seed', 'an integer', parseSeed),
  maxSteps: reader.optional('maxSteps', POSITIVE, asPositive),
})

function taskOf(reader: FieldReader): TaskFields {
  const task = reader.optional('task', TEXT, asText)
  const split = reader.optional('split', TEXT, asText)
  const index = reader.optional('index', COUNT, asCount)
  if (task !== undefined && (split !== undefined || index !== undefined))
    throw invalidFrame('a task is given by task alone, or by split and index')
  if (index !== undefined && split === undefined) throw invalidFrame('index is given with split')
  return trimmed({ task, split, index })
}

export const joinedOf = (reader: FieldReader): JoinedGroup =>
  trimmed({
    id: reader.required('id', NAME, asName),
    ...termsOf(reader),
    size: reader.optional('size', POSITIVE, asPositive),
  })

export const termsOf = (reader: FieldReader) => ({
  credit: creditOf(reader),
  stragglers: reader.optional('stragglers', STRAGGLERS.join(' or '), asOneOf(STRAGGLERS)),
  deadlineMs: reader.optional('deadlineMs', POSITIVE, asPositive),
  replacements: reader.optional('replacements', COUNT, asCount),
})
