import { hookSet } from '../../../core/reward/hook.ts'
import guessNumber from '../../../envs/guess-number.ts'
import { type GymServer, listen, type ServerSettings } from '../../../server/listen.ts'
import { homeOf } from '../../../server/workers/home.ts'
import { listenRouter, type Router } from '../../../server/workers/router.ts'
import { closeAfterTest } from '../../support/cleanup.ts'

/** Servers behind one address, within this process. */
export interface Together extends Router {
  readonly servers: readonly GymServer[]
  /** From now on a worker has no address, as while it is replaced. */
  lose(worker: number): void
}

export async function together(count: number, more: Partial<ServerSettings> = {}): Promise<Together> {
  const urls: (string | null)[] = []
  const environments = [{ name: 'guess-number', load: async () => guessNumber }]
  const shared = { environments, hooks: hookSet([]), limits: { stopMs: 100 } }
  const placeOf = (index: number) => ({
    index,
    homeOf: (name: string) => homeOf(name, count),
    urlOf: (worker: number) => urls[worker] ?? null,
  })
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => listen({ ...shared, place: placeOf(index), ...more })),
  )
  urls.push(...servers.map(({ url }) => url))
  const workers = servers.map(({ take }, index) => ({
    get url() {
      return urls[index] ?? null
    },
    take,
  }))
  const router = await listenRouter({ workers, ...(more.tokens && { tokens: more.tokens }) })
  closeAfterTest(async () => {
    await Promise.all(servers.map((server) => server.close()))
    await router.close()
  })
  const lose = (worker: number): void => {
    urls[worker] = null
  }
  return { ...router, servers, lose }
}

/** Episodes that each server has. */
export const episodesOf = ({ servers }: Together): readonly number[] => servers.map(({ host }) => host.counts.episodes)
