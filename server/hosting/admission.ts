import { GymError } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
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
  admit(permit: SessionPermit): void
  giveUp(error: GymError): void
}

/** Permits for sessions; a client that finds none waits in line for a while. */
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
   * A permit, at once or when it is the client's turn.
   * @param signal aborted when the client has left: it loses its place in line at once
   * @throws GymError EPISODE_ABORTED for a client that has left; CAPACITY_REACHED, at once where the line is full or the owner has its share, else after `waitMs`.
   */
  enter(signal: AbortSignal, owner: Owner | null): SessionPermit | Promise<SessionPermit> {
    if (signal.aborted) throw left()
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
        admit: (permit) => end(() => resolve(permit)),
        giveUp: (error) => {
          if (owner) this.#quotas.giveBack(owner, 'Sessions')
          end(() => reject(error))
        },
      }
      const leave = (): void => waiting.giveUp(left())
      const timer = setTimeout(() => waiting.giveUp(this.#full()), this.#limits.waitMs)
      signal.addEventListener('abort', leave, { once: true })
      this.#queue.add(waiting)
    })
  }

  #full(): GymError {
    const { sessions } = this.#limits
    return new GymError(
      'CAPACITY_REACHED',
      `the server is full: the limit sessions is ${sessions}, and ${this.#taken} are taken; close one, or raise the limit`,
    )
  }
}

const left = (): GymError => new GymError('EPISODE_ABORTED', 'the client left while it waited')

type Kind = keyof Owner
type Counted = 'Sessions' | 'Episodes'
type QuotaName = 'tokenSessions' | 'addressSessions' | 'sessionEpisodes' | 'tokenEpisodes' | 'addressEpisodes'

const NOUNS: Readonly<Record<Counted, string>> = { Sessions: 'session', Episodes: 'episode' }

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
  take(owner: Owner, what: Counted, freed = 0): void {
    this.expectRoom(owner, what, 1 - freed)
    this.#add(owner, what, 1)
  }

  /** @throws GymError CAPACITY_REACHED if fewer than this number are left. */
  expectRoom(owner: Owner, what: Counted, more: number): void {
    for (const kind of KINDS[what]) {
      const name = `${kind}${what}` as QuotaName
      const most = this.#limits[name]
      const taken = this.#counts.get(keyOf(owner, kind, what)) ?? 0
      if (taken + more > most) throw full(kind, what, name, taken, most)
    }
  }

  giveBack(owner: Owner, what: Counted): void {
    this.#add(owner, what, -1)
  }

  #add(owner: Owner, what: Counted, more: 1 | -1): void {
    for (const kind of KINDS[what]) {
      const key = keyOf(owner, kind, what)
      const count = (this.#counts.get(key) ?? 0) + more
      if (count > 0) this.#counts.set(key, count)
      else this.#counts.delete(key)
    }
  }
}

const keyOf = (owner: Owner, kind: Kind, what: Counted): string => `${what} ${kind} ${owner[kind]}`

const full = (kind: Kind, what: Counted, name: QuotaName, taken: number, most: number): GymError =>
  new GymError(
    'CAPACITY_REACHED',
    `this ${kind} has ${counted(taken, NOUNS[what])} open, and the limit ${name} is ${most}: end some first`,
  )
