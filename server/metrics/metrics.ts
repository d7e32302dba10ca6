import { Counter, Gauge, Registry } from 'prom-client'
import type { Host } from '../hosting/host.ts'
import type { EventStream } from '../stream/stream.ts'
import { Meters } from './meters.ts'

/**
 * A server's figures, in a registry of its own. They are counted behind the stream, a turn after they happen; should
 * more happen than its queue holds, `stepgym_stream_lost_total{consumer="metrics"}` says how much is not counted.
 */
export class Metrics {
  readonly #registry = new Registry()

  constructor(host: Pick<Host, 'counts'>, stream: EventStream) {
    addGauges(this.#registry, { host, stream })
    stream.attach(new Meters(this.#registry))
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In the text format of Prometheus. */
  page(): Promise<string> {
    return this.#registry.metrics()
  }
}

interface GaugeSources {
  readonly host: Pick<Host, 'counts'>
  readonly stream: Pick<EventStream, 'consumers' | 'observers'>
}

/** What is open and what waits, read whenever somebody asks. */
function addGauges(registry: Registry, { host, stream }: GaugeSources): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const collect = (): void => made.set(read())
    const made = new Gauge({ name, help, registers: [registry], collect })
  }
  gauge('stepgym_sessions', 'Sessions that are served.', () => host.counts.sessions)
  gauge('stepgym_sessions_waiting', 'Sessions that wait for a free place.', () => host.counts.waiting)
  gauge('stepgym_episodes', 'Running episodes.', () => host.counts.episodes)
  gauge('stepgym_groups', 'Groups that have not closed.', () => host.counts.groups)
  gauge('stepgym_unscored_steps', 'Steps that wait for process hooks.', () => host.counts.unscored)
  gauge('stepgym_observers', 'Connected observers.', () => stream.observers.open)
  gauge('stepgym_observer_queue', 'Events that wait for observers.', () => stream.observers.waiting)
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss())
  addConsumerGauges(registry, stream)
}

function addConsumerGauges(registry: Registry, stream: GaugeSources['stream']): void {
  const waiting = new Gauge({
    name: 'stepgym_stream_queue',
    help: 'Events that wait for a consumer.',
    labelNames: ['consumer'],
    registers: [registry],
    collect: () => {
      waiting.reset()
      for (const { name: consumer, waiting: count } of stream.consumers) waiting.set({ consumer }, count)
    },
  })
  const lost = new Counter({
    name: 'stepgym_stream_lost_total',
    help: 'Events that a consumer lost: dropped because its queue was full, or in a batch on which it failed.',
    labelNames: ['consumer', 'why'],
    registers: [registry],
    collect: () => {
      lost.reset()
      lost.inc({ consumer: 'observers', why: 'dropped' }, stream.observers.missed)
      for (const { name: consumer, dropped, failed } of stream.consumers) {
        lost.inc({ consumer, why: 'dropped' }, dropped)
        lost.inc({ consumer, why: 'failed' }, failed)
      }
    },
  })
}
