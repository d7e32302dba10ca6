import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { threadEntry } from '../../core/data/thread-entry.ts'
import {
  CLOSE,
  type ReplyMessage,
  type ThreadRequest,
  type ThreadResults,
  type ThreadSettings,
  type ThreadStart,
} from './messages.ts'

const ENTRY = threadEntry(new URL(`./worker${extname(import.meta.url)}`, import.meta.url))

interface Waiting {
  readonly resolve: (result: ThreadResults[keyof ThreadResults]) => void
  readonly reject: (problem: GymError) => void
}

/** Thread of one device, from outside: requests are answered in order. */
export class DeviceThread {
  readonly #worker: Worker
  readonly #closing: Int32Array
  readonly #exited: Promise<unknown>
  readonly #waiting = new Map<number, Waiting>()
  #count = 0
  /** Why it can no longer be asked. */
  #problem: GymError | null = null

  /** @param closing shared with the worker, as it was started with */
  constructor(worker: Worker, closing: Int32Array = notClosing()) {
    this.#worker = worker
    this.#closing = closing
    this.#exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.on('message', (message: ReplyMessage) => this.#take(message))
    worker.on('error', (error) => this.#end(`the thread of the device failed: ${messageOf(error)}`))
    worker.on('exit', (code) => this.#end(`the thread of the device ended with exit code ${code}`))
  }

  get hasEnded(): boolean {
    return this.#problem !== null
  }

  /**
   * @throws GymError MODEL_FAILED where the request fails, or the thread ended; the state stays as it was.
   */
  request<Kind extends ThreadRequest['kind']>(request: ThreadRequest & { kind: Kind }): Promise<ThreadResults[Kind]> {
    if (this.#problem !== null) return Promise.reject(this.#problem)
    const id = ++this.#count
    return new Promise((resolve, reject) => {
      // The process lives on while a model computes, not while it waits for its next request.
      this.#worker.ref()
      this.#waiting.set(id, { resolve: (result) => resolve(result as ThreadResults[Kind]), reject })
      this.#worker.postMessage({ id, request })
    })
  }

  /**
   * Ends the thread after the request that it is at: onnxruntime ends the whole process where its thread is terminated
   * while it computes (it throws into a thread that takes no exception any more).
   */
  async close(): Promise<void> {
    this.#end('the device was closed')
    // The process lives on until the thread has ended.
    this.#worker.ref()
    Atomics.store(this.#closing, 0, 1)
    this.#worker.postMessage(CLOSE)
    await this.#exited
  }

  #take(message: ReplyMessage): void {
    if (message.id === null) return
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('problem' in message) waiting?.reject(failed(message.problem))
    else waiting?.resolve(message.result)
  }

  #end(problem: string): void {
    this.#problem ??= failed(problem)
    for (const { reject } of this.#waiting.values()) reject(this.#problem)
    this.#waiting.clear()
  }
}

const notClosing = (): Int32Array => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

const failed = (problem: string): GymError => new GymError('MODEL_FAILED', problem)

/** A started thread, and the version of onnxruntime in it. */
export interface StartedThread {
  readonly thread: DeviceThread
  readonly version: string
}

/** @throws GymError DEVICE_UNAVAILABLE where onnxruntime or the device is not there. */
export async function startThread(settings: ThreadSettings): Promise<StartedThread> {
  const closing = notClosing()
  const start: ThreadStart = { ...settings, closing }
  const worker = new Worker(ENTRY, { workerData: start, execArgv: [] })
  try {
    const version = await readyVersion(worker)
    worker.unref()
    return { thread: new DeviceThread(worker, closing), version }
  } catch (thrown) {
    await worker.terminate()
    throw unavailable(settings, messageOf(thrown))
  }
}

function readyVersion(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`its thread ended with exit code ${code}`)))
    worker.once('message', (message: ReplyMessage) => {
      if ('ready' in message) resolve(message.ready)
      else reject(new Error('problem' in message ? message.problem : 'its thread answers out of order'))
    })
  })
}

function unavailable({ device }: ThreadSettings, problem: string): GymError {
  if (/Cannot find (package|module)/.test(problem))
    return new GymError('DEVICE_UNAVAILABLE', 'onnxruntime-node is not installed: run npm install onnxruntime-node')
  // What onnxruntime says begins with the place in its sources.
  const reason = problem.replace(/^.* was false\. /s, '').trim()
  return new GymError('DEVICE_UNAVAILABLE', `device ${device} cannot be used: ${reason}`)
}
