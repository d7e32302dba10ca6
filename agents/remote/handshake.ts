import { GymError } from '../../core/data/errors.ts'
import { PROTOCOL, parseServerFrame, type ServerFrame, type Welcome } from '../../core/protocol/index.ts'
import { type Dialling, dial } from './dial.ts'
import type { SocketEvents, TextSocket } from './text-socket.ts'
import { closeError, connectionLost, type SocketClose, wireError } from './wire-error.ts'

/** What happens to a socket after its welcome. */
export interface LineEvents {
  onFrame(frame: Numbered): void
  /** The server is there. */
  onSign(): void
  /** It sent anything that is not a frame. */
  onBroken(error: GymError): void
  onClosed(close: SocketClose): void
}

export type Numbered = Exclude<ServerFrame, Welcome>

/** A socket whose server has said welcome. */
export interface OpenedSession {
  readonly socket: TextSocket
  readonly welcome: Welcome
}

/**
 * Opens a socket of the native dialect and waits for its welcome.
 * @throws GymError as `dial`; the one that the server closes with instead; FRAME_INVALID for any other first frame
 */
export async function openSession(dialling: Omit<Dialling, 'protocol'>, events: LineEvents): Promise<OpenedSession> {
  const handshake = new Handshake(events)
  const socket = await dial({ ...dialling, protocol: PROTOCOL }, handshake)
  const timer = setTimeout(() => handshake.giveUp(), dialling.timeoutMs)
  try {
    return { socket, welcome: await handshake.welcome }
  } catch (thrown) {
    socket.drop()
    throw thrown
  } finally {
    clearTimeout(timer)
  }
}

class Handshake implements SocketEvents {
  readonly welcome: Promise<Welcome>
  readonly #events: LineEvents
  #resolve: (welcome: Welcome) => void = () => {}
  #reject: (error: GymError) => void = () => {}
  #isOver = false

  constructor(events: LineEvents) {
    this.#events = events
    this.welcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // The socket may be lost before anyone waits for its welcome.
    this.welcome.catch(() => {})
  }

  giveUp(): void {
    this.#reject(connectionLost('the server opened a socket and did not say welcome in time'))
  }

  onText(text: string): void {
    try {
      const frame = parseServerFrame(text)
      if (!this.#isOver) this.#first(frame)
      else if (isNumbered(frame)) this.#events.onFrame(frame)
      else this.#broken('a frame without a number')
    } catch (thrown) {
      this.#fail(thrown instanceof GymError ? thrown : lacking(thrown))
    }
  }

  onBinary(): void {
    this.#broken('a binary frame')
  }

  onSign(): void {
    this.#events.onSign()
  }

  onClosed(close: SocketClose): void {
    if (this.#isOver) this.#events.onClosed(close)
    else this.#reject(closeError(close))
  }

  #first(frame: ServerFrame): void {
    if (frame.type === 'error') this.#reject(wireError(frame.code, frame.message))
    else if (frame.type !== 'welcome' || frame.protocol !== PROTOCOL) this.#broken('no welcome of this protocol')
    else this.#resolve(frame)
    this.#isOver = frame.type === 'welcome'
  }

  #broken(what: string): void {
    this.#fail(new GymError('FRAME_INVALID', `the server sent ${what}`))
  }

  #fail(error: GymError): void {
    if (this.#isOver) this.#events.onBroken(error)
    else this.#reject(error)
  }
}

const lacking = (cause: unknown): GymError =>
  new GymError('FRAME_INVALID', 'the server sent a frame that lacks its fields', { cause })

const isNumbered = (frame: ServerFrame): frame is Numbered =>
  frame.type !== 'welcome' && Number.isSafeInteger(frame.seq) && frame.seq >= 0
