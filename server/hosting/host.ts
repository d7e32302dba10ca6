import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { failureOf } from '../../core/data/user-code.ts'
import type { Environment } from '../../core/episode/environment.ts'
import type { Site } from '../../core/episode/site.ts'
import { openWorld, type World, withSoftware } from '../../core/episode/world.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import { type Limits, limitsOf } from '../limits.ts'
import type { Owner } from '../roles.ts'
import { Quotas, SessionPermits } from './admission.ts'
import type { CreditTools } from './credit.ts'
import { EnvironmentHost } from './environment-host.ts'
import { type ServerEventListener, ServerEvents } from './events.ts'
import { type RunStore, unrecorded, type WatchedStore, watchedStore } from './run-store.ts'
import { LocalScorerQueue, type ScorerQueue } from './scorer-queue.ts'
import type { WorkerPlace } from './worker-place.ts'

/** An environment that can be served. */
export interface ServedEnvironment {
  /** In addresses: lower case letters, digits and dashes. */
  readonly name: string
  /** Called once, when the first client asks for it. */
  load(): Promise<Environment>
  /** @default the environment's own */
  readonly options?: JsonObject
}

export interface HostSettings extends CreditTools {
  readonly environments: readonly ServedEnvironment[]
  readonly hooks: HookSet
  /** Opens the record of an environment. @default nothing is written down */
  readonly runStoreOf?: (world: World, name: string) => RunStore
  /** Where process hooks judge. @default this process, by the hooks of the server */
  readonly scorers?: ScorerQueue
  readonly limits?: Partial<Limits>
  /** Splits whose tasks agents may play and list. @default the first of each environment */
  readonly agentSplits?: readonly string[]
  /**
   * A secret of 32 characters or more that derives the seeds of agents' episodes from those that they give, so that
   * no one else can compute what follows from them. @default none: seeds are as given
   */
  readonly seedKey?: string
  /** Its place among servers that share an address. @default it is the only one */
  readonly place?: WorkerPlace
}

/** Counts of what is open; all zero on an idle server. */
export interface HostCounts {
  readonly sessions: number
  readonly waiting: number
  readonly episodes: number
  readonly groups: number
  /** Steps that wait for process hooks. */
  readonly unscored: number
}

/** Host of all environments, below every dialect: each opens at its first request. */
export class Host {
  readonly limits: Limits
  readonly admission: SessionPermits
  readonly events = new ServerEvents()
  readonly #settings: HostSettings
  readonly #quotas: Quotas
  readonly #scorers: ScorerQueue
  readonly #hosts = new Map<string, Promise<EnvironmentHost>>()
  readonly #open: EnvironmentHost[] = []
  readonly #stores = new Map<string, WatchedStore>()
  /** Environments whose record could not be opened. */
  readonly #unopened = new Set<string>()
  #episodes = 0
  #isStopping = false
  #areClosed = false

