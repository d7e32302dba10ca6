import { GymError } from '../data/errors.ts'
import { shown } from '../data/shown.ts'
import {
  asCount,
  asFlag,
  askedOf,
  asName,
  asOneOf,
  asRequestId,
  asText,
  COUNT,
  FieldReader,
  invalidFrame,
  isFields,
  NAME,
  trimmed,
} from './fields.ts'
import { asLimit, asPositive, beginningOf, FLAG, joinedOf, LIMIT, POSITIVE, TEXT, termsOf } from './parts.ts'
import {
  type AckFrame,
  type CloseRequest,
  type ForkRequest,
  type GroupRequest,
  type ReceivedRequest,
  type RequestId,
  type ResetRequest,
  type StepRequest,
  SUBSCRIBED,
} from './requests.ts'
import { readVectorClose, readVectorOpen, readVectorReset, readVectorStep } from './vector-parse.ts'

const FORK_STREAMS = ['fresh', 'common'] as const

/** The id of a frame that may not be readable otherwise, so that even its refusal finds who asked; else null. */
export const requestIdOf = (frame: unknown): RequestId | null =>
  (isFields(frame) && Object.hasOwn(frame, 'id') ? asRequestId(frame.id) : undefined) ?? null

/**
 * Reads a frame from a client. Strict: fields that a request has not are refused, absent and null are the same.
 * @param frame JSON that was read; integers beyond 2^53 as bigints
 * @throws GymError FRAME_INVALID, FRAME_UNKNOWN, SEED_INVALID
 */
export function parseRequest<Value>(frame: Readonly<Record<string, Value>>): ReceivedRequest<Value> | AckFrame {
  const type = Object.hasOwn(frame, 'type') ? frame.type : undefined
  if (typeof type !== 'string') throw invalidFrame('a frame is an object with type and id')
  const reader = new FieldReader(frame, type.slice(0, 80))
  reader.given('type')
  const request: ReceivedRequest<Value> | AckFrame = type === 'step' ? stepOf(reader, frame) : otherOf(type, reader)
  reader.expectNoOther()
  return request
}

function stepOf<Value>(reader: FieldReader, frame: Readonly<Record<string, Value>>): ReceivedRequest<Value> {
  const asked = askedOf(reader)
  const episode = reader.required('episode', NAME, asName)
  const index = reader.optional('index', COUNT, asCount)
  // Null is an action like any other value.
  const action = reader.given('action') === undefined ? undefined : frame.action
  if (action === undefined) throw invalidFrame('step needs action')
  const evidence = reader.given('evidence') === undefined ? undefined : frame.evidence
  const step: StepRequest<Value, Value> = {
    type: 'step',
    ...asked,
    episode,
    action,
    ...(index !== undefined && { index }),
  }
  return evidence === undefined || evidence === null ? step : { ...step, evidence }
}

function otherOf(type: string, reader: FieldReader): Unstepped | AckFrame {
  if (type === 'ack') return { type, seq: reader.required('seq', COUNT, asCount) }
  if (!Object.hasOwn(READERS, type)) throw unknownType(type)
  const read: ReadRequest | undefined = READERS[type]
  if (!read) throw unknownType(type)
  return read(reader)
}

type Unstepped = Exclude<ReceivedRequest<never>, { readonly type: 'step' }>
type ReadRequest = (reader: FieldReader) => Unstepped

const READERS: Readonly<Record<string, ReadRequest>> = {
  reset: readReset,
  group: readGroup,
  fork: readFork,
  close: readClose,
  'vector.open': readVectorOpen,
  'vector.step': readVectorStep,
  'vector.reset': readVectorReset,
  'vector.close': readVectorClose,
  observe: (reader) =>
    trimmed({
      type: 'observe',
      ...askedOf(reader),
      episode: reader.required('episode', NAME, asName),
      view: reader.optional('view', NAME, asName),
      tools: reader.optional('tools', FLAG, asFlag),
    }),
  snapshot: (reader) =>
    trimmed({
      type: 'snapshot',
      ...askedOf(reader),
      episode: reader.required('episode', NAME, asName),
      sealed: reader.optional('sealed', FLAG, asFlag),
    }),
  restore: (reader) => {
    const source = sourceOf(reader, ['snapshot', 'sealed'])
    return trimmed({ type: 'restore', ...askedOf(reader), ...source, agent: reader.optional('agent', NAME, asName) })
  },
  tasks: (reader) =>
    trimmed({
      type: 'tasks',
      ...askedOf(reader),
      split: reader.optional('split', TEXT, asText),
      offset: reader.optional('offset', COUNT, asCount),
      limit: reader.optional('limit', POSITIVE, asPositive),
    }),
  subscribe: (reader) => ({
    type: 'subscribe',
    ...askedOf(reader),
    events: reader.required('events', `a list of ${SUBSCRIBED.join(', ')}`, asEvents),
  }),
  resume: (reader) => ({
    type: 'resume',
    ...askedOf(reader),
    session: reader.required('session', TEXT, asText),
    lastSeq: reader.required('lastSeq', COUNT, asCount),
  }),
}

function readReset(reader: FieldReader): ResetRequest {
  const member = reader.optional('member', COUNT, asCount)
  return trimmed({ type: 'reset', ...beginningOf(reader), group: reader.within('group', joinedOf), member })
}

function readGroup(reader: FieldReader): GroupRequest {
  const size = reader.required('size', POSITIVE, asPositive)
  return trimmed({ type: 'group', ...beginningOf(reader), ...termsOf(reader), size })
}

function readFork(reader: FieldReader): ForkRequest {
  return trimmed({
    type: 'fork',
    ...askedOf(reader),
    ...sourceOf(reader, ['episode', 'snapshot', 'sealed']),
    count: reader.optional('count', POSITIVE, asPositive),
    rng: reader.optional('rng', FORK_STREAMS.join(' or '), asOneOf(FORK_STREAMS)),
    number: reader.optional('number', COUNT, asCount),
    agent: reader.optional('agent', NAME, asName),
  })
}

function readClose(reader: FieldReader): CloseRequest {
  const episode = reader.optional('episode', NAME, asName)
  const snapshot = reader.optional('snapshot', NAME, asName)
  if (episode !== undefined && snapshot !== undefined)
    throw invalidFrame('close ends an episode or a snapshot, not both')
  const truncate = reader.optional('truncate', LIMIT, asLimit)
  if (truncate !== undefined && episode === undefined) throw invalidFrame('close truncates an episode: name it')
  return trimmed({ type: 'close', ...askedOf(reader), episode, snapshot, truncate })
}

/** Just one of the named fields. */
function sourceOf<Name extends string>(reader: FieldReader, names: readonly Name[]): { readonly [N in Name]?: string } {
  const given = names.flatMap((name) => {
    const value = reader.optional(name, TEXT, asText)
    return value === undefined ? [] : [[name, value] as const]
  })
  if (given.length !== 1) throw invalidFrame(`just one of ${names.join(', ')} must be given`)
  // The names are those of the type, and there is no such thing as a typed `fromEntries`.
  return Object.fromEntries(given) as { readonly [N in Name]?: string }
}

function asEvents(value: unknown): readonly (typeof SUBSCRIBED)[number][] | undefined {
  if (!Array.isArray(value)) return undefined
  const events = SUBSCRIBED.filter((name) => value.includes(name))
  return value.every((name: unknown) => SUBSCRIBED.some((known) => known === name)) ? events : undefined
}

const unknownType = (type: string): GymError =>
  new GymError('FRAME_UNKNOWN', `there is no frame of type ${shown(type, 80)}`)
