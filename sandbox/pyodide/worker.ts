import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GymError } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import { FRAME, type Frame, FrameReader, frame, type ResultHead, readPayload, runFrame } from '../frames.ts'
import { Messages, TimeLimit } from '../messages.ts'
import { Capture, statusOf } from '../result.ts'
import type { CheckedProgram, Execution, ExecutionResult, ExecutionStatus, Worker } from '../types.ts'
import { titleOf } from './orphans.ts'

/** Frame with the memory of a loaded interpreter. */
const SNAPSHOT = 7
const START_MS = 60_000
/** Megabytes of the heap of JavaScript in the child: what it needs for itself, and little more. */
const HEAP_MB = 256

const CHILD = fileURLToPath(new URL('./child/main.mjs', import.meta.url))
const RUN = fileURLToPath(new URL('../python/run.py', import.meta.url))

type Head = Pick<ResultHead, 'exitCode' | 'durationMs' | 'cpuMs' | 'peakBytes' | 'changed' | 'removed' | 'skipped'>

/** A program that is running, and what has come of it so far. */
interface Running {
  readonly program: CheckedProgram
  readonly messages: Messages
  readonly began: number
  readonly limit: TimeLimit
  readonly stdout: Capture
  readonly stderr: Capture
  sentBytes: number
  why: Exclude<ExecutionStatus, 'ok' | 'failed' | 'killed'> | null
  report: Buffer | null
  resolve(result: ExecutionResult): void
}

interface Started {
  readonly worker: PyodideWorker
  readonly python: string
}

/** A process with Pyodide, for one program: its end is the end of everything that the program changed. */
export class PyodideWorker implements Worker {
  readonly isReusable = false
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  readonly #reader = new FrameReader()
  readonly #snapshot: (bytes: Uint8Array) => void
  #running: Running | null = null
  #onReady: ((python: string) => void) | null = null
  #notes = ''
  #hasEnded = false

