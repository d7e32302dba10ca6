import { parentPort, workerData } from 'node:worker_threads'
import type { CheckResult } from '../../../core/check/report.ts'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { catchUnowned } from '../../../server/late-failures.ts'
import { pinKernel } from '../../pin-kernel.ts'
import { begin, type CheckRequest, type Subject } from './begin.ts'
import { placeOfFunction } from './stack.ts'

/** What the thread that checks says to the one that waits for it, in this order; `late` and `failure` may come at any time. */
export type CheckMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'subject'; readonly subject: Subject }
  | { readonly kind: 'rule'; readonly rule: string }
  | { readonly kind: 'result'; readonly result: CheckResult }
  | { readonly kind: 'end' }
  | { readonly kind: 'late'; readonly message: string }
  | { readonly kind: 'failure'; readonly code: string | null; readonly message: string }

const say = (message: CheckMessage): void => parentPort?.postMessage(message)

async function check(request: CheckRequest): Promise<void> {
  const { results, ...subject } = await begin(request, {
    onRule: (rule) => say({ kind: 'rule', rule }),
    placeOfFunction,
  })
  say({ kind: 'subject', subject })
  for await (const result of results) say({ kind: 'result', result })
  say({ kind: 'end' })
}

pinKernel()
catchUnowned(({ error }) => say({ kind: 'late', message: messageOf(error) }))
say({ kind: 'ready' })
try {
  await check(workerData)
} catch (thrown) {
  const code = thrown instanceof GymError ? thrown.code : null
  const trace = thrown instanceof Error && code === null ? thrown.stack : undefined
  say({ kind: 'failure', code, message: trace ?? messageOf(thrown) })
}
