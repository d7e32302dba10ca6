import { Broadcast, type Failure } from '../../../server/arena/events.ts'
import type { Seat } from '../../../server/arena/seat.ts'
import type { Consumer } from '../../../server/stream/consumer.ts'
import type { Happening } from '../../../server/stream/happening.ts'
import { ArenaStream } from '../../../server/stream/stream.ts'
import { arenaOf, seatIn } from '../arena-scene.ts'

export interface Told {
  readonly broadcast: Broadcast
  readonly stream: ArenaStream
  readonly failures: Failure[]
  readonly seat: Seat
  /** Tells a step of this index, and returns what holds its reply back. */
  step(index: number): Promise<unknown> | undefined
}

/** A stream that hears of as many steps as a test likes, without an episode having to take them. */
export async function told(): Promise<Told> {
  const seat = await seatIn(arenaOf())
  const { step: first } = await seat.step('1')
  const broadcast = new Broadcast()
  const failures: Failure[] = []
  broadcast.listen({ failed: (failure) => void failures.push(failure) })
  const step = (index: number) => broadcast.stepTaken({ seat, step: { ...first, index }, latencyMs: 1 })
  return { broadcast, stream: new ArenaStream(broadcast), failures, seat, step }
}

export interface Collector extends Consumer {
  readonly batches: number[][]
}

/** Collects the indices of steps, batch by batch. */
export function collector(name: string, settings: Partial<Consumer> = {}): Collector {
  const batches: number[][] = []
  const take = (batch: readonly Happening[]): void => void batches.push(indicesOf(batch))
  return { name, overflow: 'block', take, ...settings, batches }
}

export const indicesOf = (batch: readonly Happening[]): number[] =>
  batch.flatMap((happening) => (happening.kind === 'step-taken' ? happening.step.index : []))

export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
