import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { threadEntry } from '../../../core/data/thread-entry.ts'
import type { ParquetMessage } from './parquet-rows.ts'

const MAGIC = 'PAR1'

/** Whether a file is Parquet, by its first bytes. */
export const isParquet = (bytes: Uint8Array): boolean =>
  bytes.length >= MAGIC.length && new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC

const MIB = 2 ** 20

const ENTRY = threadEntry(new URL(`./parquet-rows${extname(import.meta.url)}`, import.meta.url))

/** What reading a file may take: a changed bit can make its reader loop or allocate without end. */
export interface ReadLimits {
  readonly milliseconds: number
  readonly bytes: number
}

const limitsOf = ({ length }: Uint8Array): ReadLimits => ({
  milliseconds: 20_000 + (length / MIB) * 5_000,
  bytes: 1024 * MIB + length * 50,
})

/** A thread whose heap does not hold Node.js itself ends the process. */
const LEAST_HEAP_MIB = 64

/** Milliseconds between looks at memory outside the heap, which a thread has no limit of. */
const LOOK_MS = 20

/**
 * The rows of a Parquet file as records, read in a thread of its own. Integers, times and bytes are as exact as they are
 * in the file.
 * @throws GymError BATCH_INVALID where it is damaged, compressed with what Node does not know, identifies steps by
 *   decimals that a number does not hold, or takes more time or memory than files of its size do.
 */
export async function recordsOfParquet(
  bytes: Uint8Array,
  name: string,
  limits = limitsOf(bytes),
): Promise<readonly unknown[]> {
  const worker = new Worker(ENTRY, {
    workerData: bytes,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: Math.max(LEAST_HEAP_MIB, limits.bytes / MIB) },
  })
  try {
    return await rowsWithin(worker, limits)
  } catch (thrown) {
    throw new GymError('BATCH_INVALID', `${name} is not a readable Parquet file: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  } finally {
    await worker.terminate()
  }
}

function rowsWithin(worker: Worker, { milliseconds, bytes }: ReadLimits): Promise<readonly unknown[]> {
  const before = process.memoryUsage.rss()
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => reject(new Error(message))
    const tooLarge = (): void => fail(`reading it takes more than ${Math.round(bytes / MIB)} MiB of memory`)
    const late = setTimeout(fail, milliseconds, `reading it takes more than ${Math.round(milliseconds / 1000)} s`)
    const look = (now: number): unknown => now - before >= bytes && tooLarge()
    look(before)
    const looking = setInterval(() => look(process.memoryUsage.rss()), LOOK_MS)
    worker.on('message', ({ rows, failure }: ParquetMessage) => (rows ? resolve(rows) : fail(failure)))
    worker.on('error', (error) =>
      'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge() : reject(error),
    )
    worker.on('exit', () => {
      clearTimeout(late)
      clearInterval(looking)
      fail('its reader ended early')
    })
  })
}
