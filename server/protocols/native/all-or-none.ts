import { isPromise, type MaybePromise } from '../../../core/data/maybe-promise.ts'

/**
 * Starts so many things, at once where nothing is late. Where one fails, those that began are undone, and what it
 * threw is thrown when none is under way any more.
 */
export function allOrNone<T>(
  count: number,
  start: (index: number) => MaybePromise<T>,
  undo: (started: T) => void,
): MaybePromise<readonly T[]> {
  const begun: MaybePromise<T>[] = []
  try {
    for (let index = 0; index < count; index++) begun.push(start(index))
  } catch (thrown) {
    return settled(begun, undo, { thrown })
  }
  const plain = begun.filter((each): each is T => !isPromise(each))
  return plain.length === count ? plain : settled(begun, undo, null)
}

interface Failure {
  readonly thrown: unknown
}

/** At once where nothing is late. */
function settled<T>(
  begun: readonly MaybePromise<T>[],
  undo: (started: T) => void,
  failure: Failure | null,
): MaybePromise<readonly T[]> {
  if (begun.some(isPromise)) return awaited(begun, undo, failure)
  for (const each of begun) if (!isPromise(each)) undo(each)
  throw failure?.thrown
}

async function awaited<T>(
  begun: readonly MaybePromise<T>[],
  undo: (started: T) => void,
  failure: Failure | null,
): Promise<readonly T[]> {
  const results = await Promise.allSettled(begun)
  const started = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const rejected = results.find((each) => each.status === 'rejected')
  const failed = failure ?? (rejected && { thrown: rejected.reason })
  if (!failed) return started
  for (const each of started) undo(each)
  throw failed.thrown
}
