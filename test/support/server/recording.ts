import { cpSync } from 'node:fs'
import type { Environment } from '../../../core/episode/environment.ts'
import type { World } from '../../../core/episode/world.ts'
import { hookSet, type RewardHook } from '../../../core/reward/hook.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { recordedStore } from '../../../server/hosting/run-store.ts'
import type { Limits } from '../../../server/limits.ts'
import { newFolder } from '../folder.ts'
import { served } from './client.ts'

/** A server that records, and what `kill -9` would leave of it at any moment. */
export async function recording(
  environment: Environment,
  folder = newFolder(),
  hooks: readonly RewardHook[] = [],
  limits: Partial<Limits> = {},
  estimators: readonly Estimator[] = [],
) {
  const book = (world: World) => recordedStore(folder, { world, agent: 'clients', hooks: hookSet(hooks) })
  const server = await served([environment], {
    ...{ runStoreOf: book, hooks, estimators },
    limits: { resumeMs: 1000, ...limits },
  })
  const [name] = environment.id.split('@')
  const wreck = (): string => {
    const copy = newFolder()
    cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') })
    return copy
  }
  return { server, folder, wreck, url: `${server.url}/${name}/ws` }
}
