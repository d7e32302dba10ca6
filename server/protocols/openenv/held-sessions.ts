import { randomUUID } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Host } from '../../hosting/host.ts'
import { type Identity, isSameClient, ownerOf } from '../../roles.ts'
import type { Literals } from '../../transport/literals.ts'
import { Player, type Unfinished } from './player.ts'
import { Replies } from './replies.ts'

/** Who asks over HTTP, and for which environment. */
export interface SessionClient {
  readonly environmentHost: EnvironmentHost
  readonly identity: Identity
  /** Of its socket. */
  readonly address: string | undefined
}

/** A session without a socket of its own: one client's episodes, held until it ends them or sends nothing for long. */
export class HeldSession {
  readonly id = randomUUID()
  readonly player: Player
  readonly environment: string
  readonly #identity: Identity
  readonly #permit: SessionPermit
  #usedAt = performance.now()
  #isAttached = false
  #hasEnded = false
  readonly #onEnd: (() => void)[] = []

  constructor(player: Player, { environmentHost, identity }: SessionClient, permit: SessionPermit) {
    this.player = player
    this.environment = environmentHost.name
    this.#identity = identity
    this.#permit = permit
  }

  isOf(environment: string, identity: Identity): boolean {
    return this.environment === environment && isSameClient(this.#identity, identity)
  }

  /** Called once, when the session has ended. */
  whenEnded(listener: () => void): void {
    this.#onEnd.push(listener)
  }

  used(): void {
    this.#usedAt = performance.now()
  }

  isIdleSince(time: number): boolean {
    return !this.#isAttached && this.#usedAt < time
  }

  /** A socket plays in this session. @throws GymError REQUEST_CONFLICT where one does already */
  attach(): void {
    if (this.#isAttached) throw new GymError('REQUEST_CONFLICT', 'another socket is attached to this session')
    this.#isAttached = true
  }

  detach(): void {
    this.#isAttached = false
    this.used()
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
  readonly #held = new Map<string, HeldSession>()
  readonly #timer: NodeJS.Timeout

  constructor(host: Host, literals: Literals, unfinished: Unfinished) {
    this.#host = host
    this.#literals = literals
    this.#unfinished = unfinished
    this.#timer = setInterval(() => this.#evict(), Math.ceil(host.limits.idleMs / 4)).unref()
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * @param hasLeft whether the client has given up while it waited for its turn
   * @throws GymError CAPACITY_REACHED, SESSION_UNKNOWN for a client that has left
   */
  async open(client: SessionClient, hasLeft: () => boolean): Promise<HeldSession> {
    const { environmentHost, identity, address } = client
    const { role } = identity
    const owner = ownerOf(identity, address)
    const permit = await this.#host.admission.enter(new AbortController().signal, owner)
    if (hasLeft()) {
      permit.release()
      throw new GymError('SESSION_UNKNOWN', 'the client left while it waited')
    }
    const replies = new Replies(this.#literals, role, this.#host.limits.frameBytesOut)
    const player = new Player({ environmentHost, role, owner, replies, unfinished: this.#unfinished })
    const session = new HeldSession(player, client, permit)
    this.#held.set(session.id, session)
    return session
  }

  /** Another's session is as unknown as one that is not there. @throws GymError SESSION_UNKNOWN */
  find(id: unknown, environment: string, identity: Identity): HeldSession {
    const session = typeof id === 'string' ? this.#held.get(id) : undefined
    if (!session?.isOf(environment, identity))
      throw new GymError('SESSION_UNKNOWN', 'this token has no session of this id here: it has ended, or never was')
    session.used()
    return session
  }

  end(session: HeldSession, reason: string): void {
    this.#held.delete(session.id)
    session.end(reason)
  }

  stop(reason: string): void {
    clearInterval(this.#timer)
    for (const session of [...this.#held.values()]) this.end(session, reason)
  }

  #evict(): void {
    const oldest = performance.now() - this.#host.limits.idleMs
    const idle = [...this.#held.values()].filter((session) => session.isIdleSince(oldest))
    for (const session of idle) this.end(session, 'idle')
  }
}
