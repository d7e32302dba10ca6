import { parentPort, workerData } from 'node:worker_threads'
import zlib from 'node:zlib'
import { type Compressors, type FileMetaData, parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet'
import { messageOf } from '../../../core/data/errors.ts'

/** Decompresses Zstandard: since Node.js 22.15. */
const zstandard: unknown = 'zstdDecompressSync' in zlib ? zlib.zstdDecompressSync : null

/** No more than the file says of a page: a small one may expand to any size. */
const atMost = (bytes: number): { readonly maxOutputLength: number } => ({ maxOutputLength: Math.max(1, bytes) })

function zstandardDecompressed(input: Uint8Array, bytes: number): Uint8Array {
  const settings = [input, atMost(bytes)]
  const output: unknown = typeof zstandard === 'function' ? Reflect.apply(zstandard, zlib, settings) : null
  if (output instanceof Uint8Array) return output
  throw new TypeError('Zstandard needs Node.js 22.15 or later')
}

/** What Node decompresses; Snappy, the default of pyarrow and pandas, the reader does itself. */
const COMPRESSORS: Compressors = {
  GZIP: (input, bytes) => zlib.gunzipSync(input, atMost(bytes)),
  BROTLI: (input, bytes) => zlib.brotliDecompressSync(input, atMost(bytes)),
  ...(zstandard !== null && { ZSTD: zstandardDecompressed }),
}

/** What the reader would shorten: times to milliseconds, bytes that are not text to one and the same character. */
const PARSERS = {
  timestampFromMicroseconds: (micros: bigint): string => timeOf(micros * 1000n),
  timestampFromNanoseconds: (nanos: bigint): string => timeOf(nanos),
  stringFromBytes: (bytes: Uint8Array | undefined): unknown => bytes && textOf(bytes),
}

/** ISO 8601, with as many digits after the point as it needs. */
function timeOf(nanos: bigint): string {
  const below = ((nanos % MILLISECOND) + MILLISECOND) % MILLISECOND
  const time = new Date(Number((nanos - below) / MILLISECOND)).toISOString()
  return below === 0n ? time : time.replace('Z', `${below.toString().padStart(6, '0')}Z`)
}

const MILLISECOND = 1_000_000n

function textOf(bytes: Uint8Array): string | readonly number[] {
  try {
    return UTF_8.decode(bytes)
  } catch {
    return [...bytes]
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The rows of a Parquet file as records. Integers, times and bytes are as exact as they are in the file.
 * @throws Error where it is damaged, compressed with what Node does not know, or identifies steps by decimals that a
 *   number does not hold.
 */
async function rowsOf(bytes: Uint8Array): Promise<readonly unknown[]> {
  const file = new Uint8Array(bytes).buffer
  const metadata = parquetMetadata(file)
  expectExactKeys(metadata)
  const rows = await parquetReadObjects({ file, metadata, compressors: COMPRESSORS, parsers: PARSERS })
  return rows.map((row) => plainOf(row))
}

const adviceOn = (thrown: unknown): string =>
  /compression/.test(messageOf(thrown)) ? `; write it with compression="snappy"${ZSTANDARD}` : ''

const ZSTANDARD = 'ZSTD' in COMPRESSORS ? '' : ' (ZSTD, the default of polars, is read by Node.js 22.15 and later)'

/** Columns whose values are compared for equality. */
const KEYS = ['trajectory', 'traj_uid', 'group', 'uid', 'anchors', 'nextAnchors', 'anchor_obs', 'action', 'lineage']
/** Decimal digits that a number always holds. */
const MOST_DIGITS = 15

/** Decimals are read as numbers, and two of many digits may be one number. */
function expectExactKeys({ schema }: FileMetaData): void {
  const isLong = ({ converted_type: type, precision = 0 }: SchemaElement): boolean =>
    type === 'DECIMAL' && precision > MOST_DIGITS
  let top = ''
  let left = 0
  for (const element of schema.slice(1)) {
    if (left === 0) [top, left] = [element.name, 1]
    left += (element.num_children ?? 0) - 1
    if (isLong(element) && KEYS.includes(top.split('.')[0] ?? ''))
      throw new Error(`the column ${top} has decimals of up to ${element.precision} digits: cast them to text or int64`)
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

/** What this thread says at its end. */
export type ParquetMessage =
  | { readonly rows: readonly unknown[]; readonly failure?: undefined }
  | { readonly rows?: undefined; readonly failure: string }

const say = (message: ParquetMessage): void => parentPort?.postMessage(message)

try {
  say({ rows: await rowsOf(workerData) })
} catch (thrown) {
  say({ failure: `${messageOf(thrown)}${adviceOn(thrown)}` })
}
