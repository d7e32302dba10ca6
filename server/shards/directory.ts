/** Who serves a shard. */
export interface ShardOwner {
  readonly node: string
  /** `http://HOST:PORT/...` below which its environments are; null until they are served. */
  readonly url: string | null
  /** Fencing token: later owners have greater ones. */
  readonly epoch: number
}

/** The right to serve a shard, which one node has at a time. */
export interface Claim {
  readonly shard: string
  /** Fencing token, greater than that of every earlier claim of the shard. */
  readonly epoch: number
  /** Aborted as soon as the claim is lost, or may be: another node serves the shard, or will. */
  readonly lost: AbortSignal
  /** Announces where the shard is served. @throws GymError SHARD_LOST */
  announce(url: string): Promise<void>
  /** Gives the shard free at once. */
  release(): Promise<void>
}

/** Called with the owner of a shard that changed; null where it has none any more. */
export type OwnerListener = (shard: string, owner: ShardOwner | null) => void

/** Which node serves which shard. A node that is silent for the time of a lease loses its shards. */
export interface Directory {
  /** Makes the node one of those that share the shards. @returns What makes it leave. */
  join(node: string): Promise<() => Promise<void>>
  /** Nodes that have joined and are not silent. */
  nodes(): Promise<readonly string[]>
  /** @returns null where the shard has an owner, or too little is known of that, as after a broken connection. */
  claim(shard: string, node: string): Promise<Claim | null>
  /** Owner of a shard; null for none. */
  owner(shard: string): Promise<ShardOwner | null>
  /** Owners of all shards that have one. */
  owners(): Promise<ReadonlyMap<string, ShardOwner>>
  /** Calls with each owner that there is, and then with each change. @returns Its remover. */
  watch(listener: OwnerListener): Promise<() => void>
  /** Gives up every claim and leaves. */
  close(): Promise<void>
}
