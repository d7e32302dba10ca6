import { AsyncLocalStorage } from 'node:async_hooks'
import { fullMessageOf, type Owner, setRunOwned } from '../core/data/user-code.ts'

/** An error that user code threw outside any call. */
export interface LateFailure {
  /** Owner of the code, null where unknown: `reward hook confidence`. */
  readonly owner: string | null
  readonly error: unknown
}

type Report = (failure: LateFailure) => void

/** Those who catch, the innermost last: it alone is called. */
const catching: { readonly report: Report; readonly owners: AsyncLocalStorage<Owner> | null }[] = []

/**
 * Keeps the process alive while user code fails late: in a timer, an emitter, a listener, a promise without a handler.
 * Where the owner is known, its signal is null or its episode aborted. Node.js ends a process without this; who serves
 * with `listen` calls it once. While one catches within another, only the inner one gets the failures.
 * @param report Called with each failure.
 * @returns Function that ends it.
 */
export const catchLateFailures = (report: Report): (() => void) => caught(report, new AsyncLocalStorage<Owner>())

/** As `catchLateFailures`, with no owner known: to track owners makes every promise of a process slower. */
export const catchUnowned = (report: Report): (() => void) => caught(report, null)

function caught(report: Report, owners: AsyncLocalStorage<Owner> | null): () => void {
  const own = { report, owners }
  if (catching.length === 0) for (const event of EVENTS) process.on(event, failed)
  catching.push(own)
  trackOwners()
  return () => {
    catching.splice(catching.indexOf(own), 1)
    trackOwners()
    if (catching.length === 0) for (const event of EVENTS) process.removeListener(event, failed)
  }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

function trackOwners(): void {
  const owners = catching.at(-1)?.owners
  setRunOwned(owners ? (owner, act) => owners.run(owner, act) : null)
}

function failed(error: unknown): void {
  const { report, owners } = catching.at(-1) ?? {}
  const owner = owners?.getStore()
  report?.({ owner: owner?.name ?? null, error })
  try {
    owner?.failed(error)
  } catch (thrown) {
    report?.({ owner: null, error: thrown })
  }
}

/** Line for a log: `reward hook confidence threw outside any call: TypeError: ...`. */
export const describeLateFailure = ({ owner, error }: LateFailure): string =>
  `${owner ?? 'unknown code'} threw outside any call: ${fullMessageOf(error)}`
