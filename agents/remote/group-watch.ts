import type { GroupClosedEvent } from '../../core/protocol/index.ts'

interface Watched {
  readonly promise: Promise<GroupClosedEvent>
  readonly resolve: (event: GroupClosedEvent) => void
  readonly reject: (error: Error) => void
}

/** Groups that will close. */
export class GroupWatch {
  readonly #watched = new Map<string, Watched>()

  /** Resolves with the group once it has closed. Call it before the closing event arrives. */
  watch(id: string): Promise<GroupClosedEvent> {
    const known = this.#watched.get(id)
    if (known) return known.promise
    const watched = deferred()
    this.#watched.set(id, watched)
    return watched.promise
  }

  closed(event: GroupClosedEvent): void {
    this.#watched.get(event.group)?.resolve(event)
    this.#watched.delete(event.group)
  }

  /** @param kept ids of groups that will still close */
  fail(error: Error, kept: readonly string[] = []): void {
    const lost = [...this.#watched].filter(([id]) => !kept.includes(id))
    for (const [id, { reject }] of lost) {
      reject(error)
      this.#watched.delete(id)
    }
  }
}

function deferred(): Watched {
  let resolve: Watched['resolve'] = () => {}
  let reject: Watched['reject'] = () => {}
  const promise = new Promise<GroupClosedEvent>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  // It may be left without a handler.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
