import { GymError } from '../../../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import type {
  Autoreset,
  Delivery,
  VectorCloseRequest,
  VectorOpenRequest,
  VectorRequest,
  VectorResetRequest,
  VectorStepRequest,
  VectorView,
} from '../../../../core/protocol/index.ts'
import type { Fields } from '../fields.ts'
import type { NativeSession } from '../session.ts'
import { Columns, JUDGED_COLUMNS, type Row, START_COLUMNS, STEP_COLUMNS } from './columns.ts'
import { deliverReady, deliverWhole } from './deliver.ts'
import { Frames } from './frames.ts'
import { type Outcome, Slot } from './slot.ts'

/** Many episodes of one session that are asked for together. */
export interface Vector {
  readonly id: string
  readonly slots: readonly Slot[]
  readonly autoreset: Autoreset
  readonly delivery: Delivery
}

export const vectorView = ({ id, slots, autoreset, delivery }: Vector): VectorView => ({
  ...{ vector: id, autoreset, delivery },
  episode: slots.map(({ episode }) => episode),
  turn: slots.map(({ turn }) => turn),
})

/** Begins an episode in every slot. @throws GymError FRAME_INVALID, CAPACITY_REACHED */
export function openVector(session: NativeSession, request: VectorOpenRequest): MaybePromise<Fields> {
  const { slots: starts, autoreset = 'disabled', delivery = 'whole', agent = 'native client' } = request
  expectRoom(session, starts.length)
  const id = `${session.nextId()}-vector`
  const terms = { vector: id, slots: starts.length, autoreset, delivery, agent }
  const slots = starts.map((start, number) => new Slot(session, terms, number, start))
  const vector: Vector = { id, slots, autoreset, delivery }
  session.vectors.set(vector.id, vector)
  return answered(session, request, vector, START_COLUMNS, slots.keys(), (slot) => slot.open())
}

/** Takes a step in some slots. @throws GymError EPISODE_UNKNOWN, FRAME_INVALID */
export function stepVector(session: NativeSession, request: VectorStepRequest<unknown, unknown>): MaybePromise<Fields> {
  const vector = vectorOf(session, request.vector)
  const { actions, evidence, turns } = request
  const chosen = chosenOf(vector, request.slots, actions)
  const names = session.seesRewards ? JUDGED_COLUMNS : STEP_COLUMNS
  return answered(session, request, vector, names, chosen, (slot, at) =>
    slot.step(actions[at], evidence?.[at], turns?.[at] ?? null),
  )
}

/** Begins other episodes in some slots. @throws GymError EPISODE_UNKNOWN, FRAME_INVALID */
export function resetVector(session: NativeSession, request: VectorResetRequest): MaybePromise<Fields> {
  const vector = vectorOf(session, request.vector)
  const { starts, turns } = request
  const chosen = chosenOf(vector, request.slots, starts ?? turns)
  return answered(session, request, vector, START_COLUMNS, chosen, (slot, at) =>
    slot.reset(starts?.[at] ?? null, turns?.[at] ?? null),
  )
}

/** @throws GymError EPISODE_UNKNOWN */
export function closeVector(session: NativeSession, request: VectorCloseRequest): MaybePromise<Fields> {
  const vector = vectorOf(session, request.vector)
  session.vectors.delete(vector.id)
  const late = vector.slots.map((slot) => slot.close()).filter(isPromise)
  return late.length === 0 ? '' : Promise.all(late).then(() => '')
}

/** Asks each slot, one's failure being its own, and answers as the vector's slots are to be answered. */
function answered(
  session: NativeSession,
  request: Pick<VectorRequest, 'type' | 'id'>,
  { id, slots, delivery }: Vector,
  names: readonly string[],
  chosen: Iterable<number>,
  ask: Ask,
): MaybePromise<Fields> {
  const columns = new Columns(names)
  const rows: MaybePromise<Row>[] = []
  for (const index of chosen) rows.push(rowOf(columns, index, slotOf(slots, index), rows.length, ask))
  const frames = new Frames(session, request, id, columns)
  return delivery === 'ready' ? deliverReady(rows, frames) : deliverWhole(rows, frames)
}

type Ask = (slot: Slot, at: number) => MaybePromise<Outcome>

function rowOf(columns: Columns, index: number, slot: Slot, at: number, ask: Ask): MaybePromise<Row> {
  try {
    const outcome = ask(slot, at)
    return isPromise(outcome) ? laterRowOf(columns, index, outcome) : columns.rowOf(index, outcome)
  } catch (thrown) {
    return columns.failure(index, thrown)
  }
}

async function laterRowOf(columns: Columns, slot: number, outcome: Promise<Outcome>): Promise<Row> {
  try {
    return columns.rowOf(slot, await outcome)
  } catch (thrown) {
    return columns.failure(slot, thrown)
  }
}

/** The named slots, or all. @param column has an entry for each */
function chosenOf(
  { slots }: Vector,
  named: readonly number[] | undefined,
  column: readonly unknown[] | undefined,
): readonly number[] {
  const chosen = named ?? [...slots.keys()]
  for (const index of chosen) slotOf(slots, index)
  if (!column || column.length === chosen.length) return chosen
  throw new GymError('FRAME_INVALID', `there are ${column.length} entries for ${chosen.length} slots`)
}

function slotOf(slots: readonly Slot[], index: number): Slot {
  const slot = slots[index]
  if (slot) return slot
  throw new GymError('FRAME_INVALID', `there is no slot ${index}: there are ${slots.length}, counted from 0`)
}

function vectorOf({ vectors }: NativeSession, id: string): Vector {
  const vector = vectors.get(id)
  if (vector) return vector
  throw new GymError('EPISODE_UNKNOWN', `this session has no vector ${JSON.stringify(id.slice(0, 100))}: open one`)
}

function expectRoom({ vectors, host: environmentHost }: NativeSession, slots: number): void {
  const { vectorSlots, vectors: most } = environmentHost.limits
  if (slots > vectorSlots)
    throw new GymError('FRAME_INVALID', `a vector has at most ${vectorSlots} slots, not ${slots}`)
  if (vectors.size >= most) throw new GymError('CAPACITY_REACHED', `a session has at most ${most} vectors: close one`)
}
