import type { ChildProcess } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js'
import { parseJson } from '../../../core/data/json.ts'
import { endChild, startChild } from '../../../sandbox/child-process.ts'
import type { StdioServer } from './servers.ts'

/** Characters of the last that a server wrote to its standard error, for the operator. */
const MAX_NOTES = 2000

/**
 * A server over its standard input and output, one message a line. Unlike the SDK's transport it ends with everything
 * that the server started, reads JSON as the gym does, and reads only while a request waits for its answer: a server that
 * floods its output waits for its reader, or goes over its limit of bytes between two requests and is ended.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #server: StdioServer
  readonly #maxBytes: number
  readonly #decoder = new StringDecoder('utf8')
  #child: ChildProcess | null = null
  #parts: string[] = []
  #bytes = 0
  /** Requests that wait for their answer, by id. */
  readonly #waiting = new Set<string | number>()
  #notes = ''
  #ending: Promise<void> | null = null

  /** @param maxBytes that the server may write for one request */
  constructor(server: StdioServer, maxBytes: number) {
    this.#server = server
    this.#maxBytes = maxBytes
  }

  /** The last that the server wrote to its standard error. */
  get notes(): string {
    return this.#notes
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    const child = await startChild(this.#server)
    this.#child = child
    child.once('exit', () => this.#end())
    child.on('error', (error) => this.onerror?.(error))
    child.stdin?.on('error', (error) => this.onerror?.(error))
    child.stdout?.on('data', (bytes: Buffer) => this.#read(bytes)).on('error', (error) => this.onerror?.(error))
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#notes = `${this.#notes}${bytes.toString('utf8')}`.slice(-MAX_NOTES)
    })
    // The server does not keep this process alive.
    child.unref()
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin
    if (!stdin?.writable || this.#ending) return Promise.reject(new Error('the server has ended'))
    if ('method' in message && 'id' in message) this.#expect(message.id)
    return new Promise((resolve, reject) => {
      stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()))
    })
  }

  close(): Promise<void> {
    return this.#end()
  }

  #expect(id: string | number): void {
    this.#waiting.add(id)
    this.#bytes = 0
    this.#child?.stdout?.resume()
  }

  /** An answer that no request waits for changes nothing. */
  #answered(id: string | number | undefined): void {
    const wasExpected = id !== undefined && this.#waiting.delete(id)
    if (wasExpected && this.#waiting.size === 0) this.#child?.stdout?.pause()
  }

  #read(bytes: Buffer): void {
    this.#bytes += bytes.length
    if (this.#bytes > this.#maxBytes) {
      this.onerror?.(new Error(`the server wrote more than ${this.#maxBytes} bytes for one request`))
      void this.#end()
      return
    }
    const [first = '', ...lines] = this.#decoder.write(bytes).split('\n')
    this.#parts.push(first)
    for (const line of lines) {
      this.#message(this.#parts.join(''))
      this.#parts = [line]
    }
  }

  #message(line: string): void {
    if (line.trim() === '' || this.#ending) return
    const message = messageIn(line)
    if (message === null) {
      this.onerror?.(new Error('the server wrote a line that is not a message'))
      return
    }
    if (!('method' in message)) this.#answered(message.id)
    this.onmessage?.(message)
  }

  #end(): Promise<void> {
    this.#ending ??= this.#finish()
    return this.#ending
  }

  async #finish(): Promise<void> {
    const child = this.#child
    this.#parts = []
    child?.stdout?.destroy()
    this.onclose?.()
    if (child) await endChild(child)
    child?.stderr?.destroy()
  }
}

function messageIn(line: string): JSONRPCMessage | null {
  try {
    return JSONRPCMessageSchema.parse(parseJson(line))
  } catch {
    return null
  }
}
