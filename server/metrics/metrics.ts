import { Registry } from 'prom-client'
import type { Host } from '../hosting/host.ts'
import type { EventStream } from '../stream/stream.ts'
import { addGauges } from './gauges.ts'
import { Meters } from './meters.ts'

/** Room for what many sockets do between two turns of the event loop. */
const CAPACITY = 65_536

/**
 * A server's figures, in a registry of its own. They are counted behind the stream, a turn after they happen; should
 * more happen than its queue holds, `stepgym_stream_lost_total{consumer="metrics"}` says how much is not counted.
 */
export class Metrics {
  readonly #registry = new Registry()

  constructor(host: Pick<Host, 'counts'>, stream: EventStream) {
    const meters = new Meters(this.#registry)
    addGauges(this.#registry, { host, stream })
    stream.attach({
      name: 'metrics',
      overflow: 'drop-oldest',
      capacity: CAPACITY,
      maxBatch: 1024,
      wants: () => true,
      take: (batch) => meters.record(batch),
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In the text format of Prometheus. */
  page(): Promise<string> {
    return this.#registry.metrics()
  }
}
