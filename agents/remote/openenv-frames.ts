import { GymError } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { wireError } from './wire-error.ts'

/** Result of a reset or step in OpenEnv's protocol. */
export interface OpenEnvResult {
  /** The environment's own shape: servers of ours have `text`. */
  readonly observation: JsonObject
  /** Null where the server gave none, or one that is not a number. */
  readonly reward: number | null
  readonly done: boolean
  /** Other fields: from servers of ours `rewards`, `truncated`, `info`, `available_actions` and more. */
  readonly extra: JsonObject
}

type Frame = { readonly type?: Json; readonly data?: Json }

/** Nothing but `type` and `data`: OpenEnv's own server refuses frames that have more. */
export const frameOf = (type: 'reset' | 'step', data: JsonObject): string => JSON.stringify({ type, data })

export const STATE_FRAME = '{"type":"state"}'
/** @param truncate reason that the open episode is truncated for; undefined where the server's setting decides */
export const closeFrame = (truncate: string | undefined): string =>
  JSON.stringify({ type: 'close', ...(truncate !== undefined && { data: { truncate } }) })

/** A seed beyond 2^53 is written with all its digits. */
export function resetFrame({ seed, ...data }: JsonObject & { readonly seed?: Seed }): string {
  if (typeof seed !== 'string') return frameOf('reset', seed === undefined ? data : { seed, ...data })
  const others = JSON.stringify(data).slice(1)
  return `{"type":"reset","data":{"seed":${digitsOf(seed)}${others === '}' ? '' : ','}${others}}`
}

function digitsOf(seed: string): string {
  if (/^(0|[1-9]\d*)$/.test(seed)) return seed
  throw new GymError('SEED_INVALID', `a seed is an integer from 0, or its digits, not ${shown(seed)}`)
}

/** @throws GymError FRAME_INVALID for anything that is not a result; the server's own where it is an error. */
export function resultIn(text: string): OpenEnvResult {
  const { observation, reward = null, done, ...extra } = dataOf(text, 'observation')
  if (!isObject(observation)) throw invalid('an observation that is not an object')
  if (typeof done !== 'boolean') throw invalid('a result that does not say whether the episode is done')
  return { observation, reward: rewardOf(reward), done, extra }
}

/** @throws GymError as `resultIn` */
export const stateIn = (text: string): JsonObject => dataOf(text, 'state')

function dataOf(text: string, expected: 'observation' | 'state'): JsonObject {
  const { type, data }: Frame = objectIn(text)
  if (type === 'error') throw errorOf(data)
  if (type !== expected) throw invalid(`${shown(type ?? null)} where ${expected} was due`)
  if (!isObject(data)) throw invalid('a frame without data')
  return data
}

/** OpenEnv's own server says that it is full before anything was asked. */
export function unaskedIn(text: string): GymError {
  try {
    const { type, data }: Frame = objectIn(text)
    return type === 'error' ? errorOf(data) : invalid('a frame without a request')
  } catch {
    return invalid('something that is not a frame')
  }
}

/** Servers of ours also say their own code. */
function errorOf(data: Json | undefined): GymError {
  const { code = null, gym_code = code, message = null } = isObject(data) ? data : {}
  return wireError(gym_code, message)
}

/** Python's environments may also say whether a step was good. */
function rewardOf(reward: Json): number | null {
  if (typeof reward === 'boolean') return Number(reward)
  if (reward === null || typeof reward === 'number') return reward
  throw invalid('a reward that is not a number')
}

function objectIn(text: string): JsonObject {
  const frame = parsed(text)
  if (isObject(frame)) return frame
  throw invalid('something that is not a frame')
}

function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return withoutNaN(text)
  }
}

const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g

/** Python writes numbers that JSON has not; they are absent, as any number that was not computed. */
function withoutNaN(text: string): Json {
  try {
    return parseJson(text.replace(TEXT_OR_NUMBER, (found) => (found.startsWith('"') ? found : 'null')))
  } catch (cause) {
    throw new GymError('FRAME_INVALID', 'the server sent something that is not JSON', { cause })
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const invalid = (what: string): GymError => new GymError('FRAME_INVALID', `the server sent ${what}`)
