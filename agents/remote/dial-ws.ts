import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { type GymError, messageOf } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import { type Dialler, noConnection, type SocketEvents, type TextSocket } from './text-socket.ts'
import { wireError } from './wire-error.ts'

/** Bytes of one frame from the server. */
const MAX_FRAME_BYTES = 256 * 2 ** 20

/** Opens a socket of the package `ws`. */
export const dialWs: Dialler = ({ address, protocol, token, timeoutMs }, events) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address, protocol === null ? [] : [protocol], {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      handshakeTimeout: timeoutMs,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    })
    const refused = (error: GymError): void => {
      silence(socket)
      reject(error)
    }
    socket.once('error', (error) => refused(noConnection(address, messageOf(error), error)))
    socket.once('unexpected-response', (request, response) => {
      void refusalIn(response, address).then((error) => {
        request.destroy()
        refused(error)
      })
    })
    socket.once('open', () => {
      socket.removeAllListeners()
      resolve(opened(socket, events))
    })
  })

function opened(socket: WebSocket, events: SocketEvents): TextSocket {
  socket.on('message', (data, isBinary) => (isBinary ? events.onBinary() : events.onText(data.toString())))
  socket.on('ping', () => events.onSign?.())
  socket.on('close', (status, reason) => events.onClosed({ status, reason: reason.toString() }))
  // A close with its status follows.
  socket.on('error', () => {})
  return {
    get isOpen() {
      return socket.readyState === socket.OPEN
    },
    send: (text) => socket.send(text),
    close(status, reason) {
      silence(socket)
      socket.close(status, reason)
    },
    drop() {
      silence(socket)
      socket.terminate()
    },
  }
}

function silence(socket: WebSocket): void {
  socket.removeAllListeners()
  socket.on('error', () => {})
}

/** Servers of ours say with which error they refuse. */
async function refusalIn(response: IncomingMessage, address: string): Promise<GymError> {
  const status = response.statusCode ?? 0
  try {
    const body = parseOwnJson<RefusalBody | null>(await textOf(response))
    if (body?.error?.code !== undefined) return wireError(body.error.code, body.error.message)
  } catch {
    // Then the status must do.
  }
  return noConnection(address, `the server answered ${status} instead of opening a socket`)
}

interface RefusalBody {
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null
}

const MAX_REFUSAL_CHARACTERS = 65_536

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8')
  let text = ''
  for await (const part of response) {
    text += part
    if (text.length > MAX_REFUSAL_CHARACTERS) break
  }
  return text
}
