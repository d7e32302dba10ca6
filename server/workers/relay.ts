import WebSocket from 'ws'
import type { ClientSocket, Connection, Session } from '../transport/sockets.ts'

/** Bytes that wait for the other server before the client is read no further. */
const MOST_WAITING = 2 ** 20
/** Bytes of a frame of another server, which keeps its own limit. */
const MOST_BYTES = 2 ** 28

/** Where a client's frames go, and what the client has seen of the server that it was at before. */
export interface RelaySettings {
  readonly connection: Connection
  /** `http://HOST:PORT` of the other server. */
  readonly url: string
  readonly subprotocol: string | null
  /** Whether the client was welcomed already. */
  readonly isWelcomed: boolean
}

/** A client whose session is at another server: frames pass both ways, in order, as they are. */
export class Relay implements Session {
  readonly #client: ClientSocket
  readonly #upstream: WebSocket
  readonly #waiting: string[] = []
  #skipsWelcome: boolean

  constructor({ connection, url, subprotocol, isWelcomed }: RelaySettings) {
    this.#client = connection.socket
    this.#skipsWelcome = isWelcomed
    this.#upstream = new WebSocket(url.replace(/^http/, 'ws') + connection.dial.path, subprotocol ?? [], {
      perMessageDeflate: false,
      maxPayload: MOST_BYTES,
      headers: connection.dial.headers,
    })
    this.#listen(this.#upstream)
  }

  frame(text: string): void {
    if (this.#upstream.readyState === WebSocket.CONNECTING) this.#waiting.push(text)
    else this.#send(text)
  }

  /** As a client of a server would have it: the other one says what is wrong. */
  binary(bytes: Buffer): void {
    if (this.#upstream.readyState === WebSocket.OPEN) this.#upstream.send(bytes)
  }

  end(): void {
    this.#upstream.removeAllListeners()
    this.#upstream.on('error', () => {})
    this.#upstream.terminate()
  }

  #listen(upstream: WebSocket): void {
    upstream.on('open', () => {
      for (const text of this.#waiting.splice(0)) this.#send(text)
    })
    upstream.on('message', (data) => this.#receive(String(data)))
    // A client of a lost server connects again, and finds the one in its place.
    upstream.on('error', () => this.#client.terminate())
    upstream.on('close', (status, reason) => {
      if (isSendable(status)) this.#client.close(status, String(reason))
      else this.#client.terminate()
    })
    this.#client.onDrained(() => upstream.resume())
  }

  #receive(text: string): void {
    if (this.#skipsWelcome) {
      this.#skipsWelcome = false
      return
    }
    this.#client.send(text)
    if (this.#client.isSlow) this.#upstream.pause()
  }

  #send(text: string): void {
    if (this.#upstream.readyState !== WebSocket.OPEN) return
    this.#upstream.send(text, { binary: false }, () => {
      if (this.#upstream.bufferedAmount < MOST_WAITING) this.#client.release()
    })
    if (this.#upstream.bufferedAmount >= MOST_WAITING) this.#client.hold()
  }
}

/** Codes that a close frame may have: the others say that there was none. */
const isSendable = (status: number): boolean => status >= 1000 && status !== 1005 && status !== 1006 && status !== 1015
