import { setImmediate } from 'node:timers/promises'
import {
  concatMap,
  defer,
  first,
  from,
  merge,
  type Observable,
  type ObservableInput,
  of,
  retry,
  Subject,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  timeout,
  timer,
} from 'rxjs'
import { GymError } from '../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../core/data/maybe-promise.ts'
import { shown } from '../../core/data/shown.ts'
import { BoundedQueue, type Overflow } from '../hosting/bounded-queue.ts'
import type { ServerEvent } from '../hosting/events.ts'

/**
 * Who takes what happened, a little later. It is given batches one after the other, in order, each event once.
 * Where it throws or takes too long it is reported, that batch is lost to it, and it continues after a pause; after five
 * such batches in a row it is detached. Other consumers are not affected.
 */
export interface Consumer {
  /** Lower case with dashes; each once in a stream. */
  readonly name: string
  /** `block` holds back the replies of steps that it has no room for: for what must see every step. */
  readonly overflow: Overflow
  /** Events that may wait. @default 4096 */
  readonly capacity?: number
  /** @default 64 */
  readonly maxBatch?: number
  /** Milliseconds to wait for a batch to fill up. @default 0: whatever is there at the event loop's next turn */
  readonly lingerMs?: number
  /** Milliseconds for a batch. @default 5000 */
  readonly timeoutMs?: number
  /** Called at once for every event: only look; one that throws is given up. @default all but failures */
  wants?(event: ServerEvent): boolean
  /** @param signal aborted when time is up or the stream ends: what comes later is not waited for. */
  take(batch: readonly ServerEvent[], signal: AbortSignal): MaybePromise<void>
}

const wantsAllButFailures = ({ kind }: ServerEvent): boolean => kind !== 'failed'

/**
 * The consumer with what it leaves open.
 * @throws GymError CONFIG_INVALID for an invalid name, or a number that is not whole or below its least.
 */
export function completed(consumer: Consumer): Required<Consumer> {
  const { name, overflow, capacity = 4096, maxBatch = 64, lingerMs = 0, timeoutMs = 5000 } = consumer
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw invalid(name, 'its name must be lower case with dashes')
  expectWhole(name, { capacity, maxBatch, timeoutMs }, 1)
  expectWhole(name, { lingerMs }, 0)
  return {
    ...{ name, overflow, capacity, maxBatch, lingerMs, timeoutMs },
    wants: consumer.wants?.bind(consumer) ?? wantsAllButFailures,
    take: consumer.take.bind(consumer),
  }
}

function expectWhole(name: string, numbers: Readonly<Record<string, number>>, least: number): void {
  for (const [option, value] of Object.entries(numbers))
    if (!Number.isSafeInteger(value) || value < least)
      throw invalid(name, `${option} must be a whole number from ${least}, not ${value}`)
}

const invalid = (name: string, what: string): GymError =>
  new GymError('CONFIG_INVALID', `consumer ${shown(name)} of the stream: ${what}`)

/** How one consumer is doing. */
export interface ConsumerCounts {
  readonly name: string
  /** Events that wait for it now. */
  readonly waiting: number
  /** Given to it, and done with. */
  readonly taken: number
  /** Lost to its overflow rule. */
  readonly dropped: number
  /** Lost in batches that it failed on. */
  readonly failed: number
  /** Whether it was given up. */
  readonly isDetached: boolean
}

/** Batches that may fail in a row; then the consumer is given up. */
const MAX_FAILURES = 5
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 1000

/**
 * One consumer's way through the stream: a bounded queue in front, and behind it a pipeline that is woken for one batch
 * at a time. So nothing piles up within RxJS, which would shift it at quadratic cost; and a consumer's error ends no
 * pipeline but its own, which starts again.
 */
export class ConsumerQueue {
  readonly #consumer: Required<Consumer>
  readonly #report: (error: unknown) => void
  readonly #queue: BoundedQueue<ServerEvent>
  /** Says that a batch is due. */
  readonly #wakes = new Subject<void>()
  /** Says that an event came while a batch was due. */
  readonly #arrivals = new Subject<void>()
  readonly #rests = new Subject<void>()
  readonly #stops = new Subject<void>()
  /** Whether a batch is due and has not been taken from the queue. */
  #isDue = false
  #given: readonly ServerEvent[] = []
  #taken = 0
  #failed = 0
  #isDetached = false

