import { hookSet, type RewardHook } from '../../../core/reward/hook.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import type { LocalBus } from '../../../server/shards/local/bus.ts'
import { type GymNode, type NodeSettings, serveShards } from '../../../server/shards/node.ts'
import { closeAfterTest } from '../cleanup.ts'
import { dice } from '../core-worlds.ts'
import { newFolder } from '../folder.ts'

/** What nodes of a test file said that failed. */
export const failures: string[] = []
/** A node of dice on a bus. */
export async function diceNode(
  bus: LocalBus,
  name: string,
  more: Partial<NodeSettings> = {},
  hooks: readonly RewardHook[] = [],
) {
  const set = hookSet(hooks)
  const folder = newFolder()
  const started = await serveShards({
    ...{ bus, node: name, shards: 2, acknowledge: 'feed', folder },
    storeIn: (at, world) => recordedStore(at, { world, agent: 'clients', hooks: set }),
    server: { environments: [{ name: 'dice', load: async () => dice }], hooks: set, limits: { stopMs: 2000 } },
    failed: (doing, error) => failures.push(`${doing}: ${error}`),
    ...more,
  })
  let isClosed = false
  const close = async (): Promise<void> => {
    if (!isClosed) await started.close()
    isClosed = true
  }
  closeAfterTest(close)
  return { ...started, node: started, folder, close }
}

export interface Found {
  readonly shard: string
  readonly url: string
}
export interface Listed {
  readonly shards: readonly Found[]
}

export const json = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>
export const shardsOf = (nodes: readonly { readonly node: GymNode }[]): readonly string[] =>
  nodes.flatMap((each) => each.node.shards).sort()
