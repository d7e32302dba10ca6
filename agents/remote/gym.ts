import { GymError } from '../../core/data/errors.ts'
import type {
  EnvironmentView,
  EpisodeView,
  ForkRequest,
  GroupClosedEvent,
  GymEvent,
  ReplyOf,
  Role,
  Subscribed,
  Welcome,
} from '../../core/protocol/index.ts'
import { withoutToken } from './address.ts'
import { type Retry, retryOf } from './backoff.ts'
import { type EpisodeHost, RemoteEpisode } from './episode.ts'
import { EventFeed } from './event-feed.ts'
import { GroupWatch } from './group-watch.ts'
import { Link } from './link.ts'
import { locatorOf } from './locate.ts'
import type { Asking } from './pending.ts'
import { openVector, type RemoteVector, type RemoteVectorOptions, type VectorHost } from './vector.ts'
import { connectionLost } from './wire-error.ts'

/** Settings of a connection to a server. */
export interface ConnectSettings {
  readonly token?: string
  /** Its name in the server's addresses. @default the one that the address names, or the server's default */
  readonly environment?: string
  /** Milliseconds for a connection, and as many for the server's first frame, which waits for a place. @default 40000 */
  readonly connectMs?: number
  /** Milliseconds for a reply, lost connections included. @default 60000 */
  readonly timeoutMs?: number
  /** Milliseconds without a sign of the server before it is sought over another socket. @default 20000 */
  readonly silenceMs?: number
  readonly retry?: Partial<Retry>
  /**
   * Key of the session's shard, where several nodes share shards: sessions that share a group give the same.
   * @default one that no other session has
   */
  readonly shardKey?: string
}

type RemoteResetOptions<Type extends 'reset' | 'group' | 'tasks' | 'restore'> = Omit<Asking<Type>, 'type'>
type SnapshotChoice = { readonly snapshot: string } | { readonly sealed: string }

/**
 * Connects to an environment over the native dialect.
 * @param url of a server; or those of nodes that share shards, any of which says where the session's shard is: it is asked
 *   again whenever a connection is lost, and the session resumes where its shard is by then
 * @throws GymError UNAUTHORIZED, ORIGIN_FOREIGN, ENV_UNKNOWN, CAPACITY_REACHED and what else the server refuses with;
 *   CONNECTION_LOST; CONFIG_INVALID for an invalid address or setting.
 */
export async function connect(url: string | readonly string[], settings: ConnectSettings = {}): Promise<RemoteGym> {
  const gym = new RemoteGym(url, settings)
  await gym.open()
  return gym
}

/**
 * One environment of a server. Requests may be asked without awaiting those before. A lost connection is sought again
 * and nothing that was asked is lost; when that fails, everything that waits does too, with CONNECTION_LOST.
 */
export class RemoteGym implements EpisodeHost, VectorHost {
  readonly link: Link
  readonly #episodes = new Map<string, WeakRef<RemoteEpisode>>()
  readonly #forgotten = new FinalizationRegistry<string>((id) => this.#episodes.delete(id))
  readonly #groups = new GroupWatch()
  readonly #feeds = new Set<EventFeed<GymEvent>>()
  #welcome: Welcome | null = null
  #subscribed: readonly Subscribed[] = []
  #isClosed = false
  readonly #address: string

  constructor(url: string | readonly string[], settings: ConnectSettings) {
    const { environment, token, connectMs = 40_000, timeoutMs = 60_000, silenceMs = 20_000 } = settings
    const retry = retryOf(settings.retry)
    this.#address = withoutToken(typeof url === 'string' ? url : (url[0] ?? ''))
    const locate = locatorOf(url, settings)
    const handlers = {
      onEvent: (event: GymEvent): void => this.#happened(event),
      onRestored: (groups: readonly string[]): void => this.#restored(groups),
      onEnd: (error: Error): void => this.#over(error),
    }
    this.link = new Link({ locate, environment, token, connectMs, timeoutMs, silenceMs, retry, ...handlers })
  }

  /** Called once, by `connect`. */
  async open(): Promise<void> {
    this.#welcome = await this.link.open()
  }

  /** Without its token. */
  get address(): string {
    return this.#address
  }
  get environment(): EnvironmentView {
    return this.#openedWith.environment
  }
  get role(): Role {
    return this.#openedWith.role
  }
  /** The server's. */
  get limits(): Welcome['limits'] {
    return this.#openedWith.limits
  }

  /** Starts an episode. @throws GymError TASK_UNKNOWN, SEED_INVALID, GROUP_INVALID, FORBIDDEN; as `Link.ask` */
  reset(request: RemoteResetOptions<'reset'> = {}): Promise<RemoteEpisode> {
    return this.link.ask({ type: 'reset', ...request }, (view) =>
      this.beganInGroup({ ...view, seed: view.seed ?? request.seed ?? null }),
    )
  }

