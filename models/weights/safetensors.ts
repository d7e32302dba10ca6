import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { Json } from '../../core/data/types.ts'
import { attributed, readNamedFile, writeWhole } from '../../records/files.ts'
import { type Weight, type Weights, weightSize } from './weights.ts'

/** Weights with texts about them. */
export interface Checkpoint {
  readonly weights: Weights
  readonly metadata: Readonly<Record<string, string>>
}

/** Name under which the format keeps texts. */
const METADATA = '__metadata__'
const LENGTH_BYTES = 8
const FLOAT_BYTES = 4
/** Most bytes of a header, as in the format's own reader. */
const LONGEST_HEADER = 100_000_000

/**
 * Weights in the safetensors format (github.com/huggingface/safetensors), which Python reads with
 * `safetensors.numpy.load_file`: the length of a JSON header, the header, then the values in little-endian float32.
 */
export function encodeSafetensors({ weights, metadata }: Checkpoint): Uint8Array {
  let end = 0
  const entries = Object.entries(weights).map(([name, { shape, data }]) => {
    const begin = end
    end += data.length * FLOAT_BYTES
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const text = JSON.stringify({ [METADATA]: metadata, ...Object.fromEntries(entries) })
  // Spaces up to a multiple of 8: values then begin where any reader may map them.
  const header = new TextEncoder().encode(text.padEnd(text.length + padding(Buffer.byteLength(text))))
  const file = new Uint8Array(LENGTH_BYTES + header.length + end)
  const view = new DataView(file.buffer)
  view.setBigUint64(0, BigInt(header.length), true)
  file.set(header, LENGTH_BYTES)
  let at = LENGTH_BYTES + header.length
  for (const { data } of Object.values(weights)) for (const value of data) at = writeFloat(view, at, value)
  return file
}

const padding = (length: number): number => (8 - (length % 8)) % 8

function writeFloat(view: DataView, at: number, value: number): number {
  view.setFloat32(at, value, true)
  return at + FLOAT_BYTES
}

/**
 * Reads weights from the safetensors format, of float32 alone.
 * @param name how messages call the file
 * @throws GymError MODEL_INVALID for a file that is truncated, has other types, or values that do not belong to a weight.
 */
export function decodeSafetensors(file: Uint8Array, name: string): Checkpoint {
  const fail = (problem: string): GymError => new GymError('MODEL_INVALID', `${name}: ${problem}`)
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const { header, begin } = readHeader(file, view, fail)
  const { metadata, entries } = partsOf(header, fail)
  expectWhole(entries, file.length - begin, fail)
  const weights = entries.map(({ key, shape, offsets: [from] }) => {
    const data = new Float32Array(weightSize({ shape }))
    for (let at = 0; at < data.length; at++) data[at] = view.getFloat32(begin + from + at * FLOAT_BYTES, true)
    return [key, { shape, data }] as const
  })
  return { metadata, weights: Object.fromEntries<Weight>(weights) }
}

/** Header of a file, and where its values begin. */
function readHeader(file: Uint8Array, view: DataView, fail: Fail) {
  if (file.length < LENGTH_BYTES) throw fail('it ends before its header')
  const length = Number(view.getBigUint64(0, true))
  const begin = LENGTH_BYTES + length
  if (length > LONGEST_HEADER || begin > file.length) throw fail('it is truncated, or not a safetensors file')
  return { header: headerOf(file.subarray(LENGTH_BYTES, begin), fail), begin }
}

/**
 * Texts about the weights of a file, without the weights.
 * @throws GymError MODEL_INVALID where it is missing, or has no header of the format
 */
export function readMetadata(path: string): Checkpoint['metadata'] {
  const file = bytesOf(path)
  const fail = (problem: string): GymError => new GymError('MODEL_INVALID', `${path}: ${problem}`)
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  return partsOf(readHeader(file, view, fail).header, fail).metadata
}

/** Reads a file of weights. @throws GymError MODEL_INVALID where it is missing, or not a whole file of float32. */
export function readSafetensors(path: string): Checkpoint {
  return decodeSafetensors(bytesOf(path), path)
}

/**
 * Writes weights to a file, which is there whole or as it was before, even after power loss.
 * @throws GymError RECORD_FAILED where it cannot be written.
 */
export function writeSafetensors(path: string, checkpoint: Checkpoint): void {
  const { buffer } = encodeSafetensors(checkpoint)
  attributed('RECORD_FAILED', `${path} cannot be written`, () => writeWhole(path, Buffer.from(buffer)))
}

function bytesOf(path: string): Uint8Array {
  try {
    return readNamedFile(path)
  } catch (thrown) {
    throw new GymError('MODEL_INVALID', `${path} cannot be read: ${messageOf(thrown)}`)
  }
}

type Fail = (problem: string) => GymError

interface Entry {
  readonly key: string
  readonly shape: readonly number[]
  readonly offsets: readonly [number, number]
}

function headerOf(bytes: Uint8Array, fail: Fail): Readonly<Record<string, Json>> {
  try {
    const header = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isRecord(header)) return header
  } catch {}
  throw fail('its header is not a JSON object')
}

function partsOf(header: Readonly<Record<string, Json>>, fail: Fail) {
  const { [METADATA]: metadata = {}, ...rest } = header
  if (!isRecord(metadata)) throw fail(`${METADATA} is not an object of texts`)
  const texts = Object.entries(metadata).map(([key, text]) => {
    if (typeof text !== 'string') throw fail(`${METADATA} is not an object of texts`)
    return [key, text] as const
  })
  return {
    metadata: Object.fromEntries(texts),
    entries: Object.entries(rest).map(([key, value]) => entryOf(key, value, fail)),
  }
}

function entryOf(key: string, value: Json, fail: Fail): Entry {
  const { dtype = null, shape = null, data_offsets: offsets = null } = isRecord(value) ? value : {}
  if (dtype !== 'F32') throw fail(`${key} has the type ${JSON.stringify(dtype)}: only F32 can be read`)
  const [from, to, ...more] = countsOf(offsets) ?? []
  const lengths = countsOf(shape)
  if (lengths === null || from === undefined || to === undefined || more.length > 0)
    throw fail(`${key} has no shape, or no place in the file`)
  if (to - from !== weightSize({ shape: lengths }) * FLOAT_BYTES)
    throw fail(`${key} of shape [${lengths.join(', ')}] has ${to - from} bytes`)
  return { key, shape: lengths, offsets: [from, to] }
}

/** Values follow each other without a gap, and end with the file. */
function expectWhole(entries: readonly Entry[], length: number, fail: Fail): void {
  let end = 0
  for (const { key, offsets } of entries.toSorted(
    (a, b) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1],
  )) {
    if (offsets[0] !== end) throw fail(`the values of ${key} begin at ${offsets[0]}, not at ${end}`)
    end = offsets[1]
  }
  if (end !== length) throw fail(`it has ${length} bytes of values, not ${end}`)
}

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whole numbers from 0; null for anything else. */
function countsOf(value: Json): readonly number[] | null {
  if (!Array.isArray(value)) return null
  const counts = value.filter(
    (item): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0,
  )
  return counts.length === value.length ? counts : null
}
