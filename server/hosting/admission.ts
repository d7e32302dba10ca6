import { GymError } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'
import type { Owner } from '../roles.ts'

/** The right of one session to be served. */
export interface SessionPermit {
  /** Owner that the session's episodes count towards; null for none. */
  readonly owner: Owner | null
  release(): void
}

interface Waiting {
  readonly owner: Owner | null
  admit(place: SessionPermit): void
  giveUp(error: GymError): void
}

/** Places for sessions; who finds none waits in line for a while. */
export class SessionPermits {
  readonly #limits: Pick<Limits, 'sessions' | 'waitingSessions' | 'waitMs'>
  readonly #quotas: Quotas
  readonly #queue = new Set<Waiting>()
  #taken = 0

  constructor(limits: Pick<Limits, 'sessions' | 'waitingSessions' | 'waitMs'>, quotas: Quotas) {
    this.#limits = limits
    this.#quotas = quotas
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#queue.size
  }

  /**
   * A place, at once or when it is one's turn.
   * @param signal Aborted when the waiting client has left.
   * @throws GymError CAPACITY_REACHED, at once where the line is full or the owner has its share, else after `waitMs`.
   */
  enter(signal: AbortSignal, owner: Owner | null): SessionPermit | Promise<SessionPermit> {
    if (this.#taken >= this.#limits.sessions && this.#queue.size >= this.#limits.waitingSessions) throw this.#full()
    if (owner) this.#quotas.take(owner, 'Sessions')
    return this.#taken < this.#limits.sessions ? this.#take(owner) : this.#wait(signal, owner)
  }

  #take(owner: Owner | null): SessionPermit {
    this.#taken++
    let isLeft = false
    const leave = (): void => {
      if (isLeft) return
      isLeft = true
      this.#taken--
      if (owner) this.#quotas.giveBack(owner, 'Sessions')
      this.#next()
    }
    return { owner, release: leave }
  }

  #next(): void {
    const [first] = this.#queue
    if (first && this.#taken < this.#limits.sessions) first.admit(this.#take(first.owner))
  }

  #wait(signal: AbortSignal, owner: Owner | null): Promise<SessionPermit> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        this.#queue.delete(waiting)
        settle()
      }
      const waiting: Waiting = {
        owner,
        admit: (place) => end(() => resolve(place)),
        giveUp: (error) => {
          if (owner) this.#quotas.giveBack(owner, 'Sessions')
          end(() => reject(error))
        },
      }
      const leave = (): void => waiting.giveUp(new GymError('EPISODE_ABORTED', 'the client left while it waited'))
      const timer = setTimeout(() => waiting.giveUp(this.#full()), this.#limits.waitMs)
      signal.addEventListener('abort', leave, { once: true })
      this.#queue.add(waiting)
    })
  }

  #full(): GymError {
    const { sessions } = this.#limits
    return new GymError(
      'CAPACITY_REACHED',
      `the server is full: ${this.#taken} of ${sessions} sessions are taken; close one, or raise the limit sessions`,
    )
  }
}

type Kind = keyof Owner
type Counted = 'Sessions' | 'Episodes'
type QuotaName = 'tokenSessions' | 'addressSessions' | 'sessionEpisodes' | 'tokenEpisodes' | 'addressEpisodes'

const KINDS: Readonly<Record<Counted, readonly Kind[]>> = {
  Sessions: ['token', 'address'],
  Episodes: ['session', 'token', 'address'],
}

/** Use of the server by each session, token and address, so that none can use all of it. */
export class Quotas {
  readonly #limits: Pick<Limits, QuotaName>
  /** By what is counted, the kind of its owner, and the owner; those that have nothing are not in it. */
  readonly #counts = new Map<string, number>()

  constructor(limits: Pick<Limits, QuotaName>) {
    this.#limits = limits
  }

  /** Counts one more. @param freed of the owner's that ends in its place @throws GymError CAPACITY_REACHED */
  take(owner: Owner, counted: Counted, freed = 0): void {
    this.expectRoom(owner, counted, 1 - freed)
    this.#add(owner, counted, 1)
  }

  /** @throws GymError CAPACITY_REACHED if fewer than this number are left. */
  expectRoom(owner: Owner, counted: Counted, more: number): void {
    for (const kind of KINDS[counted]) {
      const name = `${kind}${counted}` as QuotaName
      const most = this.#limits[name]
      const taken = this.#counts.get(keyOf(owner, kind, counted)) ?? 0
      if (taken + more > most) throw full(kind, counted, name, taken, most)
    }
  }

  giveBack(owner: Owner, counted: Counted): void {
    this.#add(owner, counted, -1)
  }

  #add(owner: Owner, counted: Counted, more: 1 | -1): void {
    for (const kind of KINDS[counted]) {
      const key = keyOf(owner, kind, counted)
      const count = (this.#counts.get(key) ?? 0) + more
      if (count > 0) this.#counts.set(key, count)
      else this.#counts.delete(key)
    }
  }
}

const keyOf = (owner: Owner, kind: Kind, counted: Counted): string => `${counted} ${kind} ${owner[kind]}`

const full = (kind: Kind, counted: Counted, name: QuotaName, taken: number, most: number): GymError =>
  new GymError(
    'CAPACITY_REACHED',
    `this ${kind} has ${taken} ${counted.toLowerCase()} open, and the limit ${name} is ${most}: end some first`,
  )
