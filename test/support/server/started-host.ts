import { hookSet, type RewardHook } from '../../../core/reward/hook.ts'
import { Host, type HostSettings } from '../../../server/hosting/host.ts'
import type { EpisodeRequest } from '../../../server/hosting/request.ts'
import type { ServedEpisode } from '../../../server/hosting/served-episode.ts'
import { dice } from '../core-worlds.ts'

/** A host that serves dice, and writes nothing down. */
export const hostOf = (hooks: readonly RewardHook[] = [], settings: Partial<HostSettings> = {}): Host =>
  new Host({ environments: [{ name: 'dice', load: async () => dice }], hooks: hookSet(hooks), ...settings })

export async function servedIn(host: Host, request: Partial<EpisodeRequest> = {}): Promise<ServedEpisode> {
  const environmentHost = await host.environmentHost('dice')
  return environmentHost.reset({ role: 'trainer', clientName: 'client', seed: 7, ...request })
}
