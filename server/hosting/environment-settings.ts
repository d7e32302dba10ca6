import type { World } from '../../core/episode/world.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import type { Limits } from '../limits.ts'
import type { Owner } from '../roles.ts'
import type { CreditTools } from './credit.ts'
import type { ServerEvents } from './events.ts'
import type { RunStore } from './run-store.ts'
import type { ScorerQueue } from './scorer-queue.ts'
import type { WorkerPlace } from './worker-place.ts'

/** What the host of one environment is given. */
export interface EnvironmentHostSettings {
  /** The name in addresses. */
  readonly name: string
  readonly world: World
  readonly hooks: HookSet
  readonly scorers: ScorerQueue
  readonly store: RunStore
  readonly credit: CreditTools
  readonly limits: Limits
  readonly events: ServerEvents
  /** Splits whose tasks agents may play and list. @default the first */
  readonly agentSplits?: readonly string[]
  /** Derives the seeds of agents' episodes from those that they give. @default none: they are as given */
  readonly seedKey?: string
  /** Its place among servers that share an address. @default it is the only one */
  readonly place?: WorkerPlace
  /** @throws GymError CAPACITY_REACHED, SERVER_STOPPING if this number of episodes cannot be admitted. */
  readonly expectRoom: (owner: Owner | null, more: number) => void
  /** Counts one more episode. @param freed episodes that will end once it has started. @throws GymError CAPACITY_REACHED, SERVER_STOPPING */
  readonly admit: (owner: Owner | null, freed: number) => void
  /** Counts one less. */
  readonly dismiss: (owner: Owner | null) => void
}