  /** @throws GymError CONFIG_INVALID */
  constructor(settings: HostSettings) {
    this.limits = limitsOf(settings.limits)
    this.#quotas = new Quotas(this.limits)
    this.admission = new SessionPermits(this.limits, this.#quotas)
    this.#settings = settings
    this.#scorers = settings.scorers ?? new LocalScorerQueue(settings.hooks.process)
    expectNames(this.names)
    expectSecret(settings.seedKey)
  }

  get names(): readonly string[] {
    return this.#settings.environments.map(({ name }) => name)
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Whether a session would be served at once. */
  get hasRoom(): boolean {
    return this.admission.taken < this.limits.sessions && this.#episodes < this.limits.episodes
  }

  /** Environments whose last entry could not be recorded, or whose record could not be opened. */
  get unrecorded(): readonly string[] {
    const failed = [...this.#stores].flatMap(([name, { failure }]) => (failure === null ? [] : [name]))
    return [...failed, ...this.#unopened]
  }

  get counts(): HostCounts {
    const sum = (count: (environmentHost: EnvironmentHost) => number): number =>
      this.#open.reduce((total, environmentHost) => total + count(environmentHost), 0)
    return {
      sessions: this.admission.taken,
      waiting: this.admission.waiting,
      episodes: this.#episodes,
      groups: sum((environmentHost) => environmentHost.openGroups),
      unscored: sum((environmentHost) => environmentHost.scoring.waiting),
    }
  }

  /** Its place among servers that share an address; undefined where it is the only one. */
  get place(): WorkerPlace | undefined {
    return this.#settings.place
  }

  /** Environments that have been opened. */
  get environmentHosts(): readonly EnvironmentHost[] {
    return this.#open
  }

  /** @returns Its remover. */
  listen(listener: ServerEventListener): () => void {
    return this.events.listen(listener)
  }

  /**
   * An environment by name, or by `name@version`; `tools/retail` is `tools-retail`.
   * @throws GymError ENV_UNKNOWN; SERVER_STOPPING; what opening it throws, and the next call tries again.
   */
  async environmentHost(reference: string): Promise<EnvironmentHost> {
    if (this.#isStopping) throw stopping()
    const [name = '', version] = reference.split('@')
    const served = this.#settings.environments.find((each) => each.name === name.replaceAll('/', '-'))
    const environmentHost = served && (await this.#opened(served))
    if (environmentHost && (version === undefined || environmentHost.environment.endsWith(`@${version}`)))
      return environmentHost
    const has = this.names.join(', ')
    throw new GymError('ENV_UNKNOWN', `no environment ${shown(reference, 100)} is served here: ${has}`)
  }

  /** The site of an environment; null where it has none, or is not served. Opens nothing. */
  async siteOf(name: string): Promise<Site | null> {
    const served = this.#settings.environments.find((each) => each.name === name)
    return (await served?.load())?.site ?? null
  }

  /** Closes the records as they are: nothing that happens from now on is in them. */
  closeRecords(): void {
    this.#areClosed = true
    for (const environmentHost of this.#open) environmentHost.close()
  }

  /** Aborts running episodes, waits for late rewards and groups as long as `stopMs`, and closes the records. */
  async stop(reason: string): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    for (const environmentHost of this.#open) environmentHost.stop(reason)
    if (this.#areClosed) return
    await this.#quiet()
    this.closeRecords()
  }

  #opened(served: ServedEnvironment): Promise<EnvironmentHost> {
    const known = this.#hosts.get(served.name)
    if (known) return known
    const opening = this.#openHost(served)
    this.#hosts.set(served.name, opening)
    opening.catch(() => this.#hosts.delete(served.name))
    return opening
  }

  async #openHost(served: ServedEnvironment): Promise<EnvironmentHost> {
    const { name } = served
    const world = await openedWorld(served, this.#settings.runStoreOf !== undefined)
    if (this.#isStopping || this.#areClosed) throw stopping()
    const { hooks, agentSplits, seedKey, place, estimators = [], recipes = [] } = this.#settings
    const { limits, events } = this
    const room = {
      expectRoom: (owner: Owner | null, more: number) => this.#expectRoom(owner, more),
      admit: (owner: Owner | null, freed: number) => this.#admit(owner, freed),
      dismiss: (owner: Owner | null) => this.#dismiss(owner),
    }
    const environmentHost = new EnvironmentHost({
      name,
      world,
      hooks,
      scorers: this.#scorers,
      limits,
      events,
      credit: { estimators, recipes },
      store: this.#storeOf(world, name),
      ...(agentSplits && { agentSplits }),
      ...(seedKey !== undefined && { seedKey }),
      ...(place && { place }),
      ...room,
    })
    this.#open.push(environmentHost)
    return environmentHost
  }

  /** @throws GymError RECORD_FAILED, as the health of the host says from then on */
  #storeOf(world: World, name: string): RunStore {
    const { runStoreOf = unrecorded } = this.#settings
    this.#unopened.add(name)
    const store = watchedStore(runStoreOf(world, name))
    this.#unopened.delete(name)
    this.#stores.set(name, store)
    return store
  }

  #expectRoom(owner: Owner | null, more: number): void {
    if (this.#isStopping) throw stopping()
    const { episodes } = this.limits
    if (this.#episodes + more > episodes)
      throw new GymError(
        'CAPACITY_REACHED',
        `the limit episodes is ${episodes}, and ${this.#episodes} are running: end some first`,
      )
    if (owner) this.#quotas.expectRoom(owner, 'Episodes', more)
  }

  #admit(owner: Owner | null, freed: number): void {
    this.#expectRoom(owner, 1 - freed)
    if (owner) this.#quotas.take(owner, 'Episodes', freed)
    this.#episodes++
  }

  #dismiss(owner: Owner | null): void {
    if (owner) this.#quotas.giveBack(owner, 'Episodes')
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
  'call',
  'create',
  'create_session',
  'delete',
  'delete_session',
  'environments',
  'health',
  'list_environments',
  'mcp',
  'messages',
  'metadata',
  'metrics',
  'ping',
  'prompt',
  'ready',
  'reset',
  'schema',
  'state',
  'step',
  't',
  'task_tools',
  'tasks',
  'tools',
  'ws',
]

/** Hex digits of 128 bits. */
const LEAST_KEY = 32
const LEAST_DIFFERENT = 8

function expectSecret(key: string | undefined): void {
  if (key === undefined || (key.length >= LEAST_KEY && new Set(key).size >= LEAST_DIFFERENT)) return
  throw new GymError(
    'CONFIG_INVALID',
    `a seed key has at least ${LEAST_KEY} characters, ${LEAST_DIFFERENT} of them different, not ${key.length}: ` +
      'who guesses it knows every seed; make one with openssl rand -hex 32',
  )
}

/** What is wrong with an environment is for its operator, for it may name files: clients receive a reference. */
async function openedWorld({ load, options = {} }: ServedEnvironment, isRecorded: boolean): Promise<World> {
  try {
    const world = await openWorld(await load(), options)
    return isRecorded ? await withSoftware(world) : world
  } catch (thrown) {
    throw failureOf('ENV_FAILED', 'the server', thrown)
  }
}

function expectNames(names: readonly string[]): void {
  const bad = names.find((name) => !/^[a-z0-9][a-z0-9-]*$/.test(name) || RESERVED_NAMES.includes(name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (bad !== undefined) throw new GymError('CONFIG_INVALID', `${shown(bad)} cannot be the name of an environment`)
  if (twice !== undefined) throw new GymError('CONFIG_INVALID', `two environments are called ${twice}`)
  if (names.length === 0) throw new GymError('CONFIG_INVALID', 'there is no environment to serve')
}
