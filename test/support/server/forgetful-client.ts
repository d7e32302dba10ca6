import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A client that keeps nothing it receives, so that the memory of a server can be measured beside it. */
export class ForgetfulClient {
  readonly #socket: WebSocket

  constructor(url: string, protocols: readonly string[] = []) {
    this.#socket = new WebSocket(url.replace('http', 'ws'), [...protocols])
    this.#socket.on('error', () => {})
  }

  async opened(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CONNECTING) await once(this.#socket, 'open')
  }

  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message))
  }

  /** The first frame from now on that is as wanted. */
  next(isWanted: (text: string) => boolean = () => true): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (data: unknown): void => {
        const text = String(data)
        if (!isWanted(text)) return
        this.#socket.off('message', look).off('close', fail)
        resolve(text)
      }
      const fail = (): void => reject(new Error('the connection has closed'))
      this.#socket.on('message', look).on('close', fail)
    })
  }

  async ask(message: unknown, isWanted?: (text: string) => boolean): Promise<string> {
    const next = this.next(isWanted)
    this.send(message)
    return next
  }

  /** Says goodbye, or just goes. */
  async leave(isPolite: boolean): Promise<void> {
    const gone = once(this.#socket, 'close')
    if (isPolite) this.#socket.close()
    else this.#socket.terminate()
    await gone
  }
}
