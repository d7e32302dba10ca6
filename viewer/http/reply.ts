import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/** Nothing runs but the viewer's own script, nothing is loaded from elsewhere, no page may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** Headers of every answer. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** What is sent. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly body: Buffer
  /** In place of those of every answer, by name. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Shorter bodies gain nothing from compression. */
const LEAST_ZIPPED = 1024

/**
 * Sends a reply: with an entity tag, so that what a page has already is not sent again, and compressed where the client
 * can read that.
 */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers: own }: Reply,
): void {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const headers = {
    ...HEADERS,
    'content-type': type,
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
    etag: tag,
    ...own,
  }
  if (status === 200 && request.headers['if-none-match'] === tag) return void response.writeHead(304, headers).end()
  const isZipped = body.length >= LEAST_ZIPPED && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  const sent = isZipped ? gzipSync(body) : body
  const encoding = isZipped ? { 'content-encoding': 'gzip' } : {}
  response.writeHead(status, { ...headers, ...encoding, 'content-length': `${sent.length}` })
  response.end(request.method === 'HEAD' ? undefined : sent)
}
