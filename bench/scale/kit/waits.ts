/** Buckets per factor of e: each is 1 % wide. */
const A_FACTOR = 100
/** The shortest wait that is distinguished, in ms. */
const LEAST_MS = 1e-4
const BUCKETS = 2600

/** Waits in ms: their mean is exact, quantiles are within 1 %, in constant memory. */
export class Waits {
  readonly #counts = new Uint32Array(BUCKETS)
  #sum = 0
  #count = 0
  #longest = 0

  get count(): number {
    return this.#count
  }

  /** NaN where there is none. */
  get mean(): number {
    return this.#sum / this.#count
  }

  /** 0 where there is none. */
  get longest(): number {
    return this.#longest
  }

  add(ms: number): void {
    const bucket = Math.floor(A_FACTOR * Math.log(Math.max(ms, LEAST_MS) / LEAST_MS))
    const at = Math.min(bucket, BUCKETS - 1)
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#sum += ms
    this.#count++
    this.#longest = Math.max(this.#longest, ms)
  }

  /** At most 1 % above the exact one; NaN where there is none. @param share from 0 to 1 */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.#count))
    const bucket = this.#counts.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return bucket < 0 ? Number.NaN : Math.min(this.#longest, LEAST_MS * Math.exp((bucket + 1) / A_FACTOR))
  }
}
