import { setMaxListeners } from 'node:events'

export interface Turns {
  readonly groups: number
  /** Groups that run concurrently. */
  readonly concurrency: number
}

/**
 * Does the work of each group, in order, `concurrency` at a time. An abort starts no others; `signal` cancels those
 * in progress, and so does the failure of one.
 * @throws the first that the work throws; none is then in progress
 */
export async function inTurns(
  { groups, concurrency }: Turns,
  interrupt: AbortSignal,
  work: (number: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failing = new AbortController()
  const signal = AbortSignal.any([interrupt, failing.signal])
  // Everyone who thinks or steps meanwhile listens to it: members and branches, in any number.
  setMaxListeners(0, signal)
  const numbers = Array.from({ length: groups }, (_, number) => number).values()
  const worker = async (): Promise<void> => {
    for (const number of numbers) {
      if (signal.aborted) return
      await work(number, signal)
    }
  }
  const working = Array.from({ length: concurrency }, () =>
    worker().catch((thrown: unknown) => {
      failing.abort()
      throw thrown
    }),
  )
  const failure = (await Promise.allSettled(working)).find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}
