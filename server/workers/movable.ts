import type { WorkerPlace } from '../hosting/worker-place.ts'
import type { ClientSocket, Connection, Dialect, Session } from '../transport/sockets.ts'
import { Relay } from './relay.ts'

/** Name of the session or group that a frame needs, if it needs one; `isFirst` of a socket. */
export type NameIn = (text: string, isFirst: boolean) => string | null

/** A dialect of a server that is one of several: a socket whose session or group is at another is relayed to it. */
export const movable = (dialect: Dialect, place: WorkerPlace, nameIn: NameIn): Dialect => ({
  subprotocol: dialect.subprotocol,
  roles: dialect.roles,
  open: (connection) => new MovableSession(dialect, place, nameIn, connection),
  close: (reason) => dialect.close?.(reason),
})

class MovableSession implements Session {
  readonly #dialect: Dialect
  readonly #place: WorkerPlace
  readonly #nameIn: NameIn
  readonly #connection: Connection
  #socket: DetachableSocket
  #current: Session
  /** Worker whose session the client is in. */
  #home: number
  #isFirst = true

  constructor(dialect: Dialect, place: WorkerPlace, nameIn: NameIn, connection: Connection) {
    this.#dialect = dialect
    this.#place = place
    this.#nameIn = nameIn
    this.#connection = connection
    this.#home = place.index
    this.#socket = new DetachableSocket(connection.socket)
    this.#current = dialect.open({ ...connection, socket: this.#socket })
  }

  frame(text: string): void {
    const name = this.#nameIn(text, this.#isFirst)
    this.#isFirst = false
    const home = name === null ? this.#home : this.#place.homeOf(name)
    if (home !== this.#home) this.#move(home)
    this.#current.frame(text)
  }

  binary(bytes: Buffer): void {
    this.#isFirst = false
    this.#current.binary(bytes)
  }

  end(reason: string): void {
    this.#current.end(reason)
  }

  #move(home: number): void {
    const isWelcomed = this.#socket.hasSent && this.#dialect.subprotocol !== null
    this.#socket.detach()
    this.#current.end('its group is elsewhere')
    this.#home = home
    this.#socket = new DetachableSocket(this.#connection.socket)
    this.#connection.socket.release()
    this.#current = this.#opened(home, { ...this.#connection, socket: this.#socket }, isWelcomed)
  }

  #opened(home: number, connection: Connection, isWelcomed: boolean): Session {
    if (home === this.#place.index) return this.#dialect.open(connection)
    const url = this.#place.urlOf(home)
    if (url !== null) return new Relay({ connection, url, subprotocol: this.#dialect.subprotocol, isWelcomed })
    connection.socket.terminate()
    return NOWHERE
  }
}

/** The socket of a client as one of its sessions has it: what that still sends once it is left is dropped. */
class DetachableSocket implements ClientSocket {
  readonly closed: Promise<void>
  hasSent = false
  readonly #socket: ClientSocket
  #isDetached = false

  constructor(socket: ClientSocket) {
    this.#socket = socket
    this.closed = socket.closed
  }

  detach(): void {
    this.#isDetached = true
  }

  get isSlow(): boolean {
    return this.#socket.isSlow
  }

  get isDrained(): boolean {
    return this.#socket.isDrained
  }

  onDrained(listener: () => void): void {
    if (!this.#isDetached) this.#socket.onDrained(listener)
  }

  send(frame: string | Buffer): void {
    if (this.#isDetached) return
    this.#socket.send(frame)
    this.hasSent = true
  }

  hold(): void {
    if (!this.#isDetached) this.#socket.hold()
  }

  release(): void {
    if (!this.#isDetached) this.#socket.release()
  }

  close(status: number, reason: string): void {
    if (!this.#isDetached) this.#socket.close(status, reason)
  }

  beat(): void {
    this.#socket.beat()
  }

  terminate(): void {
    if (!this.#isDetached) this.#socket.terminate()
  }

  cutOff(status: number, reason: string): void {
    if (!this.#isDetached) this.#socket.cutOff(status, reason)
  }
}

const NOWHERE: Session = { frame: () => {}, binary: () => {}, end: () => {} }
