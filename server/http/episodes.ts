import { randomUUID } from 'node:crypto'
import { type ErrorCode, GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import { SessionMap } from '../hosting/session-map.ts'
import { nameAtHome } from '../hosting/worker-place.ts'
import type { Limits } from '../limits.ts'
import type { SessionClient } from '../protocols/openenv/held-sessions.ts'
import { Player, type Unfinished } from '../protocols/openenv/player.ts'
import { truncateOf } from '../protocols/openenv/request.ts'
import { ownerOf } from '../roles.ts'
import { isWireObject, type WireObject, type WireValue } from '../transport/json.ts'
import type { Literals } from '../transport/literals.ts'
import { asGymError } from '../wire-errors.ts'

/** A client whose episodes are played over HTTP. */
export interface HttpClient extends SessionClient {
  /** Aborted when the client has given up, and will not see the answer. */
  readonly gone: AbortSignal
}

/**
 * Episodes that are played over HTTP: kept by environment and the id that their reset returned, for the token that
 * started them alone, until they have ended and their client knows.
 */
export class HttpEpisodes {
  readonly #literals: Literals
  readonly #unfinished: Unfinished
  readonly #players: SessionMap<Player>

  constructor(literals: Literals, { idleMs }: Pick<Limits, 'idleMs'>, unfinished: Unfinished) {
    this.#literals = literals
    this.#unfinished = unfinished
    this.#players = new SessionMap({ idleMs, end: (player, reason) => player.leave(reason) })
  }

  get size(): number {
    return this.#players.size
  }

  /** @throws GymError as `Player.reset` */
  async reset({ environmentHost, identity, address, gone }: HttpClient, body: WireObject): Promise<string> {
    const { role } = identity
    const owner = ownerOf(identity, address)
    const player = new Player({ environmentHost, role, owner, literals: this.#literals, unfinished: this.#unfinished })
    const reply = await player.reset({
      ...body,
      episode_id: body.episode_id ?? nameAtHome(environmentHost.place, randomUUID),
    })
    if (!gone.aborted) player.delivered()
    if (player.episode) this.#players.add(keyOf(environmentHost, player.episode.id), player, identity)
    return reply
  }

  /** @throws GymError FRAME_INVALID, EPISODE_UNKNOWN, and as `Player.step` */
  async step(client: HttpClient, { episode_id, action }: WireObject): Promise<string> {
    return this.#answer(client, episode_id, async (player) => {
      if (!isWireObject(action))
        throw new GymError('FRAME_INVALID', 'action must be an object with the fields of /schema')
      const reply = await player.step(action)
      if (client.gone.aborted) player.dropped()
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
    return episodeId === null ? '{"episode_id":null,"step_count":0}' : this.#find(client, episodeId).state()
  }

  stop(reason: string): void {
    this.#players.stop(reason)
  }

  /** Another's episode is as unknown as one that is not there. */
  #find({ environmentHost, identity }: HttpClient, episodeId: WireValue | undefined): Player {
    if (typeof episodeId !== 'string') throw new GymError('FRAME_INVALID', 'give the episode_id that reset returned')
    const player = this.#players.find(keyOf(environmentHost, episodeId), identity)
    if (player) return player
    throw new GymError('EPISODE_UNKNOWN', 'this token has no open episode of this id here over HTTP')
  }

  /** Serves a request about an episode. What is refused says what its client does not know. */
  async #answer(
    client: HttpClient,
    episodeId: WireValue | undefined,
    serve: (player: Player) => MaybePromise<string>,
  ): Promise<string> {
    const player = this.#find(client, episodeId)
    try {
      const reply = await serve(player)
      this.#release(client, player)
      return reply
    } catch (thrown) {
      const refusal = new EpisodeRefusal(asGymError(thrown), player.unseen)
      if (!CORRECTABLE.includes(refusal.code)) this.#release(client, player)
      throw refusal
    }
  }

  /** An episode is kept until it has ended, and its client was sent that. */
  #release({ environmentHost, gone }: HttpClient, { episode }: Player): void {
    if (episode?.hasEnded && !gone.aborted) this.#players.delete(keyOf(environmentHost, episode.id))
  }
}

/** Codes of requests that changed nothing: their client asks again, and then learns of an end. */
const CORRECTABLE: readonly ErrorCode[] = ['EPISODE_BUSY', 'EVIDENCE_INVALID', 'FORBIDDEN', 'FRAME_INVALID']

/** A refusal with what its client does not know of the episode. */
class EpisodeRefusal extends GymError {
  readonly unseen: JsonObject | null

  constructor({ code, message, cause }: GymError, unseen: JsonObject | null) {
    super(code, message, { cause })
    this.unseen = unseen
  }
}

/** Fields of an error's body: what its client does not know of the episode. */
export const unseenIn = (thrown: unknown): object => (thrown instanceof EpisodeRefusal ? (thrown.unseen ?? {}) : {})

const keyOf = ({ name }: EnvironmentHost, id: string): string => `${name}/${id}`
