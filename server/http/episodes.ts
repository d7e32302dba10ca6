import { type ErrorCode, GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import type { Limits } from '../limits.ts'
import { Player, type Unfinished } from '../protocols/openenv/player.ts'
import { Replies } from '../protocols/openenv/replies.ts'
import { truncateOf } from '../protocols/openenv/request.ts'
import { type Identity, isSameClient, ownerOf } from '../roles.ts'
import { isWireObject, type WireObject, type WireValue } from '../transport/json.ts'
import type { Literals } from '../transport/literals.ts'
import { asGymError } from '../wire-errors.ts'

/** Who asks over HTTP, and for which environment. */
export interface HttpClient {
  readonly environmentHost: EnvironmentHost
  readonly identity: Identity
  /** Of its socket. */
  readonly address: string | undefined
  /** Whether the client has given up, and will not see the answer. */
  readonly hasLeft: () => boolean
}

interface Held {
  readonly player: Player
  readonly owner: Identity
  usedAt: number
}

/**
 * Episodes that are played over HTTP: kept by environment and the id that their reset returned, for the token that
 * started them alone, until they have ended and their client knows.
 */
export class HttpEpisodes {
  readonly #literals: Literals
  readonly #limits: Limits
  readonly #unfinished: Unfinished
  readonly #held = new Map<string, Held>()
  readonly #timer: NodeJS.Timeout

  constructor(literals: Literals, limits: Limits, unfinished: Unfinished) {
    this.#literals = literals
    this.#limits = limits
    this.#unfinished = unfinished
    this.#timer = setInterval(() => this.#evict(), Math.ceil(limits.idleMs / 4)).unref()
  }

  get size(): number {
    return this.#held.size
  }

  /** @throws GymError as `Player.reset` */
  async reset({ environmentHost, identity, address, hasLeft }: HttpClient, body: WireObject): Promise<string> {
    const { role } = identity
    const owner = ownerOf(identity, address)
    const replies = new Replies(this.#literals, role, this.#limits.frameBytesOut)
    const player = new Player({ environmentHost, role, owner, replies, unfinished: this.#unfinished })
    const reply = await player.reset(body)
    if (!hasLeft()) player.delivered()
    const held = { player, owner: identity, usedAt: performance.now() }
    if (player.episode) this.#held.set(keyOf(environmentHost, player.episode.id), held)
    return reply
  }

  /** @throws GymError FRAME_INVALID, EPISODE_UNKNOWN, and as `Player.step` */
  async step(client: HttpClient, { episode_id, action }: WireObject): Promise<string> {
    return this.#answer(client, episode_id, async (player) => {
      if (!isWireObject(action))
        throw new GymError('FRAME_INVALID', 'action must be an object with the fields of /schema')
      const reply = await player.step(action)
      if (client.hasLeft()) player.dropped()
      else player.delivered()
      return reply
    })
  }

  /** Ends an episode. @throws GymError FRAME_INVALID, EPISODE_UNKNOWN, and as `Player.close` */
  async close(client: HttpClient, body: WireObject): Promise<string> {
    return this.#answer(client, body.episode_id, (player) => player.closing(truncateOf(body)))
  }

  /** @throws GymError EPISODE_UNKNOWN */
  state(client: HttpClient, episodeId: string | null): MaybePromise<string> {
    return episodeId === null ? '{"episode_id":null,"step_count":0}' : this.#find(client, episodeId).player.state()
  }

  stop(reason: string): void {
    clearInterval(this.#timer)
    for (const { player } of this.#held.values()) player.leave(reason)
    this.#held.clear()
  }

  /** Another's episode is as unknown as one that is not there. */
  #find({ environmentHost, identity }: HttpClient, episodeId: WireValue | undefined): Held {
    if (typeof episodeId !== 'string') throw new GymError('FRAME_INVALID', 'give the episode_id that reset returned')
    const held = this.#held.get(keyOf(environmentHost, episodeId))
    if (!held || !isSameClient(held.owner, identity))
      throw new GymError('EPISODE_UNKNOWN', 'this token has no open episode of this id here over HTTP')
    held.usedAt = performance.now()
    return held
  }

  /** Serves a request about an episode. What is refused says what its client does not know. */
  async #answer(
    client: HttpClient,
    episodeId: WireValue | undefined,
    serve: (player: Player) => MaybePromise<string>,
  ): Promise<string> {
    const { player } = this.#find(client, episodeId)
    try {
      const reply = await serve(player)
      this.#release(client, player)
      return reply
    } catch (thrown) {
      const refusal = new EpisodeRefusal(asGymError(thrown), player.untold)
      if (!CORRECTABLE.includes(refusal.code)) this.#release(client, player)
      throw refusal
    }
  }

  /** An episode is kept until it has ended, and its client was sent that. */
  #release({ environmentHost, hasLeft }: HttpClient, { episode }: Player): void {
    if (episode?.hasEnded && !hasLeft()) this.#held.delete(keyOf(environmentHost, episode.id))
  }

  #evict(): void {
    const oldest = performance.now() - this.#limits.idleMs
    for (const [id, { player, usedAt }] of this.#held) {
      if (usedAt >= oldest) continue
      player.leave('idle')
      this.#held.delete(id)
    }
  }
}

/** Of requests that changed nothing: their client asks again, and then learns of an end. */
const CORRECTABLE: readonly ErrorCode[] = ['EPISODE_BUSY', 'EVIDENCE_INVALID', 'FORBIDDEN', 'FRAME_INVALID']

/** A refusal with what its client does not know of the episode. */
class EpisodeRefusal extends GymError {
  readonly untold: JsonObject | null

  constructor({ code, message, cause }: GymError, untold: JsonObject | null) {
    super(code, message, { cause })
    this.untold = untold
  }
}

/** Fields of an error's body: what its client does not know of the episode. */
export const untoldIn = (thrown: unknown): object => (thrown instanceof EpisodeRefusal ? (thrown.untold ?? {}) : {})

const keyOf = ({ name }: EnvironmentHost, id: string): string => `${name}/${id}`
