/**
 * Servers that share one queue, first come first served. As nothing overtakes, the time at which a customer leaves is
 * known when it comes, so that it costs no event.
 */
export class Station {
  /** Times at which the servers are free, as a heap: the earliest first. */
  readonly #freeAt: Float64Array
  #broughtMs = 0
  #customers = 0

  /** @param servers at least 1 */
  constructor(servers = 1) {
    if (!(servers >= 1)) throw new RangeError(`a station has at least one server, not ${servers}`)
    this.#freeAt = new Float64Array(servers)
  }

  /** Customers so far. */
  get customers(): number {
    return this.#customers
  }

  /**
   * Serves a customer. Customers come in the order of their times.
   * @param now in ms
   * @returns when it leaves, in ms
   */
  serve(now: number, serviceMs: number): number {
    const left = Math.max(now, this.#freeAt[0] ?? 0) + serviceMs
    this.#broughtMs += serviceMs
    this.#customers++
    this.#replaceEarliest(left)
    return left
  }

  /** Milliseconds of work that customers brought and that is not done at a time, that of all servers. */
  backlogMs(now: number): number {
    return this.#freeAt.reduce((sum, free) => sum + Math.max(0, free - now), 0)
  }

  /** Milliseconds in which its servers were at work until a time, which is not before the last customer came. */
  workedMs(now: number): number {
    return this.#broughtMs - this.backlogMs(now)
  }

  #replaceEarliest(time: number): void {
    const free = this.#freeAt
    let at = 0
    for (let child = 1; child < free.length; child = 2 * at + 1) {
      if (child + 1 < free.length && (free[child + 1] ?? 0) < (free[child] ?? 0)) child++
      if ((free[child] ?? 0) >= time) break
      free[at] = free[child] ?? 0
      at = child
    }
    free[at] = time
  }
}
