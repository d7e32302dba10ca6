import { GymError } from '../data/errors.ts'
import { parseJson } from '../data/json.ts'
import type { ServerFrame } from './events.ts'
import { invalidFrame, isFields } from './fields.ts'
import type { AckFrame, Request } from './requests.ts'

/** A request as JSON text. Log-probabilities of -Infinity, which JSON has not, are written as Python writes them. */
export function encodeRequest(request: Request | AckFrame): string {
  if (!('evidence' in request) || request.evidence === undefined) return JSON.stringify(request)
  const { evidence, ...plain } = request
  return `${JSON.stringify(plain).slice(0, -1)},"evidence":${withInfinities(evidence)}}`
}

/** A server frame as JSON text. */
export const encodeFrame = (frame: ServerFrame): string => JSON.stringify(frame)

/**
 * Reads a frame from the server, which is trusted to keep its types.
 * @throws GymError FRAME_INVALID for anything that is not a frame at all.
 */
export function parseServerFrame(text: string): ServerFrame {
  const frame: unknown = parsed(text)
  if (isServerFrame(frame)) return frame
  throw invalidFrame('the server sent something that is not a frame')
}

const isServerFrame = (value: unknown): value is ServerFrame => isFields(value) && typeof value.type === 'string'

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new GymError('FRAME_INVALID', 'the server sent something that is not JSON', { cause })
  }
}

function withInfinities(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(withInfinities).join(',')}]`
  const fields = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${withInfinities(item)}`).join(',')}}`
}
