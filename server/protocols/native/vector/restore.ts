import type { NativeSession } from '../session.ts'
import type { RecordedVector } from './recorded-vectors.ts'
import type { Vector } from './serve.ts'
import { Slot } from './slot.ts'

/** A vector as the record left it, over the episodes of its session that go on; null for one that has no slot. */
export function restoreVector(session: NativeSession, { id, slots: shelved }: RecordedVector): Vector | null {
  const [any] = shelved.values()
  if (!any) return null
  const { agent, place } = any.last
  const { slots: size, autoreset, delivery } = place
  const terms = { vector: id, slots: size, autoreset, delivery, agent }
  const slots = Array.from({ length: size }, (_, number) => {
    const slot = new Slot(session, terms, number, null)
    const recorded = shelved.get(number)
    if (recorded) slot.restore(recorded)
    return slot
  })
  return { id, slots, autoreset, delivery }
}
