import { IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** The head of a request to upgrade, as one process sends it to another beside the socket. */
export interface UpgradeHead {
  readonly url: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  /** What followed the head, in base64. */
  readonly rest: string
}

export const headOf = ({ url = '/', rawHeaders }: IncomingMessage, rest: Buffer): UpgradeHead => ({
  url,
  rawHeaders,
  rest: rest.toString('base64'),
})

/** The request that a head describes, on the socket that came with it. */
export function requestOf({ url, rawHeaders }: UpgradeHead, socket: Socket): IncomingMessage {
  const request = new IncomingMessage(socket)
  Object.assign(request, { method: 'GET', url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 })
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    // The first counts: a second one cannot undo what the first process has read.
    request.headers[name] ??= rawHeaders[at + 1]
  }
  return request
}

/** Headers that a request passes to the server that answers it: those of the connection alone are left out. */
export const passedHeaders = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name)))

const OF_CONNECTION: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  'content-length',
])
