import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { CheckResult } from '../../../core/check/report.ts'
import { ERROR_CODES, type ErrorCode, GymError } from '../../../core/data/errors.ts'
import { threadEntry } from '../../../core/data/thread-entry.ts'
import type { CheckRequest, Subject } from './begin.ts'
import { type Frame, stackOf } from './stack.ts'
import type { CheckMessage } from './worker.ts'

const ENTRY = threadEntry(new URL(`./worker${extname(import.meta.url)}`, import.meta.url))

/** What a check in a thread of its own says: first what it checks, then a result a rule. */
export type CheckEvent =
  | { readonly subject: Subject; readonly result?: undefined }
  | { readonly subject?: undefined; readonly result: CheckResult }

/**
 * Runs a check in a thread of its own. A rule that takes longer than the limit fails by where it stands, and the check
 * ends with it.
 * @throws GymError of what could not be loaded; CONFIG_INVALID where loading took longer than the limit.
 */
export async function* isolated(request: CheckRequest, limitMs: number): AsyncGenerator<CheckEvent> {
  const worker = new Worker(ENTRY, { workerData: request, stdout: true, execArgv: [] })
  // What the subject prints is not a result.
  worker.stdout.pipe(process.stderr, { end: false })
  const next = reader(worker)
  let rule: string | null = null
  try {
    // Its first message says that it is ready: the time until then does not count against the subject.
    expectReady(await next())
    for (;;) {
      const message = await inTime(next(), limitMs)
      if (message === null) {
        yield { result: await overdue(worker, rule, limitMs) }
        return
      }
      if (message.kind === 'end') return
      if (message.kind === 'late') {
        yield { result: failedLate(message.message, rule) }
        return
      }
      if (message.kind === 'failure') throw failureOf(message.code, message.message)
      if (message.kind === 'rule') rule = message.rule
      if (message.kind === 'subject') yield { subject: message.subject }
      if (message.kind === 'result') yield { result: message.result }
    }
  } finally {
    await worker.terminate()
  }
}

/** Messages one at a time, queued until they are read. A thread that ends early is a failure. */
function reader(worker: Worker): () => Promise<CheckMessage> {
  const messages: CheckMessage[] = []
  let wake = (): void => {}
  const take = (message: CheckMessage): void => {
    messages.push(message)
    wake()
  }
  worker.on('message', take)
  worker.on('error', (error) => take({ kind: 'failure', code: null, message: error.stack ?? error.message }))
  worker.on('exit', (code) => take({ kind: 'failure', code: null, message: `the check ended with exit code ${code}` }))
  return async () => {
    while (messages.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    return messages.shift() as CheckMessage
  }
}

/** Null where it takes longer. */
async function inTime<T>(late: Promise<T>, limitMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs)
  })
  try {
    return await Promise.race([late, limit])
  } finally {
    clearTimeout(timer)
  }
}

async function overdue(worker: Worker, rule: string | null, limitMs: number): Promise<CheckResult> {
  const stack = await stackOf(worker)
  const detail = `it did not end within ${limitMs / 1000} s: ${describe(stack)}`
  if (rule === null) throw new GymError('CONFIG_INVALID', `loading what is checked: ${detail}`)
  return { rule, status: 'failed', detail: `${detail}\n${NOT_CHECKED}` }
}

/** What a subject throws from a timer, an emitter or a promise ends its check. @param rule that was checked then */
function failedLate(message: string, rule: string | null): CheckResult {
  if (rule === null)
    throw new GymError('CONFIG_INVALID', `loading what is checked: it threw outside any call: ${message}`)
  return { rule, status: 'failed', detail: `it threw outside any call: ${message}\n${NOT_CHECKED}` }
}

const NOT_CHECKED = 'the rules after it were not checked'

function describe([innermost, ...outer]: readonly Frame[]): string {
  if (innermost === undefined) return 'it waits for something that does not come'
  const by = outer.slice(0, 4).map((frame) => `\ncalled by ${nameOf(frame)} (${frame.place})`)
  return `it stands in ${nameOf(innermost)} (${innermost.place})${by.join('')}`
}

const nameOf = ({ name }: Frame): string => name || 'a function without a name'

function expectReady(message: CheckMessage): void {
  if (message.kind === 'failure') throw failureOf(message.code, message.message)
}

const failureOf = (code: string | null, message: string): Error =>
  code !== null && isErrorCode(code) ? new GymError(code, message) : new Error(message)

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code)
