import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { GymError } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import { FRAME, type Frame, FrameReader, frame, type ResultHead, readPayload, runFrame } from '../frames.ts'
import { Messages, TimeLimit } from '../messages.ts'
import { outputOf, statusOf } from '../result.ts'
import type { BackendName, CheckedProgram, Execution, ExecutionResult, Worker } from '../types.ts'
import type { Command } from './bubblewrap.ts'
import { ControlGroup, controllersHere, JOIN_FAILED, type Overhead } from './cgroups.ts'
import { nodeInside } from './node.ts'
import { ProcessGroup } from './process-group.ts'

/** A kind of workers in bubblewrap, which speak in frames over their standard input and output. */
export interface BoxKind {
  readonly backend: BackendName
  /** Noun of the messages of its failures. */
  readonly noun: string
  readonly isReusable: boolean
  readonly overhead: Overhead
  /** Milliseconds that a worker has to start, and to report an execution beyond the time of the program. */
  readonly startMs: number
  readonly graceMs: number
}

/** What a worker says when it is ready. */
export interface BoxInfo {
  /** Version of Python. */
  readonly python: string
}

/** Characters of the standard error of a worker that its failure shows. */
const MAX_NOTES = 2000

interface Running {
  readonly program: CheckedProgram
  readonly messages: Messages
  readonly limit: TimeLimit
  resolve(result: ExecutionResult): void
  reject(error: GymError): void
}

/** Whether a worker could not join its control group: the next ones have none. */
let isGroupless = false

/** A process in bubblewrap that runs programs, one at a time; everything inside ends with it. */
export class BoxedWorker implements Worker {
  readonly isReusable: boolean
  readonly ended: Promise<string>
  readonly #kind: BoxKind
  readonly #child: ChildProcess
  readonly #processes: ProcessGroup
  readonly #group: ControlGroup | null
  readonly #reader = new FrameReader()
  #running: Running | null = null
  #onReady: ((info: BoxInfo) => void) | null = null
  #notes = ''
  #whyEnded: string | null = null