  private constructor(child: ChildProcess, snapshot: (bytes: Uint8Array) => void) {
    this.#child = child
    this.#snapshot = snapshot
    for (const stream of child.stdio) stream?.on('error', () => {})
    child.stdio[4]?.on('data', (chunk: Buffer) => this.#read(chunk))
    child.stdout?.on('data', (chunk: Buffer) => this.#write('stdout', chunk))
    child.stderr?.on('data', (chunk: Buffer) => this.#write('stderr', chunk))
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(this.#finish(error.message)))
      child.once('close', (code, signal) => resolve(this.#finish(`it ended with ${signal ?? code}`)))
    })
  }

  /**
   * Starts a process, from a snapshot if there is one.
   * @param made called with the snapshot that the process makes where it has none
   * @throws GymError SANDBOX_UNAVAILABLE
   */
  static async start(folder: string, snapshot: string | null, made: (bytes: Uint8Array) => void): Promise<Started> {
    const readable = [`${folder}*`, `${dirname(CHILD)}/*`, RUN, ...(snapshot === null ? [] : [snapshot])]
    const flags = [
      ...permission(),
      ...readable.map((path) => `--allow-fs-read=${path}`),
      titleOf(process.pid),
      ...HARDENED,
    ]
    const child = spawn(process.execPath, [...flags, CHILD, folder, RUN, snapshot ?? ''], {
      env: {},
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    })
    const worker = new PyodideWorker(child, made)
    return { worker, python: await worker.#ready() }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  start(program: CheckedProgram): Execution {
    if (this.#running !== null || this.#hasEnded)
      throw new GymError('SANDBOX_FAILED', 'this process has run a program, or ended')
    const messages = new Messages()
    const result = new Promise<ExecutionResult>((resolve) => {
      const limit = new TimeLimit(program.limits.timeoutMs, () => this.#stop('timeout'))
      const [stdout, stderr] = [new Capture(program.limits.outputBytes), new Capture(program.limits.outputBytes)]
      this.#running = {
        program,
        messages,
        limit,
        stdout,
        stderr,
        began: performance.now(),
        sentBytes: 0,
        why: null,
        report: null,
        resolve,
      }
    })
    this.#hold(true)
    this.#send(runFrame(program, null))
    return {
      result,
      send: (message) => this.#send(frame(FRAME.message, [message])),
      receive: () => messages.next(),
      cancel: () => this.#stop('cancelled'),
    }
  }

  async end(): Promise<void> {
    this.#hold(true)
    this.#child.kill('SIGKILL')
    await this.ended
  }

  #send(bytes: Buffer): void {
    const control = this.#child.stdio[3]
    if (control instanceof Socket) control.write(bytes)
  }

  /** Only a running program keeps this process alive. */
  #hold(isRunning: boolean): void {
    const sockets = this.#child.stdio.filter((each) => each instanceof Socket)
    for (const handle of [this.#child, ...sockets]) {
      if (isRunning) handle.ref()
      else handle.unref()
    }
  }

  #ready(): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new GymError('SANDBOX_UNAVAILABLE', `Pyodide did not start: ${why} ${this.#notes.trim()}`))
      const limit = new TimeLimit(START_MS, () => this.#child.kill('SIGKILL'))
      this.#onReady = (python) => {
        limit.clear()
        this.#hold(false)
        resolve(python)
      }
      void this.ended.then((why) => {
        limit.clear()
        fail(why)
      })
    })
  }

  #write(name: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#running === null) this.#notes = `${this.#notes}${chunk.toString('utf8')}`.slice(-2000)
    else if (!this.#running[name].add(chunk)) this.#stop('output')
  }

  #read(chunk: Buffer): void {
    try {
      for (const each of this.#reader.push(chunk)) this.#take(each)
    } catch {
      this.#child.kill('SIGKILL')
    }
  }

  #take({ type, payload }: Frame): void {
    if (type === FRAME.ready) this.#onReady?.(parseOwnJson<{ python: string }>(payload.toString()).python)
    else if (type === SNAPSHOT) this.#snapshot(payload)
    else if (type === FRAME.message) this.#receive(payload)
    else if (type === FRAME.result && this.#running !== null) this.#running.report = payload
  }

  #receive(message: Buffer): void {
    const running = this.#running
    if (running === null) return
    running.sentBytes += message.length
    if (running.sentBytes > running.program.limits.messageBytes) this.#stop('output')
    else running.messages.add(message)
  }

  /** Ends the process, and with it the program: the first reason counts. */
  #stop(why: NonNullable<Running['why']>): void {
    if (this.#running === null || this.#running.report !== null) return
    this.#running.why ??= why
    this.#child.kill('SIGKILL')
  }

  /** The result is complete once the process and its streams have ended. */
  #finish(why: string): string {
    const running = this.#running
    this.#hasEnded = true
    this.#running = null
    if (running === null) return why
    running.limit.clear()
    running.messages.end()
    running.resolve(
      running.report === null || running.why !== null
        ? brokenOff(running, this.#child)
        : reported(running, running.report),
    )
    return why
  }
}

const HARDENED = [
  '--disallow-code-generation-from-strings',
  `--max-old-space-size=${HEAP_MB}`,
  '--no-warnings',
  '--disable-proto=delete',
]

/** Named so until Node.js 23. */
const permission = (): readonly string[] =>
  process.allowedNodeEnvironmentFlags.has('--permission') ? ['--permission'] : ['--experimental-permission']

const common = ({ stdout, stderr }: Running) => ({
  stdout: stdout.output(),
  stderr: stderr.output(),
  backend: 'pyodide' as const,
})

function reported(running: Running, report: Buffer): ExecutionResult {
  const { head, take } = readPayload<Head>(report)
  const { exitCode, durationMs, cpuMs, peakBytes, changed, removed, skipped } = head
  const files = changed.map(([path, length]) => [path, Uint8Array.from(take(length))] as const)
  const workspace = { changed: new Map(files), removed, skipped: new Map(skipped) }
  return {
    ...common(running),
    status: statusOf(null, exitCode),
    exitCode,
    signal: null,
    workspace,
    durationMs,
    cpuMs,
    peakBytes,
  }
}

/** Where the process was ended, or ended by itself, its workspace is lost. */
function brokenOff(running: Running, { signalCode }: ChildProcess): ExecutionResult {
  return {
    ...common(running),
    status: statusOf(running.why, null),
    exitCode: null,
    signal: signalCode === null ? null : 9,
    workspace: { changed: new Map(), removed: [], skipped: new Map() },
    durationMs: performance.now() - running.began,
    cpuMs: null,
    peakBytes: null,
  }
}
