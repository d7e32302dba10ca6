import { GymError } from '../../core/errors.ts'
import type { MaybePromise } from '../../core/later.ts'
import type { Realm } from '../arena/realm.ts'
import { isWireObject, type WireObject, type WireValue } from '../json.ts'
import type { Limits } from '../limits.ts'
import type { Literals } from '../literals.ts'
import { Player } from '../openenv/player.ts'
import { Replies } from '../openenv/replies.ts'
import type { Role } from '../roles.ts'

interface Held {
  readonly player: Player
  readonly realm: Realm
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
  async reset(realm: Realm, role: Role, body: WireObject): Promise<string> {
    const player = new Player(realm, role, new Replies(this.#literals, role))
    const reply = await player.reset(body)
    player.delivered()
    if (player.seat) this.#held.set(player.seat.id, { player, realm, usedAt: performance.now() })
    return reply
  }

  /** @throws GymError FRAME_INVALID, EPISODE_UNKNOWN, and as `Player.step` */
  async step(realm: Realm, { episode_id, action }: WireObject): Promise<string> {
    const { player } = this.#find(realm, episode_id)
    if (!isWireObject(action)) throw new GymError('FRAME_INVALID', 'action is to be an object of the fields in /schema')
    try {
      const reply = await player.step(action)
      player.delivered()
      return reply
    } finally {
      if (player.seat?.hasEnded) this.#held.delete(player.seat.id)
    }
  }

  /** @throws GymError EPISODE_UNKNOWN */
  state(realm: Realm, episodeId: string | null): MaybePromise<string> {
    return episodeId === null ? '{"episode_id":null,"step_count":0}' : this.#find(realm, episodeId).player.state()
  }

  close(reason: string): void {
    clearInterval(this.#timer)
    for (const { player } of this.#held.values()) player.leave(reason)
    this.#held.clear()
  }

  #find(realm: Realm, episodeId: WireValue | undefined): Held {
    if (typeof episodeId !== 'string') throw new GymError('FRAME_INVALID', 'give the episode_id that reset returned')
    const held = this.#held.get(episodeId)
    if (held?.realm !== realm) throw new GymError('EPISODE_UNKNOWN', 'no episode with this id goes on over HTTP')
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
