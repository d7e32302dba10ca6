import { GymError } from '../../core/errors.ts'
import type { Limits } from '../limits.ts'

/** The right of one session to be served. */
export interface Place {
  leave(): void
}

interface Waiting {
  seat(place: Place): void
  giveUp(error: GymError): void
}

/** Places for sessions; who finds none waits in line for a while. */
export class Places {
  readonly #limits: Pick<Limits, 'sessions' | 'waitingSessions' | 'waitMs'>
  readonly #line = new Set<Waiting>()
  #taken = 0

  constructor(limits: Pick<Limits, 'sessions' | 'waitingSessions' | 'waitMs'>) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#line.size
  }

  /**
   * A place, at once or when it is one's turn.
   * @param signal aborted when whoever waits has gone.
   * @throws GymError CAPACITY_REACHED, at once where the line is full, else after `waitMs`.
   */
  enter(signal: AbortSignal): Place | Promise<Place> {
    if (this.#taken < this.#limits.sessions) return this.#take()
    if (this.#line.size >= this.#limits.waitingSessions) throw this.#full()
    return this.#wait(signal)
  }

  #take(): Place {
    this.#taken++
    let isLeft = false
    const leave = (): void => {
      if (isLeft) return
      isLeft = true
      this.#taken--
      this.#next()
    }
    return { leave }
  }

  #next(): void {
    const [first] = this.#line
    if (first && this.#taken < this.#limits.sessions) first.seat(this.#take())
  }

  #wait(signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        this.#line.delete(waiting)
        settle()
      }
      const waiting: Waiting = {
        seat: (place) => end(() => resolve(place)),
        giveUp: (error) => end(() => reject(error)),
      }
      const leave = (): void => waiting.giveUp(new GymError('EPISODE_ABORTED', 'the client left while it waited'))
      const timer = setTimeout(() => waiting.giveUp(this.#full()), this.#limits.waitMs)
      signal.addEventListener('abort', leave, { once: true })
      this.#line.add(waiting)
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
