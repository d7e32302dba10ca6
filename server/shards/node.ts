import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { limitsOf } from '../limits.ts'
import { gateOf } from '../transport/gate.ts'
import { bound, urlOf } from '../transport/http.ts'
import { closedServer, httpServer } from '../transport/server.ts'
import { givesUp, isLeastLoaded, loadsOf } from './balance.ts'
import { ShardFront } from './front.ts'
import { mayServe, Shard, type ShardSettings } from './shard.ts'
import { shardNames, shardOf } from './shard-of.ts'

/** Settings of a node. */
export interface NodeSettings extends ShardSettings {
  /** Shards of the cluster: the same number at every node. */
  readonly shards: number
  /** @default 0: any port that is free */
  readonly port?: number
  /** Address that clients reach this node at. @default the one that it listens on */
  readonly advertised?: string
}

/** A node that serves its share of the shards. */
export interface GymNode {
  /** `http://HOST:PORT` */
  readonly url: string
  /** Shards that it serves now. */
  readonly shards: readonly string[]
  /** Hands its shards over and leaves. */
  close(): Promise<void>
}

/** Milliseconds from one look for free shards to the next. */
const LOOK_MS = 300

/** Looks after which a shard that is free is taken, though nodes with fewer shards are there: they may be unable to. */
const PATIENCE = 5

/** Milliseconds between two shards that a node gives up; twice as long after one that came back. */
const MOVE_MS = 2000

/** Milliseconds for nodes that start together to see each other. */
const SETTLE_MS = 1000

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/

/**
 * Serves shards of a cluster: claims its share, takes over those of nodes that are gone, gives up what is more than the
 * share of others, and says of all shards where they are.
 * @throws GymError CONFIG_INVALID, ADDRESS_TAKEN, BUS_UNAVAILABLE
 */
export async function serveShards(settings: NodeSettings): Promise<GymNode> {
  const { bus, node, shards, server, port = 0 } = settings
  if (!NODE_NAME.test(node))
    throw new GymError('CONFIG_INVALID', `a node is named by letters, digits, - and _, not ${shown(node)}`)
  const address = server.host ?? '127.0.0.1'
  const served = new Map<string, Shard>()
  const gate = gateOf(server, address)
  const front = new ShardFront({ served, directory: bus.directory, shards: shardNames(shards), gate })
  const http = httpServer(front, limitsOf(server.limits))
  await bound(http, address, port)
  const url = settings.advertised ?? urlOf(http, address)
  const leave = await bus.directory.join(node)
  const claims = new Claims(settings, served, url)
  claims.start()
  return {
    url,
    get shards() {
      return [...served.keys()].sort()
    },
    async close() {
      const closed = closedServer(http)
      await Promise.all([claims.stop(), leave()])
      http.closeAllConnections()
      await closed
    },
  }
}

/** Looks for shards that no node has, and takes them; gives up those that a node with fewer should have. */
class Claims {
  readonly #settings: NodeSettings
  readonly #served: Map<string, Shard>
  readonly #url: string
  /** Shards that no node has, and looks since that is so. */
  readonly #free = new Map<string, number>()
  readonly #givenUp = new Set<string>()
  #moveMs = MOVE_MS
  #nextMove = 0
  #isStopped = false
  #looking: Promise<void> = Promise.resolve()

  constructor(settings: NodeSettings, served: Map<string, Shard>, url: string) {
    this.#settings = settings
    this.#served = served
    this.#url = url
  }

  start(): void {
    this.#looking = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#looking
    await Promise.all([...this.#served.values()].map((shard) => shard.release('the node stops')))
  }

  async #run(): Promise<void> {
    for (let pause = SETTLE_MS; !this.#isStopped; pause = LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      if (this.#isStopped) return
      await this.#look().catch((error: unknown) => this.#settings.failed('looking for shards', error))
    }
  }

  async #look(): Promise<void> {
    const { bus, node, shards } = this.#settings
    const [nodes, owners] = [await bus.directory.nodes(), await bus.directory.owners()]
    const loads = loadsOf(nodes, owners)
    const share = Math.ceil(shards / Math.max(1, nodes.length))
    for (const shard of startingAt(node, shardNames(shards))) {
      const looks = this.#looksAt(shard, !owners.has(shard) && !this.#served.has(shard))
      if (this.#isStopped) return
      const isOwnTurn = isLeastLoaded(node, loads) || looks > PATIENCE
      if (looks > 0 && isOwnTurn && this.#served.size < share) await this.#take(shard)
    }
    if (owners.size === shards && givesUp(node, loads)) await this.#giveUp()
  }

  /** How often a shard was free when it was looked at. */
  #looksAt(shard: string, isFree: boolean): number {
    const looks = isFree ? (this.#free.get(shard) ?? 0) + 1 : 0
    this.#free.set(shard, looks)
    return looks
  }

  /**
   * Hands a shard over for a node with fewer: the one with the fewest clients. Where steps are acknowledged by the disk
   * of this node, no other can have it.
   */
  async #giveUp(): Promise<void> {
    const { acknowledge } = this.#settings
    if (acknowledge === 'local' || performance.now() < this.#nextMove) return
    const [first] = [...this.#served].sort(([, a], [, b]) => a.service.connections - b.service.connections)
    if (!first) return
    const [name, shard] = first
    this.#nextMove = performance.now() + this.#moveMs
    this.#givenUp.add(name)
    await shard.release('a node that has fewer shards continues')
  }

  async #take(name: string): Promise<void> {
    const { bus, node, server, failed } = this.#settings
    if (!(await mayServe(bus, name, node, server.environments))) return
    const claim = await bus.directory.claim(name, node)
    if (!claim) return
    claim.lost.addEventListener('abort', () => this.#served.delete(name), { once: true })
    try {
      const shard = await Shard.open(claim, this.#settings)
      if (claim.lost.aborted) return
      this.#served.set(name, shard)
      if (this.#givenUp.delete(name)) this.#moveMs *= 2
      await claim.announce(`${this.#url}/shards/${name}`)
    } catch (error) {
      failed(`opening shard ${name}`, error)
      await claim.release()
    }
  }
}

/** Shards in an order that starts elsewhere for each node, so that nodes do not all ask for the same one. */
function startingAt(node: string, shards: readonly string[]): readonly string[] {
  const first = shards.indexOf(shardOf(node, shards))
  return [...shards.slice(first), ...shards.slice(0, first)]
}
