import { GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import type { Limits } from '../limits.ts'
import { Player } from '../protocols/openenv/player.ts'
import { Replies } from '../protocols/openenv/replies.ts'
import type { Role } from '../roles.ts'
import { isWireObject, type WireObject, type WireValue } from '../transport/json.ts'
import type { Literals } from '../transport/literals.ts'

interface Held {
  readonly player: Player
  readonly environmentHost: EnvironmentHost
  usedAt: number
}

/** Episodes that are played over HTTP: kept by the id that their reset returned, let go when they have ended. */
export class HttpEpisodes {
  readonly #literals: Literals
  readonly #idleMs: number
  readonly #held = new Map<string, Held>()
  readonly #timer: NodeJS.Timeout

  constructor(literals: Literals, { idleMs }: Limits) {
    this.#literals = literals
    this.#idleMs = idleMs
    this.#timer = setInterval(() => this.#evict(), Math.ceil(idleMs / 4)).unref()
  }

  get size(): number {
    return this.#held.size
  }

  /** @throws GymError as `Player.reset` */
  async reset(environmentHost: EnvironmentHost, role: Role, body: WireObject): Promise<string> {
    const player = new Player(environmentHost, role, new Replies(this.#literals, role))
    const reply = await player.reset(body)
    player.delivered()
    if (player.episode) this.#held.set(player.episode.id, { player, environmentHost, usedAt: performance.now() })
    return reply
  }

  /** @throws GymError FRAME_INVALID, EPISODE_UNKNOWN, and as `Player.step` */
  async step(environmentHost: EnvironmentHost, { episode_id, action }: WireObject): Promise<string> {
    const { player } = this.#find(environmentHost, episode_id)
    if (!isWireObject(action)) throw new GymError('FRAME_INVALID', 'action is to be an object of the fields in /schema')
    try {
      const reply = await player.step(action)
      player.delivered()
      return reply
    } finally {
      if (player.episode?.hasEnded) this.#held.delete(player.episode.id)
    }
  }

  /** @throws GymError EPISODE_UNKNOWN */
  state(environmentHost: EnvironmentHost, episodeId: string | null): MaybePromise<string> {
    return episodeId === null
      ? '{"episode_id":null,"step_count":0}'
      : this.#find(environmentHost, episodeId).player.state()
  }

  close(reason: string): void {
    clearInterval(this.#timer)
    for (const { player } of this.#held.values()) player.leave(reason)
    this.#held.clear()
  }

  #find(environmentHost: EnvironmentHost, episodeId: WireValue | undefined): Held {
    if (typeof episodeId !== 'string') throw new GymError('FRAME_INVALID', 'give the episode_id that reset returned')
    const held = this.#held.get(episodeId)
    if (held?.environmentHost !== environmentHost)
      throw new GymError('EPISODE_UNKNOWN', 'no episode with this id goes on over HTTP')
    held.usedAt = performance.now()
    return held
  }

  #evict(): void {
    const oldest = performance.now() - this.#idleMs
    for (const [id, { player, usedAt }] of this.#held) {
      if (usedAt >= oldest) continue
      player.leave('idle')
      this.#held.delete(id)
    }
  }
}
