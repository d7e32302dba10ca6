import { WebSocket } from 'ws'
import type { ServerFrame } from '../../../../core/protocol/index.ts'
import { PROTOCOL } from '../../../../core/protocol/index.ts'
import type { Wish } from '../../../support/server/native-client.ts'

interface Pending {
  readonly text: string
  /** Frames of its reply, so far. */
  readonly frames: ServerFrame[]
  readonly resolve: (frames: readonly ServerFrame[]) => void
}

/** Milliseconds without a frame after which a client cuts its connection, doubled while cutting does not help. */
const PATIENCE_MS = 150
const MOST_PATIENCE_MS = 1000

/**
 * A client that comes back whatever breaks: it resumes its session, asks again what was not answered, and gives every
 * reply to the request of its id.
 */
export class PersistentClient {
  readonly #url: string
  readonly #pending = new Map<string, Pending>()
  #socket: WebSocket | null = null
  #session: string | null = null
  #lastSeq = 0
  #nextId = 0
  #patience: NodeJS.Timeout | null = null
  #patienceMs = PATIENCE_MS
  #isClosing = false
  #isDone = false
  /** What the server said when it would not have it back. */
  #refusal: ServerFrame | null = null
  resumed = 0
  /** Replies to requests that had one already. */
  repeated = 0
  /** Why the server would not have it back; null as it should be. */
  refused: string | null = null

  constructor(url: string) {
    this.#url = url
    this.#connect()
  }

  async ask(request: Wish): Promise<ServerFrame> {
    const frame = (await this.askForAll(request)).at(-1)
    if (!frame) throw new Error('a reply has at least one frame')
    return frame
  }

  /** Every frame of the reply. */
  askForAll(request: Wish): Promise<readonly ServerFrame[]> {
    if (this.#refusal) return Promise.resolve([this.#refusal])
    const id = `q${this.#nextId++}`
    return new Promise((resolve) => {
      const text = JSON.stringify({ ...request, id, ack: this.#lastSeq })
      this.#pending.set(id, { text, frames: [], resolve })
      if (this.#session !== null) this.#send(text)
      this.#wait()
    })
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#socket?.terminate()
  }

  /** Ends its session. Where the reply is lost, the session is unknown when it comes back: it has ended, too. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.askForAll({ type: 'close' })
    this.end()
  }

  end(): void {
    this.#isDone = true
    if (this.#patience) clearTimeout(this.#patience)
    this.#socket?.terminate()
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, [PROTOCOL])
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('open', () => {
      if (this.#session !== null)
        this.#send(JSON.stringify({ type: 'resume', id: 'resume', session: this.#session, lastSeq: this.#lastSeq }))
    })
    socket.on('message', (data) => this.#heard(JSON.parse(data.toString()) as ServerFrame))
    socket.on('close', () => {
      if (!this.#isDone) setTimeout(() => this.#connect(), 5)
    })
    this.#wait()
  }

  #heard(frame: ServerFrame): void {
    this.#patienceMs = PATIENCE_MS
    this.#wait()
    const isRepeated = 'seq' in frame && frame.seq <= this.#lastSeq && frame.seq > 0
    if ('seq' in frame) this.#lastSeq = Math.max(this.#lastSeq, frame.seq)
    if (isRepeated && !('id' in frame && frame.id === 'resume')) this.repeated++
    else if (frame.type === 'welcome') this.#welcomed(frame.session)
    else if ('id' in frame && frame.id === 'resume') this.#isBack(frame)
    else if ('id' in frame) this.#answered(frame.id, frame)
  }

  /** Every connection is offered a session of its own; one that resumes does not take it. */
  #welcomed(session: string): void {
    if (this.#session !== null) return
    this.#session = session
    this.#askAgain()
  }

  #isBack(frame: ServerFrame): void {
    // The first connection broke before the server heard of the session: it starts over.
    if (frame.type === 'error' && this.#lastSeq === 0) this.#session = null
    else if (frame.type === 'error') {
      if (!this.#isClosing) this.refused = `${frame.code}: ${frame.message}`
      this.#refusal = frame
      this.end()
      for (const { resolve } of this.#pending.values()) resolve([frame])
    } else {
      this.resumed++
      this.#askAgain()
    }
  }

  #askAgain(): void {
    for (const { text } of this.#pending.values()) this.#send(text)
  }

  #answered(id: string | number | null, frame: ServerFrame): void {
    const pending = this.#pending.get(`${id}`)
    if (!pending) {
      this.repeated++
      return
    }
    pending.frames.push(frame)
    if ('isLast' in frame && !frame.isLast) return
    this.#pending.delete(`${id}`)
    pending.resolve(pending.frames)
  }

  #send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  #wait(): void {
    if (this.#patience) clearTimeout(this.#patience)
    this.#patience = setTimeout(() => {
      if (this.#isDone || this.#pending.size === 0) return
      this.#patienceMs = Math.min(2 * this.#patienceMs, MOST_PATIENCE_MS)
      this.cut()
    }, this.#patienceMs)
  }
}
