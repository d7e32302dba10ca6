import { type Identity, isSameClient } from '../roles.ts'

export interface SessionMapSettings<Value> {
  /** Milliseconds without a request after which a value is ended as idle. */
  readonly idleMs: number
  /** Whether a value is in use although no request names it. @default never */
  readonly isInUse?: (value: Value) => boolean
  /** Ends a value that is idle, or still there when the server stops. */
  readonly end: (value: Value, reason: string) => void
}

interface Entry<Value> {
  readonly value: Value
  readonly identity: Identity
  /** Time of the last request, by `performance.now()`. */
  usedAt: number
}

/** Values of clients without a socket, by key. Only the client that added a value finds it, until it is idle. */
export class SessionMap<Value> {
  readonly #settings: SessionMapSettings<Value>
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #timer: NodeJS.Timeout

  constructor(settings: SessionMapSettings<Value>) {
    this.#settings = settings
    this.#timer = setInterval(() => this.#evict(), Math.ceil(settings.idleMs / 4)).unref()
  }

  get size(): number {
    return this.#entries.size
  }

  add(key: string, value: Value, identity: Identity): void {
    this.#entries.set(key, { value, identity, usedAt: performance.now() })
  }

  /** A value that is used from now on; undefined also for another client's. */
  find(key: string, identity: Identity): Value | undefined {
    const entry = this.#entries.get(key)
    if (!entry || !isSameClient(entry.identity, identity)) return undefined
    entry.usedAt = performance.now()
    return entry.value
  }

  /** A value was used until now. */
  touch(key: string): void {
    const entry = this.#entries.get(key)
    if (entry) entry.usedAt = performance.now()
  }

  /** Removes a value that has ended. */
  delete(key: string): void {
    this.#entries.delete(key)
  }

  /** Ends all values. */
  stop(reason: string): void {
    clearInterval(this.#timer)
    for (const key of [...this.#entries.keys()]) this.#end(key, reason)
  }

  #evict(): void {
    const oldest = performance.now() - this.#settings.idleMs
    for (const [key, { value, usedAt }] of [...this.#entries])
      if (usedAt < oldest && !this.#settings.isInUse?.(value)) this.#end(key, 'idle')
  }

  #end(key: string, reason: string): void {
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    if (entry) this.#settings.end(entry.value, reason)
  }
}
