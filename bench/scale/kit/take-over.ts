import type { Costs } from './costs.ts'
import { Draws } from './draws.ts'
import { EventQueue } from './event-queue.ts'
import { jumpHash } from './jump-hash.ts'
import { Station } from './station.ts'
import { Waits } from './waits.ts'

/** Nodes with leases in one directory, of which some die at once. */
export interface TakeOverSettings {
  readonly costs: Costs
  /** Each has one shard. */
  readonly nodes: number
  /** Nodes that die together; fewer than there are. */
  readonly lost: number
  readonly sessionsPerNode: number
  /** Lines that the feed has of a shard. */
  readonly linesPerShard: number
  /** A lease lapses so long after its last renewal that the directory has. */
  readonly leaseMs: number
  readonly renewMs: number
  /** What nodes watch: owners alone, or every renewal too. */
  readonly watched: 'owners' | 'leases'
  /** Nodes that try to claim a shard whose lease lapsed. */
  readonly claimants: 'one' | 'all'
  /** Time between two attempts of a client, in ms. */
  readonly retryMs: number
  readonly networkMs: number
  /** Time before and after the loss, in ms. */
  readonly beforeMs: number
  readonly afterMs: number
  readonly seed: number
}

export interface TakeOverResult {
  /** Share of the time before the loss in which the directory was at work. */
  readonly directory: number
  /** Nodes that lived and lost their lease, as a renewal waited for longer than that. */
  readonly falselyLapsed: number
  /** Shards that were lost and are served again. */
  readonly takenOver: number
  /** Time of a session without a server, in ms; NaN where none was served again. */
  readonly gap: { readonly p50: number; readonly p99: number; readonly longest: number }
}

const RENEWAL = 0
const STORED = 1
const LAPSE = 2
const CLAIM = 3
const OWNED = 4
const RESTORED = 5
const RESUMPTION = 6

/** Simulates the directory and what follows a loss; equal settings give equal results. */
export const simulateTakeOver = (settings: TakeOverSettings): TakeOverResult => new TakeOver(settings).run()

class TakeOver {
  readonly #of: TakeOverSettings
  readonly #draws: Draws
  readonly #events = new EventQueue()
  readonly #directory = new Station()
  readonly #nodes: readonly Station[]
  /** When the directory had the last renewal of each node. */
  readonly #storedAt: Float64Array
  readonly #gaps = new Waits()
  readonly #falselyLapsed = new Set<number>()
  #takenOver = 0

  constructor(settings: TakeOverSettings) {
    const { nodes, lost, seed } = settings
    if (!(lost < nodes)) throw new RangeError(`of ${nodes} nodes, at most ${nodes - 1} can be lost`)
    this.#of = settings
    this.#draws = new Draws(seed)
    this.#nodes = Array.from({ length: nodes }, () => new Station())
    this.#storedAt = new Float64Array(nodes)
  }

  run(): TakeOverResult {
    const { nodes, renewMs, beforeMs, afterMs } = this.#of
    for (let node = 0; node < nodes; node++) this.#events.add(this.#draws.uniform(renewMs), RENEWAL, node)
    this.#until(beforeMs)
    const directory = this.#directory.workedMs(this.#events.time) / this.#events.time
    this.#until(beforeMs + afterMs)
    const { longest } = this.#gaps
    const gap = { p50: this.#gaps.quantile(0.5), p99: this.#gaps.quantile(0.99), longest }
    return { directory, falselyLapsed: this.#falselyLapsed.size, takenOver: this.#takenOver, gap }
  }

  #until(time: number): void {
    while (this.#events.time < time && this.#events.next()) this.#happen(this.#events.kind, this.#events.subject)
  }

  #happen(kind: number, subject: number): void {
    if (kind === RENEWAL) this.#renew(subject)
    else if (kind === STORED) this.#stored(subject)
    else if (kind === LAPSE) this.#lapse(subject)
    else if (kind === CLAIM) this.#claim(subject)
    else if (kind === OWNED) this.#owned(subject)
    else if (kind === RESTORED) this.#restored(subject)
    else this.#resumed(subject)
  }

  /** The first nodes are those that die. */
  #isDead(node: number): boolean {
    return node < this.#of.lost && this.#events.time >= this.#of.beforeMs
  }

  #renew(node: number): void {
    if (this.#isDead(node)) return
    const { costs, watched, renewMs, leaseMs } = this.#of
    const stored = this.#served(costs.lineMs + (watched === 'leases' ? this.#deliveryMs : 0))
    if (stored - this.#events.time > leaseMs) this.#falselyLapsed.add(node)
    this.#events.add(stored, STORED, node)
    this.#events.add(this.#events.time + renewMs, RENEWAL, node)
  }

  #stored(node: number): void {
    const { lost, leaseMs } = this.#of
    this.#storedAt[node] = this.#events.time
    if (node < lost) this.#events.add(this.#events.time + leaseMs, LAPSE, node)
  }

  /** The end of a lease is a message to every node. */
  #lapse(shard: number): void {
    const wasRenewed = this.#events.time - (this.#storedAt[shard] ?? 0) < this.#of.leaseMs
    if (wasRenewed || !this.#isDead(shard)) return
    this.#events.add(this.#served(this.#deliveryMs) + 2 * this.#of.networkMs, CLAIM, shard)
  }

  /** Those that may claim a shard try to: the first succeeds, and the directory refuses the others one by one. */
  #claim(shard: number): void {
    const { costs, claimants, nodes, lost, networkMs } = this.#of
    this.#events.add(this.#served(costs.claimMs) + networkMs, OWNED, shard)
    if (claimants === 'all') this.#served(costs.claimMs * (nodes - lost - 1))
  }

  /** The new owner restores its shards one after the other. */
  #owned(shard: number): void {
    const { costs, linesPerShard } = this.#of
    const restored = this.#ownerOf(shard).serve(this.#events.time, costs.restoreMs * linesPerShard)
    this.#events.add(restored, RESTORED, shard)
  }

  /** Every node learns the owner; clients ask any of them, each at its own moments. */
  #restored(shard: number): void {
    const { costs, sessionsPerNode, retryMs, networkMs } = this.#of
    this.#takenOver++
    const known = this.#served(costs.lineMs + this.#deliveryMs) + networkMs
    for (let session = 0; session < sessionsPerNode; session++)
      this.#events.add(known + this.#draws.uniform(retryMs) + 2 * networkMs, RESUMPTION, shard)
  }

  #resumed(shard: number): void {
    const resumed = this.#ownerOf(shard).serve(this.#events.time, this.#of.costs.stepMs)
    this.#gaps.add(resumed + this.#of.networkMs - this.#of.beforeMs)
  }

  /** A node that lives, by the hash of the shard. */
  #ownerOf(shard: number): Station {
    const { nodes, lost, seed } = this.#of
    const owner = this.#nodes[lost + jumpHash([shard, seed], nodes - lost)]
    if (!owner) throw new RangeError(`there is no node for shard ${shard}`)
    return owner
  }

  #served(serviceMs: number): number {
    return this.#directory.serve(this.#events.time, serviceMs)
  }

  /** A message to every node. */
  get #deliveryMs(): number {
    return this.#of.costs.deliveryMs * this.#of.nodes
  }
}
