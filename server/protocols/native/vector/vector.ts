import { GymError } from '../../../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import type {
  VectorOpenRequest,
  VectorRequest,
  VectorResetRequest,
  VectorStepRequest,
  VectorView,
} from '../../../../core/protocol/index.ts'
import type { Fields } from '../channel/outbox.ts'
import type { NativeSession, SessionVector } from '../session.ts'
import { Columns, JUDGED_COLUMNS, type Outcome, type Row, START_COLUMNS, STEP_COLUMNS } from './columns.ts'
import { deliverReady, deliverWhole, Frames } from './frames.ts'
import type { RecordedVector } from './recorded-vectors.ts'
import { Slot, type SlotSettings } from './slot.ts'

/** Starts an episode in every slot. @throws GymError FRAME_INVALID, CAPACITY_REACHED */
export function openVector(session: NativeSession, request: VectorOpenRequest): MaybePromise<Fields> {
  const { slots: starts, autoreset = 'disabled', delivery = 'whole', agent } = request
  expectRoom(session, starts.length)
  const settings = { vector: `${session.nextId()}-vector`, slots: starts.length, autoreset, delivery, agent }
  const slots = starts.map((start, number) => new Slot(session, settings, number, start))
  const vector = new Vector(session, settings, slots)
  session.vectors.set(vector.id, vector)
  return vector.open(request)
}

/** A vector as the record left it, over the open episodes of its session; null for one that has no slot. */
export function restoreVector(session: NativeSession, { id, slots: recorded }: RecordedVector): Vector | null {
  const [any] = recorded.values()
  if (!any) return null
  const { agent, position } = any.last
  const { slots: size, autoreset, delivery } = position
  const settings = { vector: id, slots: size, autoreset, delivery, agent }
  const slots = Array.from({ length: size }, (_, number) => {
    const slot = new Slot(session, settings, number, null)
    const own = recorded.get(number)
    if (own) slot.restore(own)
    return slot
  })
  return new Vector(session, settings, slots)
}

type Ask = (slot: Slot, at: number) => MaybePromise<Outcome>

/** Many episodes of one session that are stepped together. */
export class Vector implements SessionVector {
  readonly #session: NativeSession
  readonly #settings: SlotSettings
  readonly #slots: readonly Slot[]

  constructor(session: NativeSession, settings: SlotSettings, slots: readonly Slot[]) {
    this.#session = session
    this.#settings = settings
    this.#slots = slots
  }

  get id(): string {
    return this.#settings.vector
  }

  get view(): VectorView {
    const { vector, autoreset, delivery } = this.#settings
    const episode = this.#slots.map((slot) => slot.episode)
    return { vector, autoreset, delivery, episode, turn: this.#slots.map(({ turn }) => turn) }
  }

  /** Starts the first episode of every slot. */
  open(request: VectorOpenRequest): MaybePromise<Fields> {
    return this.#answer(request, START_COLUMNS, this.#slots.keys(), (slot) => slot.open())
  }

  /** Takes a step in some slots. @throws GymError FRAME_INVALID */
  step(request: VectorStepRequest<unknown, unknown>): MaybePromise<Fields> {
    const { actions, evidence, turns } = request
    const chosen = this.#chosen(request.slots, actions)
    const names = this.#session.seesRewards ? JUDGED_COLUMNS : STEP_COLUMNS
    return this.#answer(request, names, chosen, (slot, at) =>
      slot.step(actions[at], evidence?.[at], turns?.[at] ?? null),
    )
  }

  /** Starts other episodes in some slots. @throws GymError FRAME_INVALID */
  reset(request: VectorResetRequest): MaybePromise<Fields> {
    const { starts, turns } = request
    const chosen = this.#chosen(request.slots, starts ?? turns)
    return this.#answer(request, START_COLUMNS, chosen, (slot, at) =>
      slot.reset(starts?.[at] ?? null, turns?.[at] ?? null),
    )
  }

  /** Aborts its open episodes. */
  close(): MaybePromise<Fields> {
    this.#session.vectors.delete(this.id)
    const late = this.#slots.map((slot) => slot.close()).filter(isPromise)
    return late.length === 0 ? '' : Promise.all(late).then(() => '')
  }

  /** Asks each slot, one's failure being its own, and answers as the vector's slots are to be answered. */
  #answer(
    request: Pick<VectorRequest, 'type' | 'id'>,
    names: readonly string[],
    chosen: Iterable<number>,
    ask: Ask,
  ): MaybePromise<Fields> {
    const columns = new Columns(names, this.#session.seesSeeds)
    const inTurn: Ask = (slot, at) => this.#session.inTurn(() => ask(slot, at))
    const rows: MaybePromise<Row>[] = []
    for (const index of chosen) rows.push(rowOf(columns, index, this.#slot(index), rows.length, inTurn))
    const frames = new Frames(this.#session, request, this.id, columns)
    return this.#settings.delivery === 'ready' ? deliverReady(rows, frames) : deliverWhole(rows, frames)
  }

  /** The named slots, or all. @param column has an entry for each */
  #chosen(named: readonly number[] | undefined, column: readonly unknown[] | undefined): readonly number[] {
    const chosen = named ?? [...this.#slots.keys()]
    for (const index of chosen) this.#slot(index)
    if (!column || column.length === chosen.length) return chosen
    throw new GymError('FRAME_INVALID', `there are ${column.length} entries for ${chosen.length} slots`)
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index]
    if (slot) return slot
    throw new GymError('FRAME_INVALID', `there is no slot ${index}: there are ${this.#slots.length}, counted from 0`)
  }
}

function rowOf(columns: Columns, index: number, slot: Slot, at: number, ask: Ask): MaybePromise<Row> {
  try {
    const outcome = ask(slot, at)
    return isPromise(outcome) ? lateRowOf(columns, index, outcome) : columns.rowOf(index, outcome)
  } catch (thrown) {
    return columns.failure(index, thrown)
  }
}

async function lateRowOf(columns: Columns, slot: number, outcome: Promise<Outcome>): Promise<Row> {
  try {
    return columns.rowOf(slot, await outcome)
  } catch (thrown) {
    return columns.failure(slot, thrown)
  }
}

function expectRoom({ vectors, host }: NativeSession, slots: number): void {
  const { vectorSlots, vectors: most } = host.limits
  if (slots > vectorSlots)
    throw new GymError('FRAME_INVALID', `a vector has at most ${vectorSlots} slots, not ${slots}`)
  if (vectors.size >= most) throw new GymError('CAPACITY_REACHED', `a session has at most ${most} vectors: close one`)
}
