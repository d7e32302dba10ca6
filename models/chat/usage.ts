import type { TokenCounts } from './reply.ts'

/** What an endpoint was used for; tokens as far as it counts them. */
export interface Usage {
  /** Answers that could be used. */
  readonly answers: number
  readonly retries: number
  /** Requests that were given up. */
  readonly failures: number
  readonly promptTokens: number
  /** Those of them that the endpoint had cached. */
  readonly cachedTokens: number
  readonly completionTokens: number
  /** Answers that the endpoint did not count the tokens of. */
  readonly uncounted: number
}

const NOTHING: Usage = {
  answers: 0,
  retries: 0,
  failures: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  uncounted: 0,
}

/** Adds up usage. */
export class UsageMeter {
  #usage: Usage = NOTHING

  get usage(): Usage {
    return this.#usage
  }

  count({ tokens }: { readonly tokens: TokenCounts | null }): void {
    const { prompt = 0, cached = 0, completion = 0 } = tokens ?? {}
    this.#add({
      answers: 1,
      promptTokens: prompt,
      cachedTokens: cached,
      completionTokens: completion,
      uncounted: tokens === null ? 1 : 0,
    })
  }

  retried(): void {
    this.#add({ retries: 1 })
  }

  failed(): void {
    this.#add({ failures: 1 })
  }

  #add(more: Partial<Usage>): void {
    const sum = (name: keyof Usage): number => this.#usage[name] + (more[name] ?? 0)
    this.#usage = {
      answers: sum('answers'),
      retries: sum('retries'),
      failures: sum('failures'),
      promptTokens: sum('promptTokens'),
      cachedTokens: sum('cachedTokens'),
      completionTokens: sum('completionTokens'),
      uncounted: sum('uncounted'),
    }
  }
}

/** Price of a million tokens, in any one currency. */
export interface Prices {
  readonly input: number
  readonly cachedInput: number
  readonly output: number
}

/** Cost in the currency of the prices. */
export const costOf = ({ promptTokens, cachedTokens, completionTokens }: Usage, prices: Prices): number =>
  ((promptTokens - cachedTokens) * prices.input +
    cachedTokens * prices.cachedInput +
    completionTokens * prices.output) /
  1e6
