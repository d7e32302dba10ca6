import {
  asCount,
  askedOf,
  asList,
  asName,
  asOneOf,
  asWholeFrom,
  COUNT,
  FieldReader,
  type Fields,
  invalidFrame,
  isFields,
  NAME,
  trimmed,
} from './fields.ts'
import { joinedOf, startOf } from './parts.ts'
import {
  AUTORESETS,
  DELIVERIES,
  type SlotStart,
  type VectorCloseRequest,
  type VectorOpenRequest,
  type VectorResetRequest,
  type VectorStepRequest,
} from './vector.ts'

/** @throws GymError FRAME_INVALID, SEED_INVALID */
export function readVectorOpen(reader: FieldReader): VectorOpenRequest {
  const slots = reader.required('slots', 'a list of one start a slot', asStarts)
  if (slots.length === 0) throw invalidFrame('a vector has at least one slot')
  const autoreset = reader.optional('autoreset', AUTORESETS.join(', '), asOneOf(AUTORESETS))
  if (autoreset !== undefined && autoreset !== 'disabled' && slots.some(({ group }) => group))
    throw invalidFrame('slots of a group have no autoreset: a group is played once')
  const delivery = reader.optional('delivery', DELIVERIES.join(' or '), asOneOf(DELIVERIES))
  const agent = reader.optional('agent', NAME, asName)
  return trimmed({ type: 'vector.open', ...askedOf(reader), slots, autoreset, delivery, agent })
}

/** Whether actions and evidence can be read is said slot by slot. @throws GymError FRAME_INVALID */
export function readVectorStep(reader: FieldReader): VectorStepRequest<unknown, unknown> {
  const asked = askedOf(reader)
  const vector = reader.required('vector', NAME, asName)
  const slots = reader.optional('slots', SLOTS, asSlots)
  const actions = reader.required('actions', 'a list of one action a slot', asList)
  const evidence = reader.optional('evidence', 'a list of evidence or null', asList)
  const turns = reader.optional('turns', TURNS, asTurns)
  expectAligned('actions', actions, slots)
  expectAligned('turns', turns, actions)
  expectAligned('evidence', evidence, actions)
  return trimmed({ type: 'vector.step', ...asked, vector, slots, actions, evidence, turns })
}

/** @throws GymError FRAME_INVALID, SEED_INVALID */
export function readVectorReset(reader: FieldReader): VectorResetRequest {
  const asked = askedOf(reader)
  const vector = reader.required('vector', NAME, asName)
  const slots = reader.optional('slots', SLOTS, asSlots)
  const starts = reader.optional('starts', 'a list of one start a slot', asStarts)
  const turns = reader.optional('turns', TURNS, asTurns)
  expectAligned('starts', starts, slots)
  expectAligned('turns', turns, slots ?? starts)
  return trimmed({ type: 'vector.reset', ...asked, vector, slots, starts, turns })
}

export const readVectorClose = (reader: FieldReader): VectorCloseRequest => ({
  type: 'vector.close',
  ...askedOf(reader),
  vector: reader.required('vector', NAME, asName),
})

const SLOTS = 'a list of slots, whole numbers from 0, each at most once'
const asSlot = asWholeFrom(0)
const TURNS = 'a list of one turn a slot, whole numbers from 0'

function asSlots(value: unknown): readonly number[] | undefined {
  const slots = asList(value)?.map(asSlot)
  const known = slots?.filter((slot) => slot !== undefined)
  return known && known.length === slots?.length && new Set(known).size === known.length ? known : undefined
}

function asTurns(value: unknown): readonly number[] | undefined {
  const turns = asList(value)?.map(asCount)
  const known = turns?.filter((turn) => turn !== undefined)
  return known?.length === turns?.length ? known : undefined
}

function asStarts(value: unknown): readonly SlotStart[] | undefined {
  return asList(value)?.map((start, slot) => {
    if (!isFields(start)) throw invalidFrame(`the start of slot ${slot} must be an object`)
    return readSlotStart(start, `the start of slot ${slot}`)
  })
}

/** @param what it is, for messages. @throws GymError FRAME_INVALID, SEED_INVALID */
export function readSlotStart(fields: Fields, what = 'the start of a slot'): SlotStart {
  const reader = new FieldReader(fields, what)
  const group = reader.within('group', joinedOf)
  const member = reader.optional('member', COUNT, asCount)
  const start: SlotStart = trimmed({ ...startOf(reader), group, member })
  reader.expectNoOther()
  return start
}

function expectAligned(name: string, column: readonly unknown[] | undefined, slots: readonly unknown[] | undefined) {
  if (!column || !slots || column.length === slots.length) return
  throw invalidFrame(`${name} has ${column.length} entries for ${slots.length} slots`)
}
