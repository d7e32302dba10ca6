import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that may wait for the one before them. */
const MOST_WAITING = 64

/**
 * Serves the requests of each connection one after another, each in its own turn of the event loop, and after its client
 * took the answer before. A client that sends requests ahead can neither keep the loop busy nor let answers pile up;
 * beyond `MOST_WAITING` its connection is closed.
 */
export function oneAtATime(serve: (request: IncomingMessage, response: ServerResponse) => void): RequestListener {
  const connections = new WeakMap<Socket, Connection>()
  return (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    const connection = connections.get(socket) ?? new Connection(socket)
    connections.set(socket, connection)
    connection.add(response, () => serve(request, response))
  }
}

type Start = () => void

class Connection {
  readonly #socket: Socket
  readonly #waiting: Start[] = []
  #isServing = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @param start serves a request; its answer closes `response`, also where the client leaves */
  add(response: ServerResponse, start: Start): void {
    const begin = (): void => {
      response.once('close', () => setImmediate(() => this.#next()))
      start()
    }
    if (this.#isServing) this.#wait(begin)
    else {
      this.#isServing = true
      begin()
    }
  }

  #wait(begin: Start): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(begin)
    else this.#socket.destroy()
  }

  #next(): void {
    const begin = this.#socket.destroyed ? undefined : this.#waiting.shift()
    if (begin) begin()
    else this.#isServing = false
  }
}
