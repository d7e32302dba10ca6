import type { ServerEvent } from '../../../server/hosting/events.ts'
import { type Failure, ServerEvents } from '../../../server/hosting/events.ts'
import type { ServedEpisode } from '../../../server/hosting/served-episode.ts'
import type { Consumer } from '../../../server/stream/consumer.ts'
import { EventStream } from '../../../server/stream/stream.ts'
import { hostOf, servedIn } from './started-host.ts'

export interface StartedStream {
  readonly broadcast: ServerEvents
  readonly stream: EventStream
  readonly failures: Failure[]
  readonly served: ServedEpisode
  /** Tells a step of this index, and returns what holds its reply back. */
  step(index: number): Promise<unknown> | undefined
}

/** A stream that hears of as many steps as a test likes, without an episode having to take them. */
export async function startedStream(): Promise<StartedStream> {
  const served = await servedIn(hostOf())
  const { step: first } = await served.step('1')
  const broadcast = new ServerEvents()
  const failures: Failure[] = []
  broadcast.listen({ failed: (failure) => void failures.push(failure) })
  const step = (index: number) =>
    broadcast.stepTaken({ kind: 'step-taken', episode: served, step: { ...first, index }, latencyMs: 1 })
  return { broadcast, stream: new EventStream(broadcast), failures, served, step }
}

export interface Collector extends Consumer {
  readonly batches: number[][]
}

/** Collects the indices of steps, batch by batch. */
export function collector(name: string, settings: Partial<Consumer> = {}): Collector {
  const batches: number[][] = []
  const take = (batch: readonly ServerEvent[]): void => void batches.push(indicesOf(batch))
  return { name, overflow: 'block', take, ...settings, batches }
}

export const indicesOf = (batch: readonly ServerEvent[]): number[] =>
  batch.flatMap((event) => (event.kind === 'step-taken' ? event.step.index : []))

export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
