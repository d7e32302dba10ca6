import { join } from 'node:path'
import type { World } from '../../core/episode/world.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import type { ServedEnvironment } from '../hosting/host.ts'
import type { RunStore } from '../hosting/run-store.ts'
import { type GymService, gymService, type ServerSettings } from '../service.ts'
import type { Bus } from './bus.ts'
import { lostClaim } from './claims.ts'
import type { Claim } from './directory.ts'
import type { Acknowledge, ShardFeed } from './feed.ts'
import { Relay } from './relay.ts'
import { isThere, restoreFolder } from './restore.ts'

/** What a node serves of each shard that it has. */
export interface ShardSettings {
  readonly bus: Bus
  readonly node: string
  readonly acknowledge: Acknowledge
  /** Folder with a folder for each shard, which has a record for each environment. */
  readonly folder: string
  /** Opens the record of an environment in a folder. */
  readonly storeIn: (folder: string, world: World) => RunStore
  /** Its records and scorers are those of the shard; it has no pages. */
  readonly server: ServerSettings
  /** Something failed that no client waits for. */
  readonly failed: (doing: string, error: unknown) => void
}

/** One shard, served by this node as long as it has the claim. */
export class Shard {
  readonly service: GymService
  readonly claim: Claim
  readonly #settings: ShardSettings
  readonly #feeds = new Map<string, Promise<ShardFeed>>()
  readonly #relays: Relay[] = []
  readonly #unlisten: () => void
  #isClosed = false

  private constructor(claim: Claim, settings: ShardSettings) {
    this.claim = claim
    this.#settings = settings
    const { bus, server } = settings
    const runStoreOf = (world: World, name: string): RunStore => this.#store(world, name)
    const scorers = bus.scorersOf(claim.shard)
    const { pagesOf: _, ...own } = server
    this.service = gymService({ ...own, runStoreOf, scorers }, server.host ?? '127.0.0.1')
    this.#unlisten = this.service.host.listen({ failed: ({ doing, error }) => settings.failed(doing, error) })
    claim.lost.addEventListener('abort', () => void this.#lost(), { once: true })
  }

  /**
   * Restores the records of a shard and serves them.
   * @throws GymError SHARD_LOST, RECORD_CORRUPT, and as opening an environment does
   */
  static async open(claim: Claim, settings: ShardSettings): Promise<Shard> {
    const shard = new Shard(claim, settings)
    try {
      for (const { name } of settings.server.environments) await shard.#restore(name)
      return shard
    } catch (thrown) {
      await shard.abandon('it could not be opened')
      throw thrown
    }
  }

  /** Stops as if killed: what was acknowledged is continued where the shard is next. */
  async abandon(reason: string): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#unlisten()
    for (const relay of this.#relays) relay.stop()
    await this.service.handOver(reason)
  }

  /** Hands the shard over whole: every line that was written is in the feed before another node can have it. */
  async release(reason: string): Promise<void> {
    if (this.#isClosed) return
    this.service.host.closeRecords()
    const sent = Promise.all(this.#relays.map((relay) => relay.flush()))
    await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, this.service.host.limits.stopMs).unref())])
    await this.abandon(reason)
    await this.claim.release()
  }

  /** Where the feed has lines, an environment is opened at once: its groups are to close, its steps to be judged. */
  async #restore(name: string): Promise<void> {
    const feed = this.#settings.bus.feed(this.claim.shard, name)
    if ((await feed.writer()) === null) return
    await feed.fence(this.#writer)
    this.#feeds.set(name, Promise.resolve(feed))
    const folder = this.#folderOf(name)
    // Lines that no feed has are those of a node that acknowledges by its own disk: this one.
    const isOwn = this.#settings.acknowledge === 'local' && isThere(folder)
    if (!isOwn) await restoreFolder(feed, folder)
    await this.service.host.environmentHost(name)
  }

  get #writer() {
    const { node, acknowledge } = this.#settings
    return { epoch: this.claim.epoch, node, acknowledge }
  }

  #folderOf(name: string): string {
    return join(this.#settings.folder, this.claim.shard, name)
  }

  #store(world: World, name: string): RunStore {
    const folder = this.#folderOf(name)
    const store = this.#settings.storeIn(folder, world)
    const relay = new Relay(folder, this.#feedOf(name), (error) => void this.#cutOff(error))
    this.#relays.push(relay)
    relay.wake()
    const waits = this.#settings.acknowledge === 'feed'
    return {
      ...store,
      log: store.log && waking(store.log, () => relay.wake()),
      ...(waits && { acknowledged: () => relay.flush() }),
    }
  }

  #feedOf(name: string): Promise<ShardFeed> {
    const known = this.#feeds.get(name) ?? this.#fenced(name)
    this.#feeds.set(name, known)
    return known
  }

  async #fenced(name: string): Promise<ShardFeed> {
    const feed = this.#settings.bus.feed(this.claim.shard, name)
    await feed.fence(this.#writer)
    return feed
  }

  async #lost(): Promise<void> {
    const { shard } = this.claim
    if (!this.#isClosed) this.#settings.failed(`serving shard ${shard}`, lostClaim(shard))
    await this.abandon('another node has this shard')
  }

  async #cutOff(error: unknown): Promise<void> {
    this.#settings.failed(`sending shard ${this.claim.shard} to its feed`, error)
    await this.abandon('another node has this shard')
    await this.claim.release()
  }
}

/** A log that says when it was written. */
const waking = (log: RunLog, wake: () => void): RunLog => {
  const after =
    <Entry>(write: (entry: Entry) => void) =>
    (entry: Entry): void => {
      write(entry)
      wake()
    }
  return {
    episodeStarted: after((start) => log.episodeStarted(start)),
    stepTaken: after((step) => log.stepTaken(step)),
    episodeEnded: after((trajectory) => log.episodeEnded(trajectory)),
    rewardsArrived: after((rewards) => log.rewardsArrived(rewards)),
    groupClosed: after((group) => log.groupClosed(group)),
  }
}

/**
 * Whether a node may serve a shard: not where another node acknowledged steps by its own disk, which only that has.
 */
export async function mayServe(
  bus: Bus,
  shard: string,
  node: string,
  environments: readonly ServedEnvironment[],
): Promise<boolean> {
  for (const { name } of environments) {
    const writer = await bus.feed(shard, name).writer()
    if (writer !== null && writer.acknowledge === 'local' && writer.node !== node) return false
  }
  return true
}
