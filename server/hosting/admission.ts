import { GymError } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'
import type { Owner } from '../roles.ts'
import type { Quotas } from './quotas.ts'

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
