import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GymError, messageOf } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'
import { type ByteBudget, UnfinishedBytes } from './byte-budget.ts'
import { type FrameLimits, isWireObject, parseWire, type WireObject } from './json.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'
const OF_JSON = { 'content-type': JSON_TYPE }

/**
 * Milliseconds that a connection may be idle: longer than trainers wait between batches, and than proxies keep one for
 * the next request (60 s), as a request on a connection that was just closed fails.
 */
export const KEEP_ALIVE_MS = 75_000

/** Answers a request, unless it was answered or its client has left. */
export function answer(
  response: ServerResponse,
  status: number,
  body: string,
  more: Readonly<Record<string, string>> = OF_JSON,
): void {
  if (response.headersSent || response.destroyed) return
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...more }
  response.writeHead(status, headers).end(body)
}

/**
 * The body of a request as an object; empty if there is none.
 * @throws GymError FRAME_TOO_LARGE, FRAME_INVALID
 */
export async function readBody(
  request: IncomingMessage,
  limits: FrameLimits & Pick<Limits, 'frameBytesIn'>,
  inbound: ByteBudget,
): Promise<WireObject> {
  const text = await textOf(request, limits.frameBytesIn, inbound)
  const body = text.trim() === '' ? {} : parseWire(text, limits)
  if (isWireObject(body)) return body
  throw new GymError('FRAME_INVALID', 'a body is a JSON object')
}

/**
 * The body of a request that a form sent, as text.
 * @param most bytes
 * @throws GymError FRAME_TOO_LARGE, FRAME_INVALID
 */
export async function readForm(request: IncomingMessage, most: number, inbound: ByteBudget): Promise<string> {
  const [type] = (request.headers['content-type'] ?? '').split(';')
  if (type?.trim().toLowerCase() !== FORM_TYPE) throw new GymError('FRAME_INVALID', `a form is ${FORM_TYPE}`)
  return textOf(request, most, inbound)
}

const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * The body of a request as it came.
 * @param most bytes
 * @throws GymError FRAME_TOO_LARGE, FRAME_INVALID
 */
export function readBytes(request: IncomingMessage, most: number, inbound: ByteBudget): Promise<Buffer> {
  const unfinished = new UnfinishedBytes(inbound, () => request.destroy())
  return bytesOf(request, most, unfinished).finally(() => unfinished.close())
}

async function textOf(request: IncomingMessage, most: number, inbound: ByteBudget): Promise<string> {
  const coding = request.headers['content-encoding'] ?? 'identity'
  if (coding !== 'identity')
    throw new GymError('FRAME_INVALID', 'a body is not compressed: send it without content-encoding')
  return utf8(await readBytes(request, most, inbound))
}

function bytesOf(request: IncomingMessage, most: number, unfinished: UnfinishedBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    // What comes after the limit is read and dropped: an answer before the end of a body would not arrive.
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= most) {
        chunks.push(chunk)
        unfinished.received(chunk.length)
      } else {
        chunks.length = 0
        reject(new GymError('FRAME_TOO_LARGE', `a body has at most ${most} bytes`))
      }
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('close', () => reject(new GymError('FRAME_INVALID', 'the body ended early')))
  })
}

/** Milliseconds in which the rest of a body is read that was answered already. */
const DRAIN_MS = 5000

/** Reads the rest of a body that was answered already, so that the next request on its connection is served; or cuts it. */
export function drain(request: IncomingMessage, { frameBytesIn }: Pick<Limits, 'frameBytesIn'>): void {
  if (request.complete || request.destroyed) return
  let left = 4 * frameBytesIn
  const timer = setTimeout(() => request.destroy(), DRAIN_MS).unref()
  request.once('close', () => clearTimeout(timer))
  request.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) request.destroy()
  })
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new GymError('FRAME_INVALID', 'a body is UTF-8')
  }
}

/** Listens. @throws GymError ADDRESS_TAKEN */
export function bound(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'it is taken: choose another port, or 0 for any' : messageOf(error)
      reject(new GymError('ADDRESS_TAKEN', `cannot listen on ${host}:${port}: ${why}`, { cause: error }))
    }
    http.once('error', fail)
    http.listen(port, host, () => {
      http.removeListener('error', fail)
      resolve()
    })
  })
}

/** `http://HOST:PORT` of a server that listens. */
export function urlOf(http: Server, host: string): string {
  const { port } = http.address() as AddressInfo
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}
