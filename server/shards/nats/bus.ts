import type { ScorerQueue } from '../../hosting/scorer-queue.ts'
import type { Bus } from '../bus.ts'
import type { Directory } from '../directory.ts'
import type { ShardFeed } from '../feed.ts'
import { connectNats, type NatsLink } from './connection.ts'
import { NatsDirectory } from './directory.ts'
import { NatsFeed } from './feed.ts'
import { NatsScorerQueue, workOver } from './scorers.ts'

/** Settings of a bus over NATS. */
export interface NatsBusSettings {
  /** Bytes of the feed of one environment in one shard; when it is full, replies wait. @default as many as the broker allows */
  readonly feedBytes?: number
  /** Called with the reason why something waits, as for a broker that is slow or full; each once in a while. */
  readonly onWait?: (reason: string) => void
}

/**
 * A bus over NATS with JetStream, for nodes on any machines.
 * @param address `nats://HOST:PORT`, or with `USER:PASSWORD@` before the host, or `/NAME` at the end for one cluster of several
 * @throws GymError BUS_UNAVAILABLE; CONFIG_INVALID
 */
export async function natsBus(address: string, settings: NatsBusSettings = {}): Promise<Bus> {
  const link = await connectNats(address, settings.onWait)
  return new NatsBus(link, await NatsDirectory.open(link), settings)
}

class NatsBus implements Bus {
  readonly directory: Directory
  readonly scorers: Bus['scorers']
  readonly #link: NatsLink
  readonly #settings: NatsBusSettings
  readonly #queues = new Map<string, ScorerQueue>()

  constructor(link: NatsLink, directory: Directory, settings: NatsBusSettings) {
    this.#link = link
    this.directory = directory
    this.scorers = { work: (hook) => workOver(link, hook) }
    this.#settings = settings
  }

  get lost(): AbortSignal {
    return this.#link.lost
  }

  scorersOf(shard: string): ScorerQueue {
    const scorers = this.#queues.get(shard) ?? new NatsScorerQueue(this.#link, shard)
    this.#queues.set(shard, scorers)
    return scorers
  }

  feed(shard: string, environment: string): ShardFeed {
    return new NatsFeed(this.#link, shard, environment, this.#settings.feedBytes ?? null)
  }

  async close(): Promise<void> {
    await this.directory.close()
    await this.#link.connection.close()
  }
}
