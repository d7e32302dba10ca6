import { type Deadline, Lapsed } from '../data/deadline.ts'
import { GymError } from '../data/errors.ts'
import { adopted, attempt, isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { asked, attributed } from '../data/user-code.ts'
import type { TapeMode } from './effects.ts'
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

/** What one episode drives outside; undefined for environments that drive nothing. @throws GymError ENV_FAILED, ENV_TIMEOUT */
export function openLive<State extends object>(
  { environment, resources }: World<State>,
  mode: TapeMode,
  deadline: Deadline,
): MaybePromise<unknown> {
  if (!environment.open) return undefined
  if (mode.kind === 'read') return ON_TAPE
  const live = asked('open', () => environment.open?.({ resources }))
  if (!isPromise(live)) return live
  return deadline.race(live).catch((thrown: unknown) => {
    const tooLate = (late: unknown): unknown => environment.close?.(late)
    if (thrown instanceof Lapsed) adopted(live).then(tooLate).catch(NOBODY_WAITS)
    throw attributed(thrown, 'open')
  })
}

/** @throws GymError ENV_FAILED, ENV_TIMEOUT */
export function closeLive<State extends object>(
  { environment }: World<State>,
  live: unknown,
  deadline: Deadline,
): MaybePromise<void> {
  if (live === undefined || live === ON_TAPE) return undefined
  const closed = asked('close', () => environment.close?.(live))
  if (!isPromise(closed)) return undefined
  return deadline.race(closed).catch((thrown: unknown) => {
    throw attributed(thrown, 'close')
  })
}

/** Closes what came of something that failed, whose failure is what counts. */
export function closeQuietly(close: () => MaybePromise<void>): MaybePromise<void> {
  return attempt(close, NOBODY_WAITS, NOBODY_WAITS)
}

const NOBODY_WAITS = (): void => {}
