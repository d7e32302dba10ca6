import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type Compressors, parquetReadObjects } from 'hyparquet'
import { GymError, messageOf } from '../../../core/data/errors.ts'

const MAGIC = 'PAR1'

/** Whether a file is Parquet, by its first bytes. */
export const isParquet = (bytes: Uint8Array): boolean =>
  bytes.length >= MAGIC.length && new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC

/** What Node decompresses; Snappy, the default of pyarrow and pandas, the reader does itself. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
}

/**
 * The rows of a Parquet file as records. Integers are as exact as they are in the file.
 * @throws GymError BATCH_INVALID where it is damaged, or compressed with what Node does not know (Zstandard, LZ4).
 */
export async function recordsOfParquet(bytes: Uint8Array, name: string): Promise<readonly unknown[]> {
  try {
    const file = new Uint8Array(bytes).buffer
    const rows = await parquetReadObjects({ file, compressors: COMPRESSORS })
    return rows.map((row) => plainOf(row))
  } catch (thrown) {
    const advice = 'write it again with compression="snappy" if it is compressed with something else'
    throw new GymError('BATCH_INVALID', `${name} is not a readable Parquet file: ${messageOf(thrown)}; ${advice}`, {
      cause: thrown,
    })
  }
}

/** JSON and integers of any size: arrays of any kind as lists, safe integers as numbers, dates as texts. */
function plainOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null) return value ?? null
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plainOf)
  if (value instanceof Uint8Array) return [...value]
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainOf(item)]))
}
