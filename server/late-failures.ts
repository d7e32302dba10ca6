import { AsyncLocalStorage } from 'node:async_hooks'
import { fullMessageOf, type Owner, setRunOwned } from '../core/data/user-code.ts'

/** An error that user code threw outside any call. */
export interface LateFailure {
  /** Owner of the code, null where unknown: `reward hook confidence`. */
  readonly owner: string | null
  readonly error: unknown
}

/**
 * Keeps the process alive while user code fails late: in a timer, an emitter, a listener, a promise without a handler.
 * Where the owner is known, its signal is null or its episode aborted. Node.js ends a process without this; who serves
 * with `listen` calls it once.
 * @param report Called with each failure.
 * @returns Function that removes the handlers.
 */
export function catchLateFailures(report: (failure: LateFailure) => void): () => void {
  const owners = new AsyncLocalStorage<Owner>()
  const failed = (error: unknown): void => {
    const owner = owners.getStore()
    report({ owner: owner?.name ?? null, error })
    try {
      owner?.failed(error)
    } catch (thrown) {
      report({ owner: null, error: thrown })
    }
  }
  setRunOwned((owner, act) => owners.run(owner, act))
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  return () => {
    setRunOwned(null)
    process.removeListener('uncaughtException', failed)
    process.removeListener('unhandledRejection', failed)
  }
}

/** Line for a log: `reward hook confidence threw outside any call: TypeError: ...`. */
export const describeLateFailure = ({ owner, error }: LateFailure): string =>
  `${owner ?? 'unknown code'} threw outside any call: ${fullMessageOf(error)}`
