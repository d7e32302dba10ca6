import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ERROR_CODES, type ErrorCode, GymError, messageOf } from '../../core/data/errors.ts'
import { threadEntry } from '../../core/data/thread-entry.ts'
import type { Answerer } from '../http/handler.ts'
import type { ThreadReply, ThreadRequest, ThreadStart } from './messages.ts'

const ENTRY = threadEntry(new URL(`./worker${extname(import.meta.url)}`, import.meta.url))

interface Waiting {
  resolve(body: Uint8Array): void
  reject(error: unknown): void
}

/** Requests that wait for the thread at a time. */
const MOST_WAITING = 128

/** Runs read in a thread of their own, started by the first request, and again where it has ended by itself. */
export class LibraryThread {
  readonly #start: ThreadStart
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #requests = 0

  constructor(start: ThreadStart) {
    this.#start = start
  }

  /** @throws GymError CAPACITY_REACHED, and as `answerTo` */
  readonly answer: Answerer = async ({ segments, query, role }) => {
    if (this.#waiting.size >= MOST_WAITING)
      throw new GymError('CAPACITY_REACHED', `${MOST_WAITING} requests for recorded runs wait already: ask again`)
    const id = this.#requests++
    const request: ThreadRequest = { id, segments, role, query: query.toString() }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#started().postMessage(request)
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#rejectAll(new GymError('SERVER_STOPPING', 'the server is stopping'))
    await worker?.terminate()
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(ENTRY, { workerData: this.#start, execArgv: [] })
    worker.unref()
    worker.on('message', (reply: ThreadReply) => this.#settle(reply))
    worker.on('error', (error) => this.#ended(worker, error))
    worker.on('exit', (code) => this.#ended(worker, new Error(`the thread that reads runs ended with code ${code}`)))
    this.#worker = worker
    return worker
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('body' in reply) waiting?.resolve(reply.body)
    else waiting?.reject(failureOf(reply.code, reply.message))
  }

  #ended(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.#rejectAll(new GymError('RECORD_FAILED', `runs could not be read: ${messageOf(error)}; ask again`))
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

const failureOf = (code: string | null, message: string): Error =>
  code !== null && isErrorCode(code) ? new GymError(code, message) : new Error(message)

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code)
