import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { readNamedFile } from '../../records/files.ts'

/** Places of the model in a folder, in the order in which they are tried. */
const MODEL_FILES = ['model.onnx', join('onnx', 'model.onnx')]
/** Most bytes of a message in the Protocol Buffers format. */
const LARGEST_MODEL = 2 ** 31 - 1
const LARGEST_CONFIG = 2 ** 20

/**
 * Path of the model in a folder.
 * @param file path within the folder, for a model of another name
 * @throws GymError MODEL_INVALID
 */
export function modelFileOf(folder: string, file: string | undefined): string {
  const names = file === undefined ? MODEL_FILES : [file]
  const found = names.map((name) => join(folder, name)).find(isFile)
  if (found !== undefined) return found
  if (isFile(folder)) throw new GymError('MODEL_INVALID', `${folder} is a file: name the folder that it lies in`)
  throw new GymError('MODEL_INVALID', `${folder} has no file ${names.join(' or ')}: export the model to ONNX there`)
}

/** Also false where what lies above it is a file, or may not be entered. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Bytes of a model, read once its size is known. @throws GymError MODEL_INVALID */
export const readModelFile = (path: string): Uint8Array => read(path, LARGEST_MODEL)

function read(path: string, most: number): Uint8Array {
  try {
    return readNamedFile(path, most)
  } catch (thrown) {
    throw new GymError('MODEL_INVALID', `${path} cannot be read: ${messageOf(thrown)}`)
  }
}

/** What `config.json` beside a model says of its sizes; null where it says nothing. */
export interface ModelConfig {
  readonly vocabulary: number | null
  /** Most tokens of a sequence. */
  readonly maxLength: number | null
}

/**
 * Reads `config.json` of a Hugging Face model, beside the model or in the folder above it.
 * @throws GymError MODEL_INVALID for a file that is not a JSON object.
 */
export function modelConfigOf(modelFile: string): ModelConfig {
  const places = [dirname(modelFile), dirname(dirname(modelFile))].map((folder) => join(folder, 'config.json'))
  const path = (basename(dirname(modelFile)) === 'onnx' ? places : places.slice(0, 1)).find(isFile)
  if (path === undefined) return { vocabulary: null, maxLength: null }
  const config = jsonObjectOf(path, LARGEST_CONFIG)
  return {
    vocabulary: countAt(config, ['vocab_size']),
    maxLength: countAt(config, ['max_position_embeddings', 'n_positions', 'n_ctx']),
  }
}

/** Reads a file of one JSON object. @throws GymError MODEL_INVALID */
export function jsonObjectOf(path: string, most: number): JsonObject {
  const bytes = read(path, most)
  try {
    const value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isRecord(value)) return value
  } catch {}
  throw new GymError('MODEL_INVALID', `${path} is not a JSON object`)
}

const isRecord = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function countAt(config: JsonObject, names: readonly string[]): number | null {
  const value = names.map((name) => config[name]).find((each) => each !== undefined)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : null
}

/** Digest of the bytes of files in their order: 16 hex digits. @throws GymError MODEL_INVALID */
export async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    hash.update(`${statSync(path).size};`)
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk)
    } catch (thrown) {
      throw new GymError('MODEL_INVALID', `${path} cannot be read: ${messageOf(thrown)}`)
    }
  }
  return hash.digest('hex').slice(0, 16)
}
