import type { IncomingMessage } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'
import { isWireObject, parseWire, type WireObject } from '../transport/json.ts'

/**
 * The body of a request as an object; empty where there is none.
 * @throws GymError FRAME_TOO_LARGE, FRAME_INVALID
 */
export async function readBody(
  request: IncomingMessage,
  { frameBytesIn, frameDepth }: Pick<Limits, 'frameBytesIn' | 'frameDepth'>,
): Promise<WireObject> {
  const text = utf8(await bytesOf(request, frameBytesIn))
  const body = text.trim() === '' ? {} : parseWire(text, frameDepth)
  if (isWireObject(body)) return body
  throw new GymError('FRAME_INVALID', 'a body is a JSON object')
}

async function bytesOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > most) throw new GymError('FRAME_TOO_LARGE', `a body has at most ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new GymError('FRAME_INVALID', 'a body is UTF-8')
  }
}