  /** @param report Called with each failure of the consumer. */
  constructor(consumer: Required<Consumer>, report: (error: unknown) => void) {
    this.#consumer = consumer
    this.#report = report
    this.#queue = new BoundedQueue(consumer.capacity, consumer.overflow)
    this.#batches().subscribe({ error: () => this.detach(), complete: () => this.detach() })
  }

  get counts(): ConsumerCounts {
    return {
      name: this.#consumer.name,
      waiting: this.#queue.waiting,
      taken: this.#taken,
      dropped: this.#queue.dropped,
      failed: this.#failed,
      isDetached: this.#isDetached,
    }
  }

  /**
   * A consumer whose `wants` throws is detached before that is reported: the report is an event, too.
   * @returns A promise where the consumer asks producers to wait until it has room.
   */
  offer(event: ServerEvent): Promise<void> | undefined {
    if (this.#isDetached) return undefined
    try {
      if (!this.#consumer.wants(event)) return undefined
    } catch (error) {
      this.detach()
      this.#report(error)
      return undefined
    }
    const isFull = this.#queue.add(event)
    if (!this.#isDue) {
      this.#isDue = true
      this.#wakes.next()
    } else if (this.#arrivals.observed) this.#arrivals.next()
    return isFull ? this.#queue.room() : undefined
  }

  /** When nothing waits and nothing is in progress. */
  async settled(): Promise<void> {
    while (this.#isBusy) await new Promise<void>((resolve) => this.#rests.pipe(take(1)).subscribe(resolve))
  }

  /** Gives the consumer nothing more, and releases producers that wait for it. */
  detach(): void {
    if (this.#isDetached) return
    this.#isDetached = true
    this.#queue.clear()
    this.#stops.next()
    this.#rests.next()
  }

  get #isBusy(): boolean {
    return !this.#isDetached && this.#queue.waiting + this.#given.length > 0
  }

  #batches(): Observable<void> {
    return defer(() => this.#wakings()).pipe(
      concatMap(this.#due()),
      concatMap(this.#give),
      tap({ error: this.#lost }),
      retry({ count: MAX_FAILURES - 1, delay: (_, failures) => pause(failures), resetOnSuccess: true }),
      takeUntil(this.#stops),
    )
  }

  /** What came before the pipeline was there, or was starting again, wakes it at once. */
  #wakings(): Observable<void> {
    this.#isDue = this.#queue.waiting > 0
    return this.#isDue ? this.#wakes.pipe(startWith(undefined)) : this.#wakes
  }

  /** When a batch is given that is due: never at once, so that a consumer is never on the path of a reply. */
  #due(): () => ObservableInput<void> {
    const { maxBatch, lingerMs } = this.#consumer
    if (lingerMs === 0) return nextTurn
    const isFilled = (): boolean => this.#queue.waiting >= maxBatch
    const filled = this.#arrivals.pipe(startWith(undefined), first(isFilled))
    return () => merge(timer(lingerMs), filled).pipe(take(1), switchMap(nextTurn))
  }

  readonly #give = (): Observable<void> => {
    const { take: consume, maxBatch, timeoutMs } = this.#consumer
    const abandoned = new AbortController()
    this.#given = this.#queue.take(maxBatch)
    this.#isDue = this.#queue.waiting > 0
    if (this.#isDue) this.#wakes.next()
    const done = consume(this.#given, abandoned.signal)
    // Most return nothing, and have not even to be asked whether that is a promise.
    if (done === undefined || !isPromise(done)) return of(this.#done())
    return from(done).pipe(
      tap({ unsubscribe: () => abandoned.abort() }),
      timeout({ first: timeoutMs }),
      tap(() => this.#done()),
    )
  }

  #done(): void {
    this.#taken += this.#given.length
    this.#given = []
    this.#rests.next()
  }

  readonly #lost = (error: unknown): void => {
    this.#failed += this.#given.length
    this.#given = []
    this.#report(error)
    this.#rests.next()
  }
}

/** Lets the event loop turn, so that a long queue starves no socket. */
const nextTurn = (): Promise<void> => setImmediate()

const pause = (failures: number): Observable<number> =>
  timer(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS))
