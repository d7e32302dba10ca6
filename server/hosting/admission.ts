import { GymError } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'

/** The right of one session to be served. */
export interface SessionPermit {
  release(): void
}

interface Waiting {
  admit(place: SessionPermit): void
  giveUp(error: GymError): void
}

/** Places for sessions; who finds none waits in line for a while. */
export class SessionPermits {
  readonly #limits: Pick<Limits, 'sessions' | 'waitingSessions' | 'waitMs'>
  readonly #queue = new Set<Waiting>()
  #taken = 0

  constructor(limits: Pick<Limits, 'sessions' | 'waitingSessions' | 'waitMs'>) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#queue.size
  }

  /**
   * A place, at once or when it is one's turn.
   * @param signal aborted when whoever waits has gone.
   * @throws GymError CAPACITY_REACHED, at once where the line is full, else after `waitMs`.
   */
  enter(signal: AbortSignal): SessionPermit | Promise<SessionPermit> {
    if (this.#taken < this.#limits.sessions) return this.#take()
    if (this.#queue.size >= this.#limits.waitingSessions) throw this.#full()
    return this.#wait(signal)
  }

  #take(): SessionPermit {
    this.#taken++
    let isLeft = false
    const leave = (): void => {
      if (isLeft) return
      isLeft = true
      this.#taken--
      this.#next()
    }
    return { release: leave }
  }

  #next(): void {
    const [first] = this.#queue
    if (first && this.#taken < this.#limits.sessions) first.admit(this.#take())
  }

  #wait(signal: AbortSignal): Promise<SessionPermit> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        this.#queue.delete(waiting)
        settle()
      }
      const waiting: Waiting = {
        admit: (place) => end(() => resolve(place)),
        giveUp: (error) => end(() => reject(error)),
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
