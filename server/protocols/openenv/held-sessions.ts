import { randomUUID } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Host } from '../../hosting/host.ts'
import { SessionMap } from '../../hosting/session-map.ts'
import { nameAtHome } from '../../hosting/worker-place.ts'
import { type Identity, ownerOf } from '../../roles.ts'
import type { Literals } from '../../transport/literals.ts'
import { Player, type Unfinished } from './player.ts'

/** Who asks over HTTP, and for which environment. */
export interface SessionClient {
  readonly environmentHost: EnvironmentHost
  readonly identity: Identity
  /** Address of its socket. */
  readonly address: string | undefined
}

/** A session without a socket of its own: one client's episodes, held until it ends them or sends nothing for long. */
export class HeldSession {
  readonly id: string
  readonly player: Player
  readonly environment: string
  readonly #permit: SessionPermit
  readonly #onDetach: (session: HeldSession) => void
  #isAttached = false
  #hasEnded = false
  readonly #onEnd: (() => void)[] = []

  constructor(
    id: string,
    player: Player,
    environment: string,
    permit: SessionPermit,
    onDetach: (session: HeldSession) => void,
  ) {
    this.id = id
    this.player = player
    this.environment = environment
    this.#permit = permit
    this.#onDetach = onDetach
  }

  /** Whether a socket plays in it. */
  get isAttached(): boolean {
    return this.#isAttached
  }

  /** Called once, when the session has ended. */
  whenEnded(listener: () => void): void {
    this.#onEnd.push(listener)
  }

  /** A socket plays in this session. @throws GymError REQUEST_CONFLICT where one does already */
  attach(): void {
    if (this.#isAttached) throw new GymError('REQUEST_CONFLICT', 'another socket is attached to this session')
    this.#isAttached = true
  }

  detach(): void {
    this.#isAttached = false
    this.#onDetach(this)
  }

  /** Its open episode ends. */
  end(reason: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.player.leave(reason)
    this.#permit.release()
    for (const listener of this.#onEnd) listener()
  }
}

/** Sessions by id, for the token that opened them alone. */
export class HeldSessions {
  readonly #host: Host
  readonly #literals: Literals
  readonly #unfinished: Unfinished
  readonly #held: SessionMap<HeldSession>

  constructor(host: Host, literals: Literals, unfinished: Unfinished) {
    this.#host = host
    this.#literals = literals
    this.#unfinished = unfinished
    this.#held = new SessionMap({
      idleMs: host.limits.idleMs,
      isInUse: (session) => session.isAttached,
      end: (session, reason) => session.end(reason),
    })
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * @param gone aborted when the client has left
   * @throws GymError CAPACITY_REACHED, EPISODE_ABORTED for a client that has left while it waited for its turn
   */
  async open(client: SessionClient, gone: AbortSignal): Promise<HeldSession> {
    const { environmentHost, identity, address } = client
    const { role } = identity
    const owner = ownerOf(identity, address)
    const permit = await this.#host.admission.enter(gone, owner)
    if (gone.aborted) {
      permit.release()
      throw new GymError('EPISODE_ABORTED', 'the client left while it waited')
    }
    const player = new Player({
      environmentHost,
      role,
      owner,
      literals: this.#literals,
      unfinished: this.#unfinished,
    })
    const detached = (session: HeldSession): void => this.#held.touch(keyOf(session))
    const id = nameAtHome(environmentHost.place, randomUUID)
    const session = new HeldSession(id, player, environmentHost.name, permit, detached)
    this.#held.add(keyOf(session), session, identity)
    return session
  }

  /** Another's session is as unknown as one that is not there. @throws GymError SESSION_UNKNOWN */
  find(id: unknown, environment: string, identity: Identity): HeldSession {
    const session = typeof id === 'string' ? this.#held.find(keyOf({ environment, id }), identity) : undefined
    if (session) return session
    throw new GymError('SESSION_UNKNOWN', 'this token has no session of this id here: it has ended, or never was')
  }

  end(session: HeldSession, reason: string): void {
    this.#held.delete(keyOf(session))
    session.end(reason)
  }

  stop(reason: string): void {
    this.#held.stop(reason)
  }
}

const keyOf = ({ environment, id }: { readonly environment: string; readonly id: string }): string =>
  `${environment}/${id}`
