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
  const idle = Array.from({ length: lanes }, () => new Worker(ENTRY, { workerData: data, execArgv: [] }))
  const all = [...idle]
  const done = async (job: Job): Promise<WarmStart | RunResult> => {
    const worker = idle.pop()
    if (!worker) throw new RangeError('a thread does one job at a time')
    const result = await answerOf(worker, job)
    idle.push(worker)
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
    close: async () => void (await Promise.all(all.map((worker) => worker.terminate()))),
  }
}

function answerOf(worker: Worker, job: Job): Promise<WarmStart | RunResult> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit')
      end()
    }
    worker.once('message', (answer: Answer) =>
      settle(() => (answer.kind === 'done' ? resolve(answer.result) : reject(failureOf(answer.code, answer.message)))),
    )
    worker.once('error', (error) => settle(() => reject(error)))
    worker.once('exit', (code) => settle(() => reject(new Error(`a thread ended with exit code ${code}`))))
    worker.postMessage(job)
  })
}

const failureOf = (code: string | null, message: string): Error =>
  code !== null && isErrorCode(code) ? new GymError(code, message) : new Error(message)

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code)
