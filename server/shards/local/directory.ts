import { lostClaim } from '../claims.ts'
import type { Claim, Directory, OwnerListener, ShardOwner } from '../directory.ts'

/** What all directories of this process share. */
export class LocalOwners {
  readonly nodes = new Set<string>()
  readonly listeners = new Set<OwnerListener>()
  readonly #claims = new Map<string, { readonly claim: LocalClaim; readonly owner: ShardOwner }>()
  #epoch = 0

  claim(shard: string, node: string): LocalClaim | null {
    if (this.#claims.has(shard)) return null
    const claim = new LocalClaim(shard, ++this.#epoch, this)
    this.set(claim, { node, url: null, epoch: claim.epoch })
    return claim
  }

  set(claim: LocalClaim, owner: ShardOwner): void {
    this.#claims.set(claim.shard, { claim, owner })
    for (const listener of this.listeners) listener(claim.shard, owner)
  }

  /** @throws GymError SHARD_LOST */
  announce(claim: LocalClaim, url: string): void {
    const held = this.#claims.get(claim.shard)
    if (held?.claim !== claim) throw lostClaim(claim.shard)
    this.set(claim, { ...held.owner, url })
  }

  remove(claim: LocalClaim): void {
    if (this.#claims.get(claim.shard)?.claim !== claim) return
    this.#claims.delete(claim.shard)
    for (const listener of this.listeners) listener(claim.shard, null)
  }

  get owners(): ReadonlyMap<string, ShardOwner> {
    return new Map([...this.#claims].map(([shard, { owner }]) => [shard, owner]))
  }
}

class LocalClaim implements Claim {
  readonly shard: string
  readonly epoch: number
  readonly #owners: LocalOwners
  readonly #lost = new AbortController()

  constructor(shard: string, epoch: number, owners: LocalOwners) {
    this.shard = shard
    this.epoch = epoch
    this.#owners = owners
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async announce(url: string): Promise<void> {
    this.#owners.announce(this, url)
  }

  async release(): Promise<void> {
    this.#owners.remove(this)
    this.#lost.abort()
  }
}

/** The directory of nodes within one process. */
export class LocalDirectory implements Directory {
  readonly #owners: LocalOwners
  readonly #claims: Claim[] = []
  readonly #joined: string[] = []
  readonly #listeners: OwnerListener[] = []

  /** @param owners shared with the directories of other nodes */
  constructor(owners: LocalOwners = new LocalOwners()) {
    this.#owners = owners
  }

  async join(node: string): Promise<() => Promise<void>> {
    this.#joined.push(node)
    this.#owners.nodes.add(node)
    return async () => void this.#owners.nodes.delete(node)
  }

  async nodes(): Promise<readonly string[]> {
    return [...this.#owners.nodes].sort()
  }

  async claim(shard: string, node: string): Promise<Claim | null> {
    const claim = this.#owners.claim(shard, node)
    if (claim) this.#claims.push(claim)
    return claim
  }

  async owner(shard: string): Promise<ShardOwner | null> {
    return this.#owners.owners.get(shard) ?? null
  }

  async owners(): Promise<ReadonlyMap<string, ShardOwner>> {
    return this.#owners.owners
  }

  async watch(listener: OwnerListener): Promise<() => void> {
    for (const [shard, owner] of this.#owners.owners) listener(shard, owner)
    this.#owners.listeners.add(listener)
    this.#listeners.push(listener)
    return () => void this.#owners.listeners.delete(listener)
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) this.#owners.listeners.delete(listener)
    for (const node of this.#joined) this.#owners.nodes.delete(node)
    for (const claim of this.#claims) await claim.release()
  }
}
