import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { lengthBuckets } from './buckets.ts'
import { LruCache } from './lru-cache.ts'

/** Log-probabilities of one item, or why it has none. */
export type Scored = { readonly logProbs: readonly number[] } | { readonly problem: string }

/** What a model does with items of one kind. */
export interface ItemModel<Item> {
  /** Why an item cannot be scored; null where it can. */
  problemOf(item: Item): string | null
  /** Content of an item: equal keys have equal scores. */
  keyOf(item: Item): string
  /** Length of an item once it is part of a batch. */
  lengthOf(item: Item): number
  /**
   * Scores of items that are run together, in their order. Problems are not remembered.
   * @param signal where it is aborted, nothing waits for the result any more
   */
  run(items: readonly Item[], signal?: AbortSignal): Promise<readonly Scored[]>
}

/** Limits of a scorer. */
export interface ScorerLimits {
  /** Most tokens of a batch, padding included; 1 runs every item alone, which is the fastest on a CPU. */
  readonly tokenBudget: number
  /** Batches sent to the device before the first is answered. */
  readonly inFlight: number
  /** Most items that wait or are computed at a time. */
  readonly maxWaiting: number
  /** Items whose scores are kept. */
  readonly cacheSize: number
}

export const DEFAULT_LIMITS: ScorerLimits = { tokenBudget: 1, inFlight: 2, maxWaiting: 16_384, cacheSize: 65_536 }

/** @throws GymError CONFIG_INVALID */
export function scorerLimits(given: Partial<ScorerLimits>): ScorerLimits {
  const limits = { ...DEFAULT_LIMITS, ...given }
  for (const [name, value] of Object.entries(limits)) {
    const least = name === 'cacheSize' ? 0 : 1
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new GymError('CONFIG_INVALID', `scorer: ${name} is a whole number from ${least}, not ${shown(value)}`)
  }
  return limits
}

const UNSCORED: Scored = { problem: 'the model did not score it' }
const asProblem = (problem: string | null): Scored => (problem === null ? UNSCORED : { problem })

/**
 * Scores items in batches of similar length. Equal items are computed once, and remembered as long as the model has
 * the same weights: a scorer belongs to one version of them.
 */
export class BatchScorer<Item> {
  readonly #model: ItemModel<Item>
  readonly #limits: ScorerLimits
  readonly #cache: LruCache<readonly number[]>
  #waiting = 0

  constructor(model: ItemModel<Item>, limits: Partial<ScorerLimits> = {}) {
    this.#model = model
    this.#limits = scorerLimits(limits)
    this.#cache = new LruCache(this.#limits.cacheSize)
  }

  /** Items that wait or are computed now. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Scores in the order of the items. One that cannot be scored has a problem, the others their scores.
   * @param signal drops the batches that were not sent to the device yet
   * @throws GymError CAPACITY_REACHED where more items wait than may; what the model throws; the signal's reason.
   */
  async score(items: readonly Item[], signal?: AbortSignal): Promise<readonly Scored[]> {
    const problems = items.map((item) => this.#model.problemOf(item))
    const keys = items.map((item, index) => (problems[index] === null ? this.#model.keyOf(item) : null))
    const found = await this.#found(items, keys, signal)
    return items.map((_, index) => found.get(keys[index] ?? '') ?? asProblem(problems[index] ?? null))
  }

  /** Scores by key: what is known, and what is computed now. */
  async #found(items: readonly Item[], keys: readonly (string | null)[], signal: AbortSignal | undefined) {
    const found = new Map<string, Scored>()
    const missing = new Map<string, Item>()
    for (const [index, item] of items.entries()) {
      const key = keys[index] ?? null
      if (key === null) continue
      const known = this.#cache.get(key)
      if (known === undefined) missing.set(key, item)
      else found.set(key, { logProbs: known })
    }
    for (const [key, scored] of await this.#computed(missing, signal)) found.set(key, scored)
    return found
  }

  async #computed(missing: ReadonlyMap<string, Item>, signal: AbortSignal | undefined) {
    const { maxWaiting } = this.#limits
    if (this.#waiting + missing.size > maxWaiting)
      throw new GymError('CAPACITY_REACHED', `${this.#waiting} actions wait to be scored: at most ${maxWaiting} may`)
    this.#waiting += missing.size
    try {
      return await this.#run([...missing], signal)
    } finally {
      this.#waiting -= missing.size
    }
  }

  /**
   * A few batches at a time: the device never waits for the next one. The first failure ends the others, and all have
   * ended when it is thrown.
   */
  async #run(entries: readonly (readonly [string, Item])[], outer: AbortSignal | undefined) {
    const lengths = entries.map(([, item]) => this.#model.lengthOf(item))
    const buckets = lengthBuckets(lengths, this.#limits.tokenBudget).values()
    const found: (readonly [string, Scored])[] = []
    const failure = new AbortController()
    const signal = outer === undefined ? failure.signal : AbortSignal.any([outer, failure.signal])
    const work = async (): Promise<void> => {
      for (const bucket of buckets) {
        signal.throwIfAborted()
        const batch = bucket.flatMap((index) => entries.slice(index, index + 1))
        const items = batch.map(([, item]) => item)
        const scores = await this.#model.run(items, signal)
        for (const [at, [key]] of batch.entries()) found.push(this.#remembered(key, scores[at] ?? UNSCORED))
      }
    }
    const working = Array.from({ length: this.#limits.inFlight }, () => work().catch((thrown) => failure.abort(thrown)))
    await Promise.all(working)
    outer?.throwIfAborted()
    failure.signal.throwIfAborted()
    return found
  }

  /** At once: what other batches come to, or whether all are in time, does not matter to it. */
  #remembered(key: string, scored: Scored): readonly [string, Scored] {
    if ('logProbs' in scored) this.#cache.set(key, scored.logProbs)
    return [key, scored]
  }
}
