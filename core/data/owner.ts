/** User code at work. What it throws later, from a timer, an emitter or a listener, has no caller but its owner. */
export interface Owner {
  /** For a log: `reward hook confidence`. */
  readonly name: string
  /** Called with what it threw late. */
  failed(thrown: unknown): void
}

/** Runs a function so that what it starts can be told from what others start. */
export type RunOwned = <T>(owner: Owner, act: () => T) => T

let runOwned: RunOwned | null = null

/**
 * Has owners found, as `AsyncLocalStorage` finds them; null for nobody. The kernel catches nothing itself: whoever
 * catches what a process did not, asks for the owner and calls `failed`.
 */
export function setRunOwned(run: RunOwned | null): void {
  runOwned = run
}

/** Calls user code for its owner. Costs nothing where owners are not found. */
export const owned = <T>(owner: Owner, act: () => T): T => (runOwned === null ? act() : runOwned(owner, act))
