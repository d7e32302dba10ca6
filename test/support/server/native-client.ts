import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { ReplyOf, Request, RequestType, ServerFrame, Welcome } from '../../../core/protocol/index.ts'
import { PROTOCOL } from '../../../core/protocol/index.ts'
import { closeAfterTest } from '../cleanup.ts'

/** Id of the next request of any client: one that resumes another's session has no id of its requests. */
let nextId = 1

/** Each of a union without the field. */
type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never
/** A request whose id the client finds. */
export type Wish = Without<Request, 'id'>
type EventType = 'rewards' | 'group.closed' | 'ended' | 'step.taken' | 'dropped'
export type EventOf<Type extends EventType> = Extract<ServerFrame, { readonly type: Type }>

/** A client that shows everything it sees. */
export class NativeClient {
  readonly socket: WebSocket
  readonly frames: ServerFrame[] = []
  /** Frames as they came. */
  readonly texts: string[] = []
  closed: { readonly status: number; readonly reason: string } | null = null
  #nextEvent = 0
  #waiting: (() => void)[] = []

  constructor(url: string, token?: string) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    this.socket = new WebSocket(url.replace('http', 'ws'), [PROTOCOL], { headers })
    this.socket.on('message', (data) => {
      this.texts.push(data.toString())
      this.frames.push(JSON.parse(data.toString()) as ServerFrame)
      this.#wake()
    })
    this.socket.on('close', (status, reason) => {
      this.closed = { status, reason: reason.toString() }
      this.#wake()
    })
    this.socket.on('error', () => {})
    closeAfterTest(() => this.socket.terminate())
  }

  async welcome(): Promise<Welcome> {
    const frame = await this.#found((each) => each.type === 'welcome')
    if (frame.type !== 'welcome') throw new Error('no welcome')
    return frame
  }

  get lastSeq(): number {
    return this.frames.reduce((last, frame) => ('seq' in frame ? Math.max(last, frame.seq) : last), 0)
  }

  /** Sends a request and returns its id. */
  send(request: Wish, id: string | number = nextId++): string | number {
    this.raw(JSON.stringify({ ...request, id }))
    return id
  }

  raw(text: string | Buffer): void {
    this.socket.send(text)
  }

  /** The reply to a request, whatever it is. */
  replyTo(id: string | number | null): Promise<ServerFrame> {
    return this.#found((frame) => 'id' in frame && frame.id === id)
  }

  /** The reply of the type that was asked for; an error is thrown as `CODE: message`. */
  async ask<Type extends RequestType>(request: Extract<Wish, { readonly type: Type }>): Promise<ReplyOf<Type>> {
    await this.opened()
    const frame = await this.replyTo(this.send(request))
    if (frame.type === 'error') throw new Error(`${frame.code}: ${frame.message}`)
    return frame as ReplyOf<Type>
  }

  async opened(): Promise<void> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
  }

  /** The next event of a type that was not waited for yet. */
  async event<Type extends EventType>(type: Type): Promise<EventOf<Type>> {
    const from = this.#nextEvent
    const frame = await this.#found((each, index) => index >= from && each.type === type)
    this.#nextEvent = this.frames.indexOf(frame) + 1
    return frame as EventOf<Type>
  }

  events<Type extends EventType>(type: Type): readonly EventOf<Type>[] {
    return this.frames.filter((frame): frame is EventOf<Type> => frame.type === type)
  }

  /** Cuts the connection without a word. */
  async vanish(): Promise<void> {
    const gone = this.closed ? null : once(this.socket, 'close')
    this.socket.terminate()
    await gone
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async #found(matches: (frame: ServerFrame, index: number) => boolean): Promise<ServerFrame> {
    for (const began = performance.now(); performance.now() - began < LONGEST_WAIT_MS; ) {
      const frame = this.frames.find(matches)
      if (frame) return frame
      if (this.closed) break
      await Promise.race([new Promise<void>((resolve) => this.#waiting.push(resolve)), pause(1000)])
    }
    const seen = this.texts.map((text) => text.slice(0, 200)).join('\n')
    throw new Error(`no such frame; closed: ${JSON.stringify(this.closed)}; seen:\n${seen}`)
  }
}

/** Shows what was seen instead, before the test's own time limit. */
const LONGEST_WAIT_MS = 60_000

/** In real time, where a test stops the clock as well. */
export const pause = (ms: number): Promise<void> => sleep(ms)

export async function until(holds: () => boolean, seen: () => unknown = () => ''): Promise<void> {
  for (const began = performance.now(); !holds() && performance.now() - began < LONGEST_WAIT_MS; ) await pause(5)
  if (!holds()) throw new Error(`it did not come to that: ${JSON.stringify(seen())}`)
}
