import { availableParallelism } from 'node:os'
import { GymError } from '../core/data/errors.ts'
import { FairQueue } from './fair-queue.ts'
import { checkProgram } from './program.ts'
import type { Backend, CheckedProgram, Execution, ExecutionResult, Program, Worker } from './types.ts'
import { Workers } from './workers.ts'

/** Sizes of a pool. */
export interface PoolSettings {
  /** Workers at most, each of which runs one program at a time. Default: one per core, at least 2. */
  readonly size?: number
  /** Workers that are kept ready. Default: 1. */
  readonly warm?: number
  /** Programs that may wait. Default: 1000. */
  readonly waiting?: number
}

/** Place of a program in the queue, and its time. */
export interface RunSettings {
  /** Whose program it is: owners take turns. Default: one owner for all. */
  readonly owner?: string
  /** Milliseconds for queue and program together; SANDBOX_BUSY after it. Default: 60 s more than the program has. */
  readonly deadlineMs?: number
  /** Cancels the program, in the queue or running. */
  readonly signal?: AbortSignal
}

/** What a pool does at present, for metrics. */
export interface PoolStatus {
  readonly workers: number
  readonly idle: number
  readonly waiting: number
  /** Programs that ran to an end of their own or at a limit, since the pool was opened. */
  readonly executions: number
  /** Workers that died while a program ran. */
  readonly lost: number
  /** Process ids of the workers. */
  readonly pids: readonly number[]
}

interface Request {
  readonly programs: readonly CheckedProgram[]
  readonly owner: string
  readonly deadline: number
  resolve(executions: readonly Execution[]): void
  reject(error: unknown): void
}

const QUEUE_MS = 60_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Programs run in workers that are kept warm, in a fair order, each with a deadline that includes its time in the queue. */
export class SandboxPool {
  readonly backend: Backend
  readonly #workers: Workers
  readonly #queue = new FairQueue<Request>()
  readonly #size: number
  readonly #waiting: number
  #executions = 0
  #lost = 0
  #isClosed = false

