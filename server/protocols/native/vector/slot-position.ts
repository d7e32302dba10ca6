import { parseOwnJson } from '../../../../core/data/json.ts'
import { parseSeed, type Seed } from '../../../../core/data/rng.ts'
import type { JsonObject } from '../../../../core/data/types.ts'
import { asFlag, asName, asOneOf, asWholeFrom, FieldReader, isFields } from '../../../../core/protocol/fields.ts'
import {
  AUTORESETS,
  type Autoreset,
  DELIVERIES,
  type Delivery,
  type SlotStart,
} from '../../../../core/protocol/index.ts'
import { readSlotStart } from '../../../../core/protocol/vector-parse.ts'

/** Which slot of which vector an episode was begun in: with its episode, all that the slot needs to go on. */
export interface SlotPosition {
  readonly vector: string
  readonly slot: number
  /** Of the vector. */
  readonly slots: number
  readonly autoreset: Autoreset
  readonly delivery: Delivery
  /** What the slot's episodes begin from. */
  readonly start: SlotStart
  /** Of the first episode from that start. */
  readonly firstSeed: Seed
  /** Episodes begun from that start, this one included. */
  readonly begun: number
  /** Turns of the slot before this episode could be stepped. */
  readonly turn: number
  /** Whether it began with the step that ended the one before. */
  readonly follows: boolean
}

/** As an episode's line in the record has it. */
export const slotPositionJson = (place: SlotPosition): JsonObject => parseOwnJson(JSON.stringify(place))

const asCount = asWholeFrom(0)

/** Null for an episode that was begun in no slot. @throws GymError FRAME_INVALID where the record has something odd. */
export function readSlotPosition(recorded: JsonObject | undefined): SlotPosition | null {
  if (recorded === undefined || !('vector' in recorded)) return null
  const reader = new FieldReader(recorded, 'the place of an episode')
  return {
    vector: reader.required('vector', 'a name', asName),
    slot: reader.required('slot', 'a slot', asCount),
    slots: reader.required('slots', 'their number', asWholeFrom(1)),
    autoreset: reader.required('autoreset', AUTORESETS.join(', '), asOneOf(AUTORESETS)),
    delivery: reader.required('delivery', DELIVERIES.join(', '), asOneOf(DELIVERIES)),
    start: reader.required('start', 'a start', (start) => (isFields(start) ? readSlotStart(start) : undefined)),
    firstSeed: reader.required('firstSeed', 'a seed', parseSeed),
    begun: reader.required('begun', 'a count', asCount),
    turn: reader.required('turn', 'a count', asCount),
    follows: reader.required('follows', 'true or false', asFlag),
  }
}
