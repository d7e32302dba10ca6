/** The owner of running user code: gets what the code throws later, from a timer, an emitter or a listener. */
export interface Owner {
  /** For a log: `reward hook confidence`. */
  readonly name: string
  /** Called with what it threw late. */
  failed(thrown: unknown): void
}

/** Runs a function so that the work it starts is attributed to its owner. */
export type RunOwned = <T>(owner: Owner, act: () => T) => T

let runOwned: RunOwned | null = null

/**
 * Sets how owners are tracked, for example by `AsyncLocalStorage`; null for not at all. The kernel itself catches
 * nothing: the handler of uncaught errors looks the owner up and calls `failed`.
 */
export function setRunOwned(run: RunOwned | null): void {
  runOwned = run
}

/** Calls user code for its owner. Costs nothing where owners are not tracked. */
export const owned = <T>(owner: Owner, act: () => T): T => (runOwned === null ? act() : runOwned(owner, act))
