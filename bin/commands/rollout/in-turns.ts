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
  const numbers = below(groups)
  const worker = async (): Promise<void> => {
    for (let next = numbers.next(); !next.done && !signal.aborted; next = numbers.next()) await work(next.value, signal)
  }
  const working = Array.from({ length: Math.min(concurrency, groups) }, () =>
    worker().catch((thrown: unknown) => {
      failing.abort()
      throw thrown
    }),
  )
  const failure = (await Promise.allSettled(working)).find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}

function* below(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number
}