  constructor(backend: Backend, settings: PoolSettings = {}) {
    const { size = Math.max(2, availableParallelism()), warm = 1, waiting = 1000 } = settings
    this.backend = backend
    this.#size = size
    this.#waiting = waiting
    this.#workers = new Workers(
      backend,
      { most: size, warm },
      () => this.#next(),
      (thrown) => this.#refuseAll(thrown),
    )
    this.#workers.fill()
  }

  get status(): PoolStatus {
    const { size: workers, idle, pids } = this.#workers
    return { workers, idle, waiting: this.#queue.size, executions: this.#executions, lost: this.#lost, pids }
  }

  /**
   * Runs a program to its end. Where its worker dies it runs once more in another one: nothing but its result leaves it.
   * @throws GymError SANDBOX_INVALID, SANDBOX_BUSY, SANDBOX_UNAVAILABLE; SANDBOX_FAILED where the second worker died too
   */
  async run(program: Program, settings: RunSettings = {}): Promise<ExecutionResult> {
    const began = performance.now()
    const first = await this.start([program], settings)
    try {
      return await onlyOf(first).result
    } catch (thrown) {
      if (!isFailed(thrown)) throw thrown
    }
    const { deadlineMs } = settings
    const left = deadlineMs === undefined ? {} : { deadlineMs: deadlineMs - (performance.now() - began) }
    return onlyOf(await this.start([program], { ...settings, ...left })).result
  }

  /**
   * Starts programs together, each in a worker of its own, once all of them can start. The caller may pass messages
   * between them. A program whose worker dies does not run again.
   * @throws GymError SANDBOX_INVALID, SANDBOX_BUSY, SANDBOX_UNAVAILABLE
   */
  async start(programs: readonly Program[], settings: RunSettings = {}): Promise<readonly Execution[]> {
    const checked = programs.map(checkProgram)
    this.#admit(checked)
    const longest = Math.max(0, ...checked.map(({ limits }) => limits.timeoutMs))
    const { owner = '', deadlineMs = longest + QUEUE_MS, signal } = settings
    signal?.throwIfAborted()
    const deadline = performance.now() + deadlineMs
    const executions = await new Promise<readonly Execution[]>((resolve, reject) => {
      this.#enqueue({ programs: checked, owner, deadline, resolve, reject }, signal)
    })
    cancelWith(signal, executions)
    return executions
  }

  /** Ends all workers, and what runs in them. Programs that wait are SANDBOX_BUSY. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#refuseAll(busy('the sandbox is closed'))
    await this.#workers.close()
  }

  #admit(programs: readonly CheckedProgram[]): void {
    if (this.#isClosed) throw busy('the sandbox is closed')
    if (programs.length > this.#size)
      throw new GymError('SANDBOX_INVALID', `${programs.length} programs at once in a pool of ${this.#size} workers`)
    const language = programs.find((each) => !this.backend.languages.includes(each.language))?.language
    if (language !== undefined)
      throw new GymError(
        'SANDBOX_INVALID',
        `the back end ${this.backend.name} does not run ${language} on this machine`,
      )
    if (this.#queue.size >= this.#waiting) throw busy(`${this.#waiting} programs wait already`)
  }

  /** A request leaves the queue when it starts, at its deadline, or when its caller cancels it. */
  #enqueue(request: Request, signal: AbortSignal | undefined): void {
    const leave = (error: unknown): void => {
      if (this.#queue.remove(request.owner, entry)) entry.reject(error)
      this.#next()
    }
    const cancel = (): void => leave(signal?.reason)
    const waitMs = Math.min(LONGEST_TIMER_MS, request.deadline - performance.now())
    const timer = setTimeout(() => leave(busy('it waited in the queue to its deadline')), waitMs)
    const settled = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
    const entry = settling(request, settled)
    signal?.addEventListener('abort', cancel, { once: true })
    this.#queue.add(request.owner, entry)
    this.#next()
  }

  #next(): void {
    for (let request = this.#queue.first; request !== undefined; request = this.#queue.first) {
      const workers = this.#workers.take(request.programs.length)
      if (workers === null) return
      this.#queue.take()
      this.#begin(request, workers)
    }
  }

  #begin({ programs, deadline, resolve, reject }: Request, workers: readonly Worker[]): void {
    const leftMs = Math.max(1, Math.floor(deadline - performance.now()))
    try {
      resolve(workers.map((worker, at) => this.#startIn(worker, programs[at] ?? missing(), leftMs)))
    } catch (thrown) {
      reject(thrown)
    }
  }

  #startIn(worker: Worker, program: CheckedProgram, leftMs: number): Execution {
    const isCut = leftMs < program.limits.timeoutMs
    const limits = isCut ? { ...program.limits, timeoutMs: leftMs } : program.limits
    const execution = worker.start({ ...program, limits })
    const result = execution.result.then(
      (ended) => this.#ended(worker, ended, isCut),
      (thrown) => this.#broke(worker, thrown),
    )
    result.catch(() => {})
    return { ...execution, result }
  }

  /** Where the queue has shortened the time, running out of it says nothing about the program. */
  #ended(worker: Worker, result: ExecutionResult, isCut: boolean): ExecutionResult {
    this.#executions++
    this.#workers.giveBack(worker)
    if (isCut && result.status === 'timeout')
      throw busy('its deadline left it less time than it may take, and it took longer')
    return result
  }

  #broke(worker: Worker, thrown: unknown): never {
    this.#lost++
    void worker.end()
    throw thrown
  }

  #refuseAll(thrown: unknown): void {
    for (let request = this.#queue.take(); request !== undefined; request = this.#queue.take()) request.reject(thrown)
  }
}

/** The same request, which reports that it has left the queue. */
const settling = (request: Request, settled: () => void): Request => ({
  ...request,
  resolve: (executions) => {
    settled()
    request.resolve(executions)
  },
  reject: (error) => {
    settled()
    request.reject(error)
  },
})

function cancelWith(signal: AbortSignal | undefined, executions: readonly Execution[]): void {
  if (signal === undefined) return
  const cancel = (): void => {
    for (const execution of executions) execution.cancel()
  }
  signal.addEventListener('abort', cancel, { once: true })
  const all = Promise.allSettled(executions.map(({ result }) => result))
  void all.then(() => signal.removeEventListener('abort', cancel))
  if (signal.aborted) cancel()
}

const onlyOf = ([execution = missing()]: readonly Execution[]): Execution => execution

const missing = (): never => {
  throw new GymError('SANDBOX_FAILED', 'the pool started fewer programs than asked for')
}

const isFailed = (thrown: unknown): boolean => thrown instanceof GymError && thrown.code === 'SANDBOX_FAILED'
const busy = (why: string): GymError => new GymError('SANDBOX_BUSY', `the program did not run: ${why}`)
