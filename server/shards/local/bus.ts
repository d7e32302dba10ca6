import { GymError } from '../../../core/data/errors.ts'
import { LocalScorerQueue, type ScorerQueue } from '../../hosting/scorer-queue.ts'
import type { Bus } from '../bus.ts'
import type { Directory } from '../directory.ts'
import type { ShardFeed } from '../feed.ts'
import { LocalDirectory, LocalOwners } from './directory.ts'
import { LocalEntries, LocalFeed } from './feed.ts'

/** A bus within this process, which needs nothing else: of each node, its own `node()`. */
export class LocalBus implements Bus {
  readonly directory: Directory
  readonly #lost = new AbortController()
  readonly #shared: Shared

  constructor(shared: Shared = { owners: new LocalOwners(), scorers: new LocalScorerQueue(), feeds: new Map() }) {
    this.#shared = shared
    this.directory = new LocalDirectory(shared.owners)
  }

  /** The same bus as another node has it. */
  node(): LocalBus {
    return new LocalBus(this.#shared)
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  get scorers(): ScorerQueue {
    return this.#shared.scorers
  }

  scorersOf(): ScorerQueue {
    return this.#shared.scorers
  }

  feed(shard: string, environment: string): ShardFeed {
    const { feeds } = this.#shared
    const name = `${shard}/${environment}`
    const entries = feeds.get(name) ?? new LocalEntries()
    feeds.set(name, entries)
    return new LocalFeed(entries)
  }

  async close(): Promise<void> {
    await this.directory.close()
    this.#lost.abort(new GymError('BUS_UNAVAILABLE', 'the bus was closed'))
  }
}

interface Shared {
  readonly owners: LocalOwners
  readonly scorers: ScorerQueue
  readonly feeds: Map<string, LocalEntries>
}
