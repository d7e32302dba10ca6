import type { TapeMode } from './effects.ts'
import { GymError } from './errors.ts'
import type { MaybePromise } from './later.ts'
import type { World } from './world.ts'

/** Reading from tape, nothing outside is open: touching it is the environment's mistake, and says so. */
const ON_TAPE: object = new Proxy(
  {},
  {
    get(_, property) {
      if (property === 'then') return undefined
      throw new GymError('ENV_INVALID', `live.${String(property)} was used outside an effect, so it cannot be replayed`)
    },
  },
)

/** What one episode drives outside; undefined for environments that drive nothing. */
export function openLive<State extends object>(
  { environment, resources }: World<State>,
  mode: TapeMode,
): MaybePromise<unknown> {
  if (!environment.open) return undefined
  return mode.kind === 'read' ? ON_TAPE : environment.open({ resources })
}

export function closeLive<State extends object>({ environment }: World<State>, live: unknown): MaybePromise<void> {
  return live === undefined || live === ON_TAPE ? undefined : environment.close?.(live)
}