  private constructor(kind: BoxKind, child: ChildProcess, group: ControlGroup | null) {
    this.isReusable = kind.isReusable
    this.#kind = kind
    this.#child = child
    this.#processes = new ProcessGroup(child)
    this.#group = group
    group?.removeAtExit(() => this.#kill())
    child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk))
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#notes = `${this.#notes}${chunk.toString('utf8')}`.slice(-MAX_NOTES)
    })
    for (const stream of child.stdio) stream?.on('error', () => {})
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(this.#fail(error.message)))
      child.once('close', (code, signal) => {
        isGroupless ||= group !== null && code === JOIN_FAILED
        resolve(this.#fail(`it ended with ${signal ?? code}`))
        group?.remove()
      })
    })
  }

  /** @throws GymError SANDBOX_UNAVAILABLE where it does not start here, with what it wrote */
  static async start(
    kind: BoxKind,
    { inputs, ...command }: Command,
  ): Promise<{ readonly worker: BoxedWorker; readonly info: BoxInfo }> {
    const group = isGroupless ? null : ControlGroup.make(controllersHere(), kind.overhead)
    const { file, args } = group?.joining(command.file, command.args) ?? command
    const child = spawn(file, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', ...inputs.map(() => 'pipe' as const)],
      env: { PATH: process.env.PATH },
    })
    const worker = new BoxedWorker(kind, child, group)
    for (const [at, input] of inputs.entries()) give(child.stdio[3 + at], input)
    return { worker, info: await worker.#ready() }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  start(program: CheckedProgram): Execution {
    if (this.#running !== null || this.#whyEnded !== null)
      throw new GymError('SANDBOX_FAILED', `this ${this.#kind.noun} runs another program, or has ended`)
    const messages = new Messages()
    const result = new Promise<ExecutionResult>((resolve, reject) => {
      const limit = new TimeLimit(program.limits.timeoutMs + this.#kind.graceMs, () => this.#kill())
      this.#running = { program, messages, limit, resolve, reject }
    })
    const send = (type: number, parts: readonly Uint8Array[] = []): void => {
      if (this.#running?.messages === messages) this.#child.stdin?.write(frame(type, parts))
    }
    this.#hold(true)
    const interpreter = program.language === 'javascript' ? nodeInside() : null
    this.#group?.limit(program.limits, interpreter?.reservedBytes ?? 0)
    const killed = this.#group?.killed ?? 0
    this.#child.stdin?.write(runFrame(interpreter === null ? program : inFile(program), interpreter))
    return {
      result: this.#group === null ? result : result.then((ended) => this.#explained(ended, killed)),
      send: (message) => send(FRAME.message, [message]),
      receive: () => messages.next(),
      cancel: () => send(FRAME.cancel),
    }
  }

  /** What the kernel ended for lack of memory in the group has broken its limit of memory. */
  #explained(result: ExecutionResult, killed: number): ExecutionResult {
    const isMemory = result.status === 'killed' && (this.#group?.killed ?? 0) > killed
    return isMemory ? { ...result, status: 'memory' } : result
  }

  async end(): Promise<void> {
    this.#hold(true)
    this.#kill()
    await this.ended
  }

  /** Only a running program keeps this process alive. */
  #hold(isRunning: boolean): void {
    const sockets = this.#child.stdio.slice(0, 3).filter((each) => each instanceof Socket)
    for (const handle of [this.#child, ...sockets]) {
      if (isRunning) handle.ref()
      else handle.unref()
    }
  }

  #ready(): Promise<BoxInfo> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new GymError('SANDBOX_UNAVAILABLE', `the ${this.#kind.noun} did not start: ${why}`))
      const limit = new TimeLimit(this.#kind.startMs, () => {
        this.#kill()
        fail(`no answer within ${this.#kind.startMs} ms`)
      })
      this.#onReady = (info) => {
        limit.clear()
        this.#hold(false)
        resolve(info)
      }
      void this.ended.then((why) => {
        limit.clear()
        fail(why)
      })
    })
  }

  /** Everything inside ends with bubblewrap. */
  #kill(): void {
    this.#processes.end()
  }

  #read(chunk: Buffer): void {
    try {
      for (const each of this.#reader.push(chunk)) this.#take(each)
    } catch {
      this.#kill()
    }
  }

  #take({ type, payload }: Frame): void {
    if (type === FRAME.ready) this.#onReady?.(parseOwnJson<BoxInfo>(payload.toString()))
    else if (type === FRAME.message) this.#running?.messages.add(payload)
    else if (type === FRAME.result) this.#finish((running) => running.resolve(resultOf(payload, this.#kind.backend)))
    else if (type === FRAME.broken) this.#finish((running) => running.reject(this.#broken(payload.toString())))
    else throw new RangeError(`a frame of type ${type}`)
  }

  #finish(settle: (running: Running) => void): void {
    const running = this.#running
    this.#running = null
    if (running === null) return
    this.#hold(false)
    running.limit.clear()
    running.messages.end()
    settle(running)
  }

  #fail(why: string): string {
    this.#whyEnded ??= `${why}${this.#notes === '' ? '' : `: ${this.#notes.trim()}`}`
    const message = this.#whyEnded
    this.#finish((running) => running.reject(this.#broken(message)))
    return message
  }

  #broken(why: string): GymError {
    return new GymError('SANDBOX_FAILED', `the ${this.#kind.noun} could not run a program: ${why}`)
  }
}

/** Node.js runs a file: source text becomes one, under a name that the workspace does not have. */
function inFile(program: CheckedProgram): CheckedProgram {
  const { main, files } = program
  if (files.has(main.name)) return program
  let name = 'program.js'
  for (let number = 2; files.has(name); number++) name = `program-${number}.js`
  return { ...program, main: { ...main, name }, files: new Map([...files, [name, main.source]]) }
}

function give(stream: unknown, input: Buffer): void {
  if (stream instanceof Writable) stream.end(input)
}

function resultOf(payload: Buffer, backend: BackendName): ExecutionResult {
  const { head, take } = readPayload<ResultHead>(payload)
  const { why, exitCode, signal, durationMs, cpuMs, peakBytes, stdout, stderr, changed, removed, skipped } = head
  return {
    status: statusOf(why, exitCode),
    exitCode,
    signal,
    stdout: outputOf(take(stdout[0]), stdout[1]),
    stderr: outputOf(take(stderr[0]), stderr[1]),
    workspace: {
      changed: new Map(changed.map(([path, length]) => [path, Uint8Array.from(take(length))])),
      removed,
      skipped: new Map(skipped),
    },
    durationMs,
    cpuMs,
    peakBytes,
    backend,
  }
}
