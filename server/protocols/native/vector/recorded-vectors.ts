import type { Trajectory } from '../../../../core/data/types.ts'
import type { RecordedTrajectory } from '../../../../records/reader.ts'
import { readSlotPosition, type SlotPosition } from './slot-position.ts'

/** Why a vector's episodes end with it: one that was closed is not gone on with. */
export const VECTOR_CLOSED = 'vector closed by its client'

/** Ended episodes of slots, of all sessions, whose last step can be told again. */
const KEPT_ENDED = 4096

/** An episode of a slot as the record has it. */
export interface RecordedSlotEpisode {
  readonly place: SlotPosition
  readonly id: string
  readonly agent: string
  /** Counts the episodes of its session. */
  readonly number: number
  /** Steps that were taken. */
  readonly taken: number
  readonly isFinished: boolean
  readonly wasClosed: boolean
  /** Of one that ended, the last step only; null where too many have ended since. */
  trajectory: Trajectory | null
}

/** The last episode of a slot, and the one before it. */
export interface RecordedSlot {
  readonly last: RecordedSlotEpisode
  readonly before: RecordedSlotEpisode | null
}

/** A vector as the record has it: slots by number; those that never began an episode are missing. */
export interface RecordedVector {
  readonly id: string
  readonly slots: Map<number, RecordedSlot>
}

/** Vectors by their sessions, as the record of an earlier server start has them. */
export class RecordedVectors {
  readonly #bySession = new Map<string, Map<string, RecordedVector>>()
  readonly #ended: RecordedSlotEpisode[] = []

  /** @param number of the episode in its session. @throws GymError FRAME_INVALID where its place is odd. */
  add(session: string, number: number, recorded: RecordedTrajectory): void {
    const place = readSlotPosition(recorded.start.serving)
    if (!place) return
    const vectors = this.#bySession.get(session) ?? new Map<string, RecordedVector>()
    this.#bySession.set(session, vectors)
    const vector = vectors.get(place.vector) ?? { id: place.vector, slots: new Map<number, RecordedSlot>() }
    vectors.set(place.vector, vector)
    const episode = shelved(place, number, recorded)
    const { last = null, before = null } = vector.slots.get(place.slot) ?? {}
    const [newest, second = null] = [episode, last, before]
      .filter((each) => each !== null)
      .toSorted((a, b) => b.number - a.number)
    if (newest) vector.slots.set(place.slot, { last: newest, before: second })
    if (episode.isFinished) this.#keepEnded(episode)
  }

  /** Those that go on, and the newest: its episodes may all have ended before it was to be reset. */
  take(session: string): readonly RecordedVector[] {
    const all = [...(this.#bySession.get(session)?.values() ?? [])].toSorted((a, b) => newestOf(a) - newestOf(b))
    this.#bySession.delete(session)
    return all.filter((vector, at) => !wasClosed(vector) && (goesOn(vector) || at === all.length - 1))
  }

  #keepEnded(episode: RecordedSlotEpisode): void {
    this.#ended.push(episode)
    const oldest = this.#ended.length > KEPT_ENDED ? this.#ended.shift() : undefined
    if (oldest) oldest.trajectory = null
  }
}

function shelved(
  place: SlotPosition,
  number: number,
  { start, trajectory, isFinished }: RecordedTrajectory,
): RecordedSlotEpisode {
  const { id, steps, ending, endingReason } = trajectory
  return {
    ...{ place, id, agent: start.agent, number, isFinished, taken: steps.length },
    wasClosed: ending === 'aborted' && endingReason === VECTOR_CLOSED,
    trajectory: isFinished ? { ...trajectory, steps: steps.slice(-1) } : trajectory,
  }
}

const lastOf = ({ slots }: RecordedVector): readonly RecordedSlotEpisode[] =>
  [...slots.values()].map(({ last }) => last)
const goesOn = (vector: RecordedVector): boolean => lastOf(vector).some(({ isFinished }) => !isFinished)
const wasClosed = (vector: RecordedVector): boolean => lastOf(vector).some((each) => each.wasClosed)
const newestOf = (vector: RecordedVector): number => Math.max(...lastOf(vector).map(({ number }) => number))
