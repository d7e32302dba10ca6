import { GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Overflow } from './bounded-queue.ts'
import type { ServerEvent } from './server-event.ts'

/**
 * Who takes what happened, a little later. It is given batches one after the other, in order, each event once.
 * Where it throws or takes too long it is reported, that batch is lost to it, and it goes on after a pause; after five
 * such batches in a row it is given up. Nobody else notices.
 */
export interface Consumer {
  /** Lower case with dashes; each once in a stream. */
  readonly name: string
  /** `block` holds back the replies of steps that it has no room for: for what must see every step. */
  readonly overflow: Overflow
  /** Happenings that may wait. @default 4096 */
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
 * @throws GymError CONFIG_INVALID for a name that is none, or a number that is not whole or below its least.
 */
export function completed(consumer: Consumer): Required<Consumer> {
  const { name, overflow, capacity = 4096, maxBatch = 64, lingerMs = 0, timeoutMs = 5000 } = consumer
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw invalid(name, 'its name is to be lower case with dashes')
  expectWhole(name, { capacity, maxBatch, timeoutMs }, 1)
  expectWhole(name, { lingerMs }, 0)
  return {
    ...{ name, overflow, capacity, maxBatch, lingerMs, timeoutMs },
    wants: (event) => (consumer.wants ? consumer.wants(event) : wantsAllButFailures(event)),
    take: (batch, signal) => consumer.take(batch, signal),
  }
}

function expectWhole(name: string, numbers: Readonly<Record<string, number>>, least: number): void {
  for (const [option, value] of Object.entries(numbers))
    if (!Number.isSafeInteger(value) || value < least)
      throw invalid(name, `${option} is a whole number from ${least}, not ${value}`)
}

const invalid = (name: string, what: string): GymError =>
  new GymError('CONFIG_INVALID', `consumer ${JSON.stringify(name)} of the stream: ${what}`)
