import type { ServerResponse } from 'node:http'
import { asGymError } from '../../wire-errors.ts'
import type { Call } from './calls.ts'

/** Milliseconds between signs of life: clients give up after 30 s without any. */
const PING_MS = 10_000
/** Characters of a result in one event: the SDK's reader takes no line of more than 128 KiB. */
const CHUNK = 4096

/** Answers `/create_session`: an id, and the end. */
export function sendSessionId(response: ServerResponse, id: string): void {
  open(response)
  response.end(event('task_id', id) + event('end', ''))
}

/**
 * Sends the id of a call at once, by which its client can ask again, and then its result.
 * @returns When everything was sent, or the client has left.
 */
export async function sendResult(response: ServerResponse, call: Call): Promise<void> {
  const stopped = call.read()
  const closed = new Promise<void>((resolve) => response.once('close', () => resolve()))
  open(response)
  response.write(event('task_id', call.id))
  const ping = setInterval(() => response.write(': ping\n\n'), PING_MS)
  const result = call.result.then(resultEvents, (thrown) => event('error', asGymError(thrown).message))
  await Promise.race([result.then((text) => response.end(text)), closed])
  clearInterval(ping)
  await closed
  stopped(response.writableFinished)
}

/** The result in pieces; the last one is the end. */
export function resultEvents(result: string): string {
  const chunks = result.match(CHUNKS) ?? ['']
  return chunks.map((chunk, at) => event(at === chunks.length - 1 ? 'end' : 'chunk', unspaced(chunk))).join('')
}

/** By code points, so that no pair of surrogates is split. */
const CHUNKS = new RegExp(`.{1,${CHUNK}}`, 'gsu')

/**
 * The SDK's reader drops whitespace at the start of a line. In compact JSON it stands within strings alone, where it may
 * be escaped.
 */
const unspaced = (chunk: string): string =>
  chunk.replace(/^[\s\u0085]/u, (space) => `\\u${space.charCodeAt(0).toString(16).padStart(4, '0')}`)

const event = (name: string, data: string): string => `event: ${name}\ndata: ${data.replaceAll(/[\r\n]+/g, ' ')}\n\n`

function open(response: ServerResponse): void {
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }
  response.writeHead(200, { ...headers, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
}
