import type { Environment } from '../../core/environment.ts'
import { GymError } from '../../core/errors.ts'
import type { HookSet } from '../../core/reward.ts'
import type { JsonObject } from '../../core/types.ts'
import { openWorld, type World } from '../../core/world.ts'
import { type Limits, limitsOf } from '../limits.ts'
import { noBook, type RunBook } from './book.ts'
import type { CreditTools } from './credit.ts'
import { type ArenaListener, Broadcast } from './events.ts'
import { Places } from './places.ts'
import { Realm } from './realm.ts'

/** An environment that can be served. */
export interface ServedEnvironment {
  /** In addresses: lower case letters, digits and dashes. */
  readonly name: string
  /** Called once, when the first client asks for it. */
  load(): Promise<Environment>
  /** @default the environment's own */
  readonly options?: JsonObject
}

export interface ArenaSettings extends CreditTools {
  readonly environments: readonly ServedEnvironment[]
  readonly hooks: HookSet
  /** Opens the record of an environment. @default nothing is written down */
  readonly bookOf?: (world: World, name: string) => RunBook
  readonly limits?: Partial<Limits>
}

/** What is open; all zero where nothing goes on. */
export interface ArenaCounts {
  readonly sessions: number
  readonly waiting: number
  readonly episodes: number
  readonly groups: number
  /** Steps that wait for process hooks. */
  readonly unscored: number
}

/** What every dialect stands on: environments that open when they are first asked for, and all that goes on in them. */
export class Arena {
  readonly limits: Limits
  readonly places: Places
  readonly broadcast = new Broadcast()
  readonly #settings: ArenaSettings
  readonly #realms = new Map<string, Promise<Realm>>()
  readonly #open: Realm[] = []
  #episodes = 0
  #isStopping = false

  /** @throws GymError CONFIG_INVALID */
  constructor(settings: ArenaSettings) {
    this.limits = limitsOf(settings.limits)
    this.places = new Places(this.limits)
    this.#settings = settings
    expectNames(this.names)
  }

  get names(): readonly string[] {
    return this.#settings.environments.map(({ name }) => name)
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  get counts(): ArenaCounts {
    const sum = (count: (realm: Realm) => number): number =>
      this.#open.reduce((total, realm) => total + count(realm), 0)
    return {
      sessions: this.places.taken,
      waiting: this.places.waiting,
      episodes: this.#episodes,
      groups: sum((realm) => realm.openGroups),
      unscored: sum((realm) => realm.scoring.waiting),
    }
  }

  /** Environments that have been opened. */
  get realms(): readonly Realm[] {
    return this.#open
  }

  /** @returns Its remover. */
  listen(listener: ArenaListener): () => void {
    return this.broadcast.listen(listener)
  }

  /**
   * An environment by name, or by `name@version`.
   * @throws GymError ENV_UNKNOWN; SERVER_STOPPING; what opening it throws, and the next call tries again.
   */
  async realm(reference: string): Promise<Realm> {
    if (this.#isStopping) throw stopping()
    const [name = '', version] = reference.split('@')
    const served = this.#settings.environments.find((each) => each.name === name)
    const realm = served && (await this.#opened(served))
    if (realm && (version === undefined || realm.environment.endsWith(`@${version}`))) return realm
    const has = this.names.join(', ')
    throw new GymError(
      'ENV_UNKNOWN',
      `no environment ${JSON.stringify(reference.slice(0, 100))} is served here: ${has}`,
    )
  }

  /** Aborts what goes on, waits for late rewards and groups as long as `stopMs`, and closes the records. */
  async stop(reason: string): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    for (const realm of this.#open) realm.stop(reason)
    await this.#quiet()
    for (const realm of this.#open) realm.close()
  }

  #opened(served: ServedEnvironment): Promise<Realm> {
    const known = this.#realms.get(served.name)
    if (known) return known
    const opening = this.#openRealm(served)
    this.#realms.set(served.name, opening)
    opening.catch(() => this.#realms.delete(served.name))
    return opening
  }

  async #openRealm({ name, load, options = {} }: ServedEnvironment): Promise<Realm> {
    const world = await openWorld(await load(), options)
    if (this.#isStopping) throw stopping()
    const { hooks, bookOf = noBook, ...credit } = this.#settings
    const { limits, broadcast } = this
    const room = { admit: () => this.#admit(), dismiss: () => this.#dismiss() }
    const realm = new Realm({ name, world, hooks, limits, broadcast, credit, book: bookOf(world, name), ...room })
    this.#open.push(realm)
    return realm
  }

  #admit(): void {
    if (this.#isStopping) throw stopping()
    const { episodes } = this.limits
    if (this.#episodes >= episodes)
      throw new GymError('CAPACITY_REACHED', `${episodes} episodes go on, which is the limit: end one first`)
    this.#episodes++
  }

  #dismiss(): void {
    this.#episodes--
  }

  async #quiet(): Promise<void> {
    const until = performance.now() + this.limits.stopMs
    const isBusy = (): boolean => this.counts.episodes + this.counts.groups + this.counts.unscored > 0
    while (isBusy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const stopping = (): GymError => new GymError('SERVER_STOPPING', 'the server is stopping: connect again later')

/** Segments of the server's own addresses. */
export const RESERVED_NAMES: readonly string[] = [
  'environments',
  'health',
  'list_environments',
  'mcp',
  'metadata',
  'metrics',
  'reset',
  'schema',
  'state',
  'step',
  't',
  'tasks',
  'ws',
]

function expectNames(names: readonly string[]): void {
  const bad = names.find((name) => !/^[a-z0-9][a-z0-9-]*$/.test(name) || RESERVED_NAMES.includes(name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (bad !== undefined)
    throw new GymError('CONFIG_INVALID', `${JSON.stringify(bad)} cannot be the name of an environment`)
  if (twice !== undefined) throw new GymError('CONFIG_INVALID', `two environments are called ${twice}`)
  if (names.length === 0) throw new GymError('CONFIG_INVALID', 'there is no environment to serve')
}