  /** Starts all members of a group at once, from one state. @throws GymError as `reset` */
  group(request: RemoteResetOptions<'group'>): Promise<RemoteGroup> {
    return this.link.ask({ type: 'group', ...request }, ({ group, startTag, episodes }) => ({
      id: group,
      startTag,
      episodes: episodes.map((view) => this.beganInGroup(view)),
      closed: this.#groups.watch(group),
    }))
  }

  /** Begins many episodes that are stepped together. @throws GymError FRAME_INVALID, CAPACITY_REACHED; as `Link.ask` */
  vector(request: RemoteVectorOptions): Promise<RemoteVector> {
    return openVector(this, request)
  }

  /** Futures of a snapshot. @throws GymError SNAPSHOT_UNKNOWN, SNAPSHOT_FOREIGN, FORK_UNSUPPORTED; as `Link.ask` */
  fork(
    request: SnapshotChoice & Pick<ForkRequest, 'count' | 'rng' | 'number' | 'agent'>,
  ): Promise<readonly RemoteEpisode[]> {
    return this.link.ask({ type: 'fork', ...request }, ({ episodes }) => episodes.map((view) => this.began(view)))
  }

  /** Continues from a snapshot as its episode would have. @throws GymError as `fork` */
  restore(request: SnapshotChoice & { readonly agent?: string }): Promise<RemoteEpisode> {
    return this.link.ask({ type: 'restore', ...request }, (view) => this.began(view))
  }

  /** Deletes a snapshot that is kept on the server. @throws GymError SNAPSHOT_UNKNOWN */
  async drop(snapshot: string): Promise<void> {
    await this.link.ask({ type: 'close', snapshot }, () => undefined)
  }

  /** Tasks of a split, without their private parts. @throws GymError TASK_UNKNOWN, FORBIDDEN */
  tasks(request: RemoteResetOptions<'tasks'> = {}): Promise<ReplyOf<'tasks'>> {
    return this.link.ask({ type: 'tasks', ...request }, (reply) => reply)
  }

  /** Asks for events of the whole environment, beside those of one's own episodes. @throws GymError FORBIDDEN */
  async subscribe(events: readonly Subscribed[]): Promise<void> {
    this.#subscribed = events
    await this.link.ask({ type: 'subscribe', events }, () => undefined)
  }

  /**
   * What happens from now on: late rewards, groups that close, episodes that end otherwise than by a step, and others'
   * steps where `subscribe` asked for them. Of what is not read in time the oldest is lost, and `dropped` says how many. Ends when the client is closed; a session that
   * broke down throws.
   */
  events(): AsyncIterableIterator<GymEvent, undefined> {
    const lost = (count: number): GymEvent => ({ type: 'dropped', seq: this.link.lastSeq, count })
    const feed = new EventFeed(lost, (each) => this.#feeds.delete(each))
    this.#feeds.add(feed)
    if (this.link.failure) feed.end(this.#isClosed ? null : this.link.failure)
    return feed
  }

  /** Ends the session: its episodes are aborted. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.link.close()
  }

  /** Link for requests to its episodes. */
  began(view: EpisodeView, groupClosed: Promise<GroupClosedEvent> | null = null): RemoteEpisode {
    const episode = new RemoteEpisode(this, view, groupClosed)
    this.#episodes.set(episode.id, new WeakRef(episode))
    this.#forgotten.register(episode, episode.id)
    return episode
  }

  /** As `began`, of an episode that may be a member of a group. */
  beganInGroup(view: EpisodeView): RemoteEpisode {
    return this.began(view, view.group && this.#groups.watch(view.group.id))
  }

  get #openedWith(): Welcome {
    if (this.#welcome) return this.#welcome
    throw connectionLost('the client is not connected yet')
  }

  #happened(event: GymEvent): void {
    if (event.type === 'rewards')
      for (const reward of event.rewards) this.#episodes.get(reward.episode)?.deref()?.rewarded(reward)
    else if (event.type === 'ended') this.#episodes.get(event.episode)?.deref()?.ended(event)
    else if (event.type === 'group.closed') this.#groups.closed(event)
    for (const feed of this.#feeds) feed.add(event)
  }

  /** After a restart of the server: groups that it cannot continue do not close, and subscriptions are requested again. */
  #restored(continued: readonly string[]): void {
    const why =
      'the server was restarted and its record cannot continue this group: members continue alone. Start another group'
    this.#groups.fail(new GymError('GROUP_INVALID', why), continued)
    // Should that fail, so does every other request.
    if (this.#subscribed.length > 0) this.subscribe(this.#subscribed).catch(() => {})
  }

  #over(error: Error): void {
    this.#groups.fail(error)
    for (const feed of this.#feeds) feed.end(this.#isClosed ? null : error)
  }
}

/** Members that started from one state. */
export interface RemoteGroup {
  readonly id: string
  readonly startTag: string
  /** In order of member. */
  readonly episodes: readonly RemoteEpisode[]
  /** When all members have ended and every judge has judged, once. */
  readonly closed: Promise<GroupClosedEvent>
}
