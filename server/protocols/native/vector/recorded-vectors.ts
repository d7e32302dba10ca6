import { parseOwnJson } from '../../../../core/data/json.ts'
import { parseSeed, type Seed } from '../../../../core/data/rng.ts'
import type { JsonObject, Trajectory } from '../../../../core/data/types.ts'
import { asFlag, asName, asOneOf, asWholeFrom, FieldReader, isFields } from '../../../../core/protocol/fields.ts'
import {
  AUTORESETS,
  type Autoreset,
  DELIVERIES,
  type Delivery,
  type SlotStart,
} from '../../../../core/protocol/index.ts'
import { readSlotStart } from '../../../../core/protocol/vector-parse.ts'
import type { RecordedTrajectory } from '../../../../records/reader.ts'

/** The slot that an episode was started in: with the episode, all that restoring the slot needs. */
export interface SlotPosition {
  readonly vector: string
  readonly slot: number
  /** Number of slots of the vector. */
  readonly slots: number
  readonly autoreset: Autoreset
  readonly delivery: Delivery
  /** What the slot's episodes begin from. */
  readonly start: SlotStart
  /** Seed of the first episode from that start. */
  readonly firstSeed: Seed
  /** Episodes started from that start, this one included. */
  readonly begun: number
  /** Turns of the slot before this episode could be stepped. */
  readonly turn: number
  /** Whether the step that ended the episode before started it. */
  readonly follows: boolean
}

/** As an episode's line in the record has it. */
export const slotPositionJson = (position: SlotPosition): JsonObject => parseOwnJson(JSON.stringify(position))

const asCount = asWholeFrom(0)

/** Null for an episode of no slot. @throws GymError FRAME_INVALID where the record has something odd. */
export function readSlotPosition(recorded: JsonObject | undefined): SlotPosition | null {
  if (recorded === undefined || !('vector' in recorded)) return null
  const reader = new FieldReader(recorded, 'the slot position of an episode')
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

/** Ending reason of the episodes of a vector that was closed, and is not restored. */
export const VECTOR_CLOSED = 'vector closed by its client'

/** Ended episodes of slots, of all sessions, whose last step can be answered again. */
const KEPT_ENDED = 4096

/** An episode of a slot as the record has it. */
export interface RecordedSlotEpisode {
  readonly position: SlotPosition
  readonly id: string
  readonly agent: string
  /** Counts the episodes of its session. */
  readonly number: number
  /** Steps that were taken. */
  readonly taken: number
  readonly isFinished: boolean
  readonly wasClosed: boolean
  /** Trajectory of an ended episode, with its last step only; null where too many have ended since. */
  trajectory: Trajectory | null
}

/** The last episode of a slot, and the one before it. */
export interface RecordedSlot {
  readonly last: RecordedSlotEpisode
  readonly before: RecordedSlotEpisode | null
}

/** A vector as the record has it: slots by number; those that never had an episode are missing. */
export interface RecordedVector {
  readonly id: string
  readonly slots: Map<number, RecordedSlot>
}

/** Vectors by their sessions, as the record has them from before a restart. */
export class RecordedVectors {
  readonly #bySession = new Map<string, Map<string, RecordedVector>>()
  readonly #ended: RecordedSlotEpisode[] = []

  /** @param number of the episode in its session. @throws GymError FRAME_INVALID where its position is odd. */
  add(session: string, number: number, recorded: RecordedTrajectory): void {
    const position = readSlotPosition(recorded.start.serving)
    if (!position) return
    const vectors = this.#bySession.get(session) ?? new Map<string, RecordedVector>()
    this.#bySession.set(session, vectors)
    const vector = vectors.get(position.vector) ?? { id: position.vector, slots: new Map<number, RecordedSlot>() }
    vectors.set(position.vector, vector)
    const episode = recordedSlot(position, number, recorded)
    const { last = null, before = null } = vector.slots.get(position.slot) ?? {}
    const [newest, second = null] = [episode, last, before]
      .filter((each) => each !== null)
      .toSorted((a, b) => b.number - a.number)
    if (newest) vector.slots.set(position.slot, { last: newest, before: second })
    if (episode.isFinished) this.#keepEnded(episode)
  }

  /** Open vectors, and the newest: its episodes may all have ended before it was to be reset. */
  take(session: string): readonly RecordedVector[] {
    const all = [...(this.#bySession.get(session)?.values() ?? [])].toSorted((a, b) => newestOf(a) - newestOf(b))
    this.#bySession.delete(session)
    return all.filter((vector, at) => !wasClosed(vector) && (isOpen(vector) || at === all.length - 1))
  }

  #keepEnded(episode: RecordedSlotEpisode): void {
    this.#ended.push(episode)
    const oldest = this.#ended.length > KEPT_ENDED ? this.#ended.shift() : undefined
    if (oldest) oldest.trajectory = null
  }
}

function recordedSlot(
  position: SlotPosition,
  number: number,
  { start, trajectory, isFinished }: RecordedTrajectory,
): RecordedSlotEpisode {
  const { id, steps, ending, endingReason } = trajectory
  return {
    ...{ position, id, agent: start.agent, number, isFinished, taken: steps.length },
    wasClosed: ending === 'aborted' && endingReason === VECTOR_CLOSED,
    trajectory: isFinished ? { ...trajectory, steps: steps.slice(-1) } : trajectory,
  }
}

const lastOf = ({ slots }: RecordedVector): readonly RecordedSlotEpisode[] =>
  [...slots.values()].map(({ last }) => last)
const isOpen = (vector: RecordedVector): boolean => lastOf(vector).some(({ isFinished }) => !isFinished)
const wasClosed = (vector: RecordedVector): boolean => lastOf(vector).some((each) => each.wasClosed)
const newestOf = (vector: RecordedVector): number => Math.max(...lastOf(vector).map(({ number }) => number))
