import type { ShardOwner } from './directory.ts'

/** Shards of each node that has joined, by its name. */
export type Loads = ReadonlyMap<string, number>

export function loadsOf(nodes: readonly string[], owners: ReadonlyMap<string, ShardOwner>): Loads {
  const loads = new Map(nodes.map((node) => [node, 0]))
  for (const { node } of owners.values()) {
    const load = loads.get(node)
    if (load !== undefined) loads.set(node, load + 1)
  }
  return loads
}

/** Whether no other node should take a free shard rather than this one. */
export const isLeastLoaded = (node: string, loads: Loads): boolean =>
  (loads.get(node) ?? 0) <= Math.min(...loads.values())

/**
 * Whether a node gives up one of its shards, for another that has two fewer: each move makes loads more even, and when
 * no node does, they differ by one at most. Of several nodes with as many shards, the first by name does.
 */
export function givesUp(node: string, loads: Loads): boolean {
  const most = Math.max(...loads.values())
  const [first] = [...loads].flatMap(([each, load]) => (load === most ? [each] : [])).sort()
  return first === node && most >= Math.min(...loads.values()) + 2
}
