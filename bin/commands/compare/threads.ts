import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ERROR_CODES, type ErrorCode, GymError } from '../../../core/data/errors.ts'
import { threadEntry } from '../../../core/data/thread-entry.ts'
import type { Executor } from '../../../evaluation/comparison/compare.ts'
import type { ComparisonPlan, RunKey } from '../../../evaluation/comparison/plan.ts'
import type { RunResult } from '../../../evaluation/comparison/run.ts'
import type { WarmStart } from '../../../evaluation/comparison/warm-start.ts'
import type { Weights } from '../../../models/weights/weights.ts'

const ENTRY = threadEntry(new URL(`./worker${extname(import.meta.url)}`, import.meta.url))

export interface ThreadData {
  readonly plan: ComparisonPlan
  readonly userFolder: string
}

/** One thing that a thread does at a time. */
export type Job =
  | { readonly kind: 'start'; readonly seed: number }
  | { readonly kind: 'run'; readonly key: RunKey; readonly start: Weights }

export type Answer =
  | { readonly kind: 'done'; readonly result: WarmStart | RunResult }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string }

/** Runs in threads of their own, one at a time in each. */
export interface Threads extends Executor {
  close(): Promise<void>
}

/** Threads that solve what they need once each. @param lanes at least one */
export function threadsFor(data: ThreadData, lanes: number): Threads {
  const idle = Array.from({ length: lanes }, () => new Lane(data))
  const all = [...idle]
  const done = async (job: Job): Promise<WarmStart | RunResult> => {
    const lane = idle.pop()
    if (!lane) throw new RangeError('a thread does one job at a time')
    const result = await lane.answerTo(job)
    idle.push(lane)
    return result
  }
  return {
    lanes,
    async start(seed) {
      const result = await done({ kind: 'start', seed })
      if ('weights' in result) return result
      throw new TypeError('a thread gave a run in place of a start')
    },
    async run(key, start) {
      const result = await done({ kind: 'run', key, start })
      if ('curve' in result) return result
      throw new TypeError('a thread gave a start in place of a run')
    },
    close: async () => void (await Promise.all(all.map((lane) => lane.close()))),
  }
}

/** One thread. Where it ends by itself, also between jobs, the job that it is at or the next one fails with the reason. */
class Lane {
  readonly #worker: Worker
  #problem: Error | null = null
  #settle: ((answer: Answer | Error) => void) | null = null

  constructor(data: ThreadData) {
    this.#worker = new Worker(ENTRY, { workerData: data, execArgv: [] })
    this.#worker.on('message', (answer: Answer) => this.#settle?.(answer))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', (code) => this.#end(new Error(`a thread ended with exit code ${code}`)))
  }

  async answerTo(job: Job): Promise<WarmStart | RunResult> {
    const answer = this.#problem ?? (await this.#answerOf(job))
    if (answer instanceof Error) throw answer
    if (answer.kind === 'failed') throw failureOf(answer.code, answer.message)
    return answer.result
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #answerOf(job: Job): Promise<Answer | Error> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#worker.postMessage(job)
    })
  }

  #end(problem: Error): void {
    this.#problem ??= problem
    this.#settle?.(this.#problem)
  }
}

const failureOf = (code: string | null, message: string): Error =>
  code !== null && isErrorCode(code) ? new GymError(code, message) : new Error(message)

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code)
